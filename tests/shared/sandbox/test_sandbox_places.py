"""Places of programs: two at once, and an answer for who waits too long."""

import asyncio
import threading

import pytest

from shared.kit.errors import Unavailable
from shared.sandbox import places
from shared.sandbox.places import MOST_AT_ONCE, in_sandbox


async def test_who_finds_no_place_is_told_and_a_place_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(places, "WAITS_SECONDS", 0.05)
    done = threading.Event()
    taken = [asyncio.create_task(in_sandbox(done.wait)) for _ in range(MOST_AT_ONCE)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="all sandboxes are taken"):
        await in_sandbox(lambda: 1)
    done.set()
    assert await asyncio.gather(*taken) == [True] * MOST_AT_ONCE
    assert await in_sandbox(lambda: 1) == 1


async def test_a_place_comes_back_after_a_failure() -> None:
    def fails() -> None:
        raise ValueError("no")

    for _ in range(MOST_AT_ONCE + 1):
        with pytest.raises(ValueError, match="no"):
            await in_sandbox(fails)
