"""Questions of one tenant wait for each other, and for nobody else's."""

import asyncio

import pytest

from functions.knowledge.service import turns
from functions.knowledge.service.turns import MOST_AT_ONCE, turn_of
from shared.kit.errors import TooManyRequests


async def test_a_tenant_searches_one_at_a_time_and_others_do_not_wait() -> None:
    end, at_once, most = asyncio.Event(), 0, 0

    async def ask(tenant: str) -> None:
        nonlocal at_once, most
        async with turn_of(tenant):
            at_once += tenant == "ours"
            most = max(most, at_once)
            await end.wait()
            at_once -= tenant == "ours"

    async with asyncio.TaskGroup() as asking:
        for _ in range(MOST_AT_ONCE):
            asking.create_task(ask("ours"))
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests) as refused:
            await ask("ours")
        assert refused.value.retry_after == 1
        async with turn_of("theirs"):
            pass
        end.set()
    assert most == 1
    assert turns._turns.here() == {}


async def test_whoever_waits_too_long_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAITS_SECONDS", 0.01)
    async with turn_of("ours"):
        with pytest.raises(TooManyRequests):
            async with turn_of("ours"):
                pass
    async with turn_of("ours"):
        pass
