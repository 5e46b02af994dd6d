"""Servers of the operator's image: only those that the settings name, apart for each tenant, with
nothing of our environment, within limits."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from functions.tools import settings
from functions.tools.http.outcomes import NeverSent, Refused, Unknown
from functions.tools.mcp import baked_servers
from functions.tools.mcp.baked_servers import call_baked, end_servers, read_baked
from functions.tools.mcp.outcomes import Gave
from functions.tools.mcp.tool_list import NotRead
from tests.functions.tools.connecting import call
from tests.functions.tools.mcp.others import baked as commands
from tests.functions.tools.mcp.people import NAME, Desk
from tests.functions.tools.worlds import World


@pytest.fixture
async def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    """The folder of the server of files, which the settings name beside that of the time."""
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.setenv("ASSENT_MCP_SERVERS", json.dumps(commands(folder)))
    settings.settings.cache_clear()
    yield folder
    await end_servers()
    settings.settings.cache_clear()


async def test_runs_call_servers_of_both_versions(world: World, desk: Desk, servers: Path) -> None:
    clock = await desk.governed("stdio:clock", {"get_current_time": "read"})
    assert (clock["server"]["protocol"], clock["hosts"]) == ("2026-07-28", [])
    now = await world.invoke(call(f"{NAME}/get_current_time", clock, timezone="UTC"))
    assert now["output"]["value"]["structured"]["timezone"] == "UTC"
    assert (await desk.refresh())["status"] == "active"
    wrong = await world.invoke(call(f"{NAME}/get_current_time", clock, timezone="Nowhere"))
    assert (wrong["status"], wrong["may_be_repeated"]) == ("refused", True)
    assert wrong["reason"] == "the tool says that it failed"
    await desk.sent("DELETE", f"/v1/connectors/{NAME}")
    files = await desk.governed("stdio:files", {"write_file": "change"})
    assert files["server"]["protocol"] == "2025-11-25"
    note = {"path": str(servers / "note.txt"), "content": "hello"}
    written = await world.invoke(call(f"{NAME}/write_file", files, **note))
    assert written["status"] == "confirmed", written
    assert (servers / "note.txt").read_text() == "hello"
    outside = {"path": str(servers.parent / "note.txt"), "content": "hello"}
    refused = await world.invoke(call(f"{NAME}/write_file", files, **outside))
    assert (refused["status"], refused["may_be_repeated"]) == ("refused", False)
    assert "outside allowed directories" in refused["detail"]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("url", {"url": "stdio:other"}),
        ("url", {"url": "stdio:/bin/sh"}),
        ("url", {"url": "stdio:"}),
        ("url", {"url": "stdio:clock --help"}),
        ("hosts", {"hosts": ["a.example"]}),
        ("credential", {"credential": "token"}),
    ],
)
async def test_no_tenant_names_a_command(
    desk: Desk, servers: Path, field: str, changed: dict[str, Any]
) -> None:
    answer = await desk.register(**{"url": "stdio:clock", **changed})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


@pytest.fixture
async def command() -> AsyncIterator[list[str]]:
    """A server that says what it is asked about itself."""
    yield [sys.executable, "-I", str(Path(__file__).with_name("saying.py"))]
    await end_servers()


async def _said(command: list[str], what: str, tenant: str = "clinic", name: str = "says") -> Any:
    outcome = await call_baked(
        tenant, name, command, protocol="2025-11-25", tool="say", arguments={"what": what}
    )
    return outcome.output["text"] if isinstance(outcome, Gave) else outcome  # type: ignore[call-overload,index]


async def test_a_server_has_nothing_of_ours_and_stays_within_limits(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_ISSUER", "secret-of-ours")
    environment = json.loads(await _said(command, "environment"))
    assert environment.keys() <= {"PATH", "HOME", "LANG", "LC_CTYPE"}
    folder = await _said(command, "folder")
    assert (environment["HOME"], os.listdir(folder)) == (folder, [])
    megabyte = 1024 * 1024
    limits = json.loads(await _said(command, "limits"))
    assert limits == [16 * megabyte, 1024 * megabyte, 256, 0]
    assert isinstance(await _said(command, "memory"), Unknown)


async def test_a_server_is_kept_for_one_tenant_and_started_anew_after_its_end(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await _said(command, "process")
    assert await _said(command, "process") == first
    other = await _said(command, "process", tenant="other")
    assert other != first
    assert await _said(command, "folder") != await _said(command, "folder", tenant="other")
    for broken in ("death", "megabytes", "endless"):
        assert isinstance(await _said(command, broken), Unknown), broken
        assert await _said(command, "process") != first
    monkeypatch.setattr(baked_servers, "WITHIN_SECONDS", 0.3)
    before = await _said(command, "process")
    assert isinstance(await _said(command, "silence"), Unknown)
    assert await _said(command, "process") != before
    with pytest.raises(ProcessLookupError):
        os.kill(int(before), 0)


async def test_so_many_servers_are_kept_and_those_at_work_are_not_ended(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baked_servers, "MOST_KEPT", 1)
    first = await _said(command, "process")
    await _said(command, "process", tenant="other")
    assert await _said(command, "process") != first
    monkeypatch.setattr(baked_servers, "WITHIN_SECONDS", 1.0)
    working = asyncio.create_task(_said(command, "silence"))
    await asyncio.sleep(0.1)
    assert isinstance(await _said(command, "process", tenant="other"), NeverSent)
    assert isinstance(await working, Unknown)


async def test_a_tenant_that_is_always_at_work_keeps_nobody_out(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baked_servers, "MOST_KEPT", 2)
    monkeypatch.setattr(baked_servers, "WITHIN_SECONDS", 1.0)
    for name in ("first", "second"):
        await _said(command, "process", name=name)
    assert isinstance(await _said(command, "process", name="first"), str)

    async def always(name: str) -> None:
        # Two at once: its server is never idle.
        while True:
            await asyncio.gather(*(_said(command, "pause", name=name) for _ in range(2)))

    greedy = [asyncio.create_task(always(name)) for name in ("first", "second")]
    try:
        await asyncio.sleep(0.1)
        told: Any = None
        async with asyncio.timeout(20):
            while not isinstance(told, str):
                await asyncio.sleep(0.05)
                told = await _said(command, "process", tenant="other")
    finally:
        for each in greedy:
            each.cancel()
        await asyncio.gather(*greedy, return_exceptions=True)


async def test_a_tenant_has_two_servers_at_work_at_most(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baked_servers, "WITHIN_SECONDS", 1.0)
    for name in ("first", "second"):
        await _said(command, "process", name=name)
    working = [
        asyncio.create_task(_said(command, "silence", name=name)) for name in ("first", "second")
    ]
    await asyncio.sleep(0.1)
    third = await _said(command, "process", name="third")
    assert isinstance(third, NeverSent)
    assert "for this tenant" in third.reason
    assert isinstance(await _said(command, "process", tenant="other"), str)
    await asyncio.gather(*working)


async def test_a_server_that_starts_slowly_goes_on_starting_for_the_next_call(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baked_servers, "AWAITED_SECONDS", 0.05)
    code = f"import runpy, time; time.sleep(0.5); runpy.run_path({command[-1]!r}, None, '__main__')"
    slow = [sys.executable, "-I", "-c", code]
    assert isinstance(await _said(slow, "process"), NeverSent)
    monkeypatch.setattr(baked_servers, "AWAITED_SECONDS", 10.0)
    first, second = await asyncio.gather(_said(slow, "process"), _said(slow, "process"))
    assert first == second
    assert first.isdigit()


async def test_what_does_not_start_or_speaks_something_else_was_never_sent_a_call(
    command: list[str],
) -> None:
    for nothing in (["/nothing"], [sys.executable, "-c", "print('hello')"]):
        assert isinstance(await _said(nothing, "process"), NeverSent)
        with pytest.raises(NotRead):
            await read_baked("clinic", "says", nothing)
        await end_servers()
    call_other = partial(call_baked, "clinic", "says", command, tool="say", arguments={})
    assert isinstance(await call_other(protocol="2026-07-28"), Refused)
