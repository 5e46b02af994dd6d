"""What a server may try: none of it reaches another address, shows the credential, holds a call for
long, or is taken for an answer."""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest

from functions.tools.http.outcomes import Answered, NeverSent, Refused, Unknown
from functions.tools.mcp import call, tool_list
from functions.tools.mcp.outcomes import Asks, Failed, Gave, ToolOutcome
from functions.tools.mcp.tool_list import NotRead, ReadRefused
from functions.tools.rules.elicitation import Refuse, question_in
from functions.tools.rules.tools import ListingRefused
from tests.functions.tools.mcp.calling import SECRET, called, listed
from tests.functions.tools.mcp.scripted import Script, gave, serving, tool
from tests.local_servers import Answer, Asked

CALL, LIST, DISCOVER = "tools/call", "tools/list", "server/discover"
Said = dict[str, Any] | Answer | None


def on(method: str, said: Callable[[dict[str, Any], Asked], Said] | Said) -> Script:
    """A server that answers this to that method, and the usual to all others."""

    def answer(message: dict[str, Any], asked: Asked) -> Said:
        if message.get("method") != method:
            return None
        return said(message, asked) if callable(said) else said

    return Script(answer=answer)


def _elsewhere(location: str, status: int = 307) -> Answer:
    return Answer(b"", status, {"Location": location})


@pytest.mark.parametrize("method", [DISCOVER, LIST])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_no_redirect_is_followed_as_tools_are_read(method: str, status: int) -> None:
    with serving(Script()) as trap:
        for location in ("/other", trap.url):
            with serving(on(method, _elsewhere(location, status))) as server:
                with pytest.raises(ListingRefused, match="redirect"):
                    await listed(server.url)
                paths = {asked.path for _, asked in server.asked}
        assert (trap.asked, paths) == ([], {"/mcp"})


@pytest.mark.parametrize("location", ["/mcp", "/other", "http://127.0.0.1:1/"])
async def test_no_redirect_is_followed_as_a_tool_is_called(location: str) -> None:
    with serving(on(CALL, _elsewhere(location))) as server:
        outcome = await called(server.url)
        assert isinstance(outcome, Unknown)
        assert "redirect" in outcome.reason
        assert server.calls == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/mcp",
        "https://169.254.169.254/mcp",
        "https://[::ffff:10.0.0.1]/mcp",
        "http://127.0.0.1:9/mcp",
    ],
)
async def test_an_address_inside_is_not_called(url: str) -> None:
    with pytest.raises(ReadRefused):
        await listed(url, may_be_loopback=False)
    assert isinstance(await called(url, may_be_loopback=False), Refused)


async def test_a_server_that_answers_megabytes_is_not_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    many = {"tools": [tool("send", description="x" * 2_000_000)]}
    with serving(on(LIST, many)) as server, pytest.raises(ListingRefused, match="more than"):
        await listed(server.url)
    with serving(on(CALL, gave("x" * 2_000_000))) as server:
        outcome = await called(server.url)
        assert outcome == Unknown(reason="the server answers more than 262144 bytes", status=200)


async def test_an_endless_stream_of_events_is_cut_off() -> None:
    events = (
        b'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n' * 9_000
    )
    endless = Answer(events, 200, {"Content-Type": "text/event-stream"})
    with serving(on(CALL, endless)) as server:
        assert isinstance(await called(server.url), Unknown)


async def test_a_server_that_never_answers_is_left_after_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tool_list, "WITHIN_SECONDS", 0.3)
    monkeypatch.setattr(call, "WITHIN_SECONDS", 0.3)

    def slow(message: dict[str, Any], asked: Asked) -> None:
        time.sleep(1.0)

    for method in (DISCOVER, LIST):
        with serving(on(method, slow)) as server, pytest.raises(NotRead):
            await listed(server.url)
    with serving(on(CALL, slow)) as server:
        outcome = await called(server.url)
        assert isinstance(outcome, Unknown)
        assert outcome.status is None
        assert "did not answer within" in outcome.reason


@pytest.mark.parametrize("pages", [1, 100])
async def test_a_server_with_ten_thousand_tools_is_refused(pages: int) -> None:
    def listing(message: dict[str, Any], asked: Asked) -> Said:
        number = int(message["params"].get("cursor", "0"))
        each = 10_000 // pages
        named = [{"name": f"t{number}-{n}", "inputSchema": {"type": "object"}} for n in range(each)]
        return {"tools": named, "nextCursor": str(number + 1)}

    with serving(on(LIST, listing)) as server:
        with pytest.raises(ListingRefused, match="lists more than 100 tools"):
            await listed(server.url)
        assert len(server.asked) <= 4


async def test_pages_without_end_are_refused() -> None:
    empty = on(LIST, {"tools": [], "nextCursor": "again"})
    with serving(empty) as server, pytest.raises(ListingRefused, match="pages"):
        await listed(server.url)


