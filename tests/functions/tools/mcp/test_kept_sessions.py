"""Sessions that are kept open between calls: of one connector only, with one credential, for a
short time, and never in two calls at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from pydantic import SecretStr

from functions.tools.http.outcomes import Unknown
from functions.tools.mcp import kept
from functions.tools.mcp.kept import end_sessions, sessions
from functions.tools.mcp.outcomes import Gave, ToolOutcome
from tests.functions.tools.mcp.calling import CREDENTIAL, WHOSE, called
from tests.functions.tools.mcp.sessions import PROTOCOL, Keeping, keeping

pytestmark = pytest.mark.usefixtures("ended")
_other = partial(replace, CREDENTIAL)


@pytest.fixture
async def ended() -> AsyncIterator[None]:
    """No session outlives its test."""
    await end_sessions()
    yield
    await end_sessions()


async def called_at(server: Keeping, **said: Any) -> ToolOutcome:
    return await called(server.url, protocol=PROTOCOL, **said)


async def until(holds: Callable[[], bool]) -> None:
    """Waits until it holds, in a thread of the server's or a task that nothing waits for."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - neither tells anybody of its changes
            await asyncio.sleep(0.01)


async def until_ended(server: Keeping, times: int) -> None:
    await until(lambda: server.ended >= times)


async def test_calls_one_after_the_other_share_a_session() -> None:
    with keeping() as server:
        # Each has the limits of one exchange to itself: twenty requests, 256 KB.
        server.text = "x" * 50_000
        for _ in range(25):
            assert isinstance(await called_at(server), Gave)
        assert (server.begun, len(server.acted)) == (1, 25)
        await end_sessions()
        assert server.ended == 1


@pytest.mark.parametrize(
    "whose",
    [
        WHOSE._replace(tenant_id="shop"),
        WHOSE._replace(workspace_id="wsp_1"),
        WHOSE._replace(connector="another"),
    ],
)
async def test_no_other_tenant_workspace_or_connector_gets_it(whose: Any) -> None:
    with keeping() as server:
        for each in (WHOSE, whose, WHOSE, whose):
            await called_at(server, whose=each)
        assert server.acted == ["session-1", "session-2", "session-1", "session-2"]
        assert server.ended == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"credential": _other(version="2", secret=SecretStr("another-secret"))},
        {"credential": _other(name="another", secret=SecretStr("another-secret"))},
        {"description": "Another pin."},
    ],
)
async def test_another_credential_or_pin_ends_it(changed: dict[str, Any]) -> None:
    with keeping() as server:
        await called_at(server)
        await called_at(server, **changed)
        await until_ended(server, 1)
        assert server.acted == ["session-1", "session-2"]
        assert server.known == {"session-2"}
        assert (server.shown[0] == server.shown[1]) == ("description" in changed)


async def test_calls_at_once_have_sessions_of_their_own() -> None:
    with keeping() as server:
        server.may_answer.clear()
        both = asyncio.gather(called_at(server), called_at(server))
        await until(lambda: len(server.acted) == 2)
        server.may_answer.set()
        assert all(isinstance(each, Gave) for each in await both)
        assert sorted(server.acted) == ["session-1", "session-2"]


@pytest.mark.parametrize("unknown", [400, 404])
async def test_a_session_that_its_server_forgot_is_opened_again(unknown: int) -> None:
    with keeping(unknown=unknown) as server:
        await called_at(server)
        server.known.clear()
        assert isinstance(await called_at(server), Gave)
        assert server.acted == ["session-1", "session-2"]


async def test_what_fails_is_not_kept() -> None:
    with keeping() as server:
        await called_at(server)
        server.fails = 500
        outcome = await called_at(server)
        assert getattr(outcome, "status", None) == 500
        # A refusal in a session that has just begun is the server's answer.
        server.fails = 404
        outcome = await called_at(server)
        assert getattr(outcome, "status", None) == 404
        server.fails = None
        assert isinstance(await called_at(server), Gave)
        assert server.acted == ["session-1", "session-1", "session-2", "session-3"]


async def test_whoever_gives_up_leaves_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    with keeping() as server:
        await called_at(server)
        server.may_answer.clear()
        calling = asyncio.create_task(called_at(server))
        await until(lambda: len(server.acted) == 2)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        server.may_answer.set()
        await called_at(server)
        assert server.acted == ["session-1", "session-1", "session-2"]
        monkeypatch.setattr("functions.tools.mcp.call.WITHIN_SECONDS", 0.3)
        server.may_answer.clear()
        assert isinstance(await called_at(server), Unknown)
        server.may_answer.set()
        assert sessions().idle == []


async def test_nobody_keeps_it_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "IDLE_SECONDS", 0.05)
    with keeping() as server:
        await called_at(server)
        await until_ended(server, 1)
        assert isinstance(await called_at(server), Gave)
        assert server.begun == 2


async def test_no_more_are_kept_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_IDLE", 2)
    with keeping() as server:
        for number in range(4):
            await called_at(server, whose=WHOSE._replace(tenant_id=f"t{number}"))
        await until_ended(server, 2)
        assert server.known == {"session-3", "session-4"}
