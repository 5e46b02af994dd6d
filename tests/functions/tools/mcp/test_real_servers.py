"""What servers say that others wrote: each of their tools is pinned, within the bounds of schemas,
and an ordinary call of each is judged by them, and made."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from events.connector_definition import ConnectorDefinition, ToolOperation
from functions.tools.http.call import Bearer
from functions.tools.mcp.call import call_tool
from functions.tools.mcp.outcomes import Asks, Gave, ToolOutcome, Working
from functions.tools.mcp.tool_list import NotRead
from functions.tools.rules.shapes import wrong_arguments
from functions.tools.rules.tools import Listing, read
from shared.kit.shapes import wrong
from tests.functions.tools.mcp.calling import CREDENTIAL, WHOSE, listed, unread
from tests.functions.tools.mcp.others import ROOT, baked

Calls = Mapping[str, Mapping[str, Any]]
EVERYTHING: Calls = {
    "echo": {"message": "hello"},
    "get-annotated-message": {"messageType": "success", "includeImage": True},
    "get-env": {},
    "get-resource-links": {"count": 2},
    "get-resource-reference": {"resourceType": "Blob", "resourceId": 2},
    "get-structured-content": {"location": "Chicago"},
    "get-sum": {"a": 2, "b": 3},
    "get-tiny-image": {},
    "gzip-file-as-resource": {"name": "a.gz", "data": "data:text/plain,hello"},
    "simulate-research-query": {"topic": "receipts"},
    "toggle-simulated-logging": {},
    "toggle-subscriber-updates": {},
    "trigger-elicitation-request": {},
    "trigger-long-running-operation": {"duration": 0.1, "steps": 1},
}
CLOCK: Calls = {
    "convert_time": {
        "source_timezone": "Europe/London",
        "time": "16:30",
        "target_timezone": "Asia/Tokyo",
    },
    "get_current_time": {"timezone": "UTC"},
}
FETCH: Calls = {"fetch": {"url": "http://127.0.0.1:9/", "max_length": 100, "raw": True}}
NOT_GIVEN = {"simulate-research-query": Working, "trigger-elicitation-request": Asks}


def files_in(folder: Path) -> Calls:
    """A call of each tool of the server of files, in an order in which each finds its file."""
    note, image = folder / "note.txt", folder / "image.png"
    image.write_bytes(b"\x89PNG\r\n\x1a\n")
    there, path = {"path": str(folder)}, {"path": str(note)}
    return {
        "write_file": {**path, "content": "one\ntwo\n"},
        "edit_file": {**path, "edits": [{"oldText": "one", "newText": "three"}], "dryRun": False},
        "read_file": path,
        "read_text_file": {**path, "head": 1},
        "read_media_file": {"path": str(image)},
        "read_multiple_files": {"paths": [str(note), str(image)]},
        "get_file_info": path,
        "list_allowed_directories": {},
        "list_directory": there,
        "list_directory_with_sizes": {**there, "sortBy": "size"},
        "directory_tree": {**there, "excludePatterns": ["x"]},
        "search_files": {**there, "pattern": "*.txt"},
        "create_directory": {"path": str(folder / "more")},
        "move_file": {"source": str(note), "destination": str(folder / "more" / "note.txt")},
    }


@pytest.fixture
async def ended() -> AsyncIterator[None]:
    from functions.tools.mcp.baked_servers import end_servers
    from functions.tools.mcp.kept import end_sessions

    yield
    await end_servers()
    await end_sessions()


def judged(listing: Listing, calls: Calls, where: str) -> ConnectorDefinition:
    """The connector with all tools of the server, each of which takes its ordinary call."""
    definition = read(listing, unread(where))
    assert definition.server is not None
    assert definition.server.left_out == ()
    assert sorted(calls) == [each.name for each in definition.operations]
    for each in definition.operations:
        assert wrong_arguments(definition.defined(each), calls[each.name]) is None
        if each.input_schema.get("required"):
            assert "required" in (wrong_arguments(definition.defined(each), {}) or "")
    assert read(listing, definition).digest == definition.digest
    return definition


def hold(operation: ToolOperation, outcome: ToolOutcome) -> None:
    """What the tool gave is what its pinned schema says."""
    expected = NOT_GIVEN.get(operation.name, Gave)
    assert isinstance(outcome, expected), (operation.name, outcome)
    if isinstance(outcome, Gave) and operation.tool.output_schema is not None:
        given: Any = outcome.output
        assert wrong(operation.tool.output_schema, given["structured"], "output") is None


async def patiently(reading: Callable[[], Awaitable[Listing]]) -> Listing:
    """What a server lists that may take its time to start."""
    for _ in range(5):
        try:
            return await reading()
        except NotRead:
            continue
    return await reading()


async def test_the_reference_server(reference: str, ended: None) -> None:
    definition = judged(await listed(reference), EVERYTHING, reference)
    for each in definition.operations:
        assert isinstance(each, ToolOperation)
        # As people say of all of them that they only read.
        operation = each.but(effect="read")
        outcome = await call_tool(
            definition,
            operation,
            EVERYTHING[each.name],
            whose=WHOSE,
            pin=definition.digest,
            auth=Bearer(),
            credential=CREDENTIAL,
            may_be_loopback=True,
        )
        hold(operation, outcome)


@pytest.mark.parametrize("name", ["files", "clock", "fetch"])
async def test_servers_for_an_image(name: str, tmp_path: Path, ended: None) -> None:
    from functions.tools.mcp.baked_servers import call_baked, read_baked

    fetch = [str(ROOT / ".venv" / "bin" / "mcp-server-fetch")]
    command = {**baked(tmp_path), "fetch": fetch}[name]
    calls = {"files": files_in(tmp_path), "clock": CLOCK, "fetch": FETCH}[name]
    listing = await patiently(lambda: read_baked("clinic", name, command))
    definition = judged(listing, calls, "https://mcp.example.com")
    for tool, arguments in calls.items():
        # Its one tool reaches for the network.
        if name == "fetch":
            continue
        (operation,) = [each for each in definition.operations if each.name == tool]
        assert isinstance(operation, ToolOperation)
        outcome = await call_baked(
            *("clinic", name, command),
            protocol=listing.protocol,
            tool=tool,
            arguments=arguments,
        )
        hold(operation, outcome)