@pytest.mark.parametrize(
    ("asks", "why"),
    [
        (
            {
                "method": "elicitation/create",
                "params": {
                    "mode": "form",
                    "message": "Enter your password",
                    "requestedSchema": {
                        "type": "object",
                        "properties": {"password": {"type": "string"}},
                    },
                },
            },
            "password, token, key",
        ),
        (
            {
                "method": "elicitation/create",
                "params": {"mode": "url", "message": "Sign in", "url": "https://evil.example"},
            },
            "open an address",
        ),
        ({"method": "roots/list", "params": {}}, "roots/list, which nobody"),
    ],
    ids=["form", "url", "roots"],
)
async def test_what_a_server_asks_for_is_not_given(asks: dict[str, Any], why: str) -> None:
    said = {"resultType": "input_required", "inputRequests": {"q": asks}, "requestState": "s"}
    with serving(on(CALL, said)) as server:
        outcome = await called(server.url)
        assert isinstance(outcome, Asks)
        refused = question_in(outcome.requests, outcome.state, 1)
        assert isinstance(refused, Refuse)
        assert why in refused.why
        assert server.calls == 1


async def test_a_question_in_the_stream_of_an_answer_is_answered_with_a_refusal() -> None:
    """As servers of the older versions ask: for a password, for the files, for a model."""
    asked_for = [
        {"jsonrpc": "2.0", "id": 7, "method": each, "params": params}
        for each, params in {
            "elicitation/create": {
                "message": "Enter your password",
                "requestedSchema": {"type": "object", "properties": {}},
            },
            "roots/list": {},
            "sampling/createMessage": {"messages": [], "maxTokens": 1},
        }.items()
    ]

    def answer(message: dict[str, Any], asked: Asked) -> Said:
        if message.get("method") == "initialize":
            return {
                "protocolVersion": "2025-11-25",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "x", "version": "1"},
            }
        if message.get("method") != CALL:
            return None
        last = {"jsonrpc": "2.0", "id": message["id"], "result": gave("done")}
        events = [f"event: message\ndata: {json.dumps(each)}\n\n" for each in (*asked_for, last)]
        return Answer("".join(events).encode(), 200, {"Content-Type": "text/event-stream"})

    with serving(Script(answer=answer)) as server:
        outcome = await called(server.url, protocol="2025-11-25")
        assert outcome == Gave({"text": "done", "structured": None, "content": []})
        replies = [json.loads(asked.body) for _, asked in server.asked if b'"id":7' in asked.body]
        assert all("error" in each for each in replies)


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (Answer(b"", 401), Answered(status=401)),
        (Answer(b"", 429), Answered(status=429)),
        (Answer(b"", 500), Answered(status=500)),
        (Answer(b"", 202), Unknown),
        (Answer(b"<p>", 200, {"Content-Type": "text/html"}), Unknown),
        (Answer(b"{", 200), Unknown),
        (Answer(b'{"jsonrpc":"2.0","id":99,"result":{"content":[]}}', 200), Unknown),
        ({"content": "no list"}, Unknown),
        ({"code": -32603, "message": "broke"}, Unknown),
        (
            {"code": -32602, "message": f"no such tool {SECRET}"},
            Refused(reason="the server refused it (-32602)", detail="no such tool [credential]"),
        ),
        (gave(f"failed with {SECRET}", isError=True), Failed("failed with [credential]")),
    ],
    ids=lambda each: "",
)
async def test_what_is_known_of_a_call_after_each_answer(
    said: Said, known: ToolOutcome | type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call, "WITHIN_SECONDS", 1.0)
    with serving(on(CALL, said)) as server:
        outcome = await called(server.url)
        if isinstance(known, type):
            assert isinstance(outcome, known)
        elif isinstance(known, Answered):
            assert isinstance(outcome, Answered)
            assert outcome.status == known.status
        else:
            assert outcome == known
        assert server.calls == 1


async def test_a_server_that_is_not_there_was_never_sent_a_call() -> None:
    url = "http://127.0.0.1:9/mcp"
    assert isinstance(await called(url), NeverSent)
    assert isinstance(await called(url, protocol="2025-11-25"), NeverSent)
    with pytest.raises(NotRead):
        await listed(url)


async def test_nothing_that_a_server_says_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for said in (Answer(f"{{{SECRET}".encode()), gave(SECRET), {"content": SECRET}):
        with serving(on(CALL, said)) as server:
            await called(server.url)
    assert SECRET not in caplog.text


async def test_arguments_go_into_headers_where_the_pinned_schema_says_so() -> None:
    with serving(Script()) as server:
        schema = {
            "type": "object",
            "properties": {"text": {"type": "string", "x-mcp-header": "To"}},
        }
        assert isinstance(await called(server.url, input_schema=schema), Gave)
        (asked,) = [asked for method, asked in server.asked if method == CALL]
        headers = {name.lower(): value for name, value in asked.headers.items()}
        assert (headers["mcp-param-to"], headers["mcp-name"]) == ("x", "send")
