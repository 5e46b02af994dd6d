"""Work that may not take long ends in time, whatever it catches."""

import gc
from collections.abc import Callable
from contextlib import suppress

import pytest

from shared.kit.bounded import TookTooLong, bounded


async def test_what_the_work_gives_or_raises_reaches_whoever_waits() -> None:
    assert await bounded(lambda: 7, seconds=1) == 7
    with pytest.raises(ZeroDivisionError):
        await bounded(lambda: 1 / 0, seconds=1)


def _step() -> None:
    sum(range(100))


def _for_ever() -> None:
    while True:
        _step()


def _catching() -> None:
    while True:
        with suppress(Exception):
            _step()


class _Collected:
    def __del__(self) -> None:
        for _ in range(100):
            _step()


def _collecting() -> None:
    while True:
        _Collected()
        gc.collect(0)
        _step()


@pytest.mark.parametrize("work", [_for_ever, _catching, _collecting])
async def test_work_that_takes_long_is_ended(work: Callable[[], None]) -> None:
    with pytest.raises(TookTooLong):
        await bounded(work, seconds=0.05)
