"""The platform's clock."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulators.clock import VirtualClock
from shared.kit.instants import format_instant, parse_instant


@pytest.fixture
def clock(tmp_path: Path) -> VirtualClock:
    return VirtualClock(tmp_path / "platform" / "clock")


def test_a_new_clock_shows_the_real_time(clock: VirtualClock) -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.offset == timedelta()


def test_it_shows_whole_milliseconds(clock: VirtualClock) -> None:
    clock.advance(0.0123456)
    assert clock.now().microsecond % 1000 == 0


def test_it_advances_by_what_it_is_told_and_goes_on(clock: VirtualClock) -> None:
    before = clock.now()
    after = clock.advance(86_400)
    assert timedelta(days=1) <= after - before < timedelta(days=1, seconds=1)


def test_it_moves_to_an_instant_and_no_further(clock: VirtualClock) -> None:
    instant = clock.now() + timedelta(days=30)
    assert instant <= clock.move_to(instant) < instant + timedelta(seconds=1)


def test_it_never_runs_backwards(clock: VirtualClock) -> None:
    clock.advance(60)
    before = clock.now()
    assert clock.move_to(before - timedelta(hours=1)) >= before
    for seconds in (-0.001, float("nan")):
        with pytest.raises(ValueError, match="never runs backwards"):
            clock.advance(seconds)


def test_it_continues_from_the_offset_its_file_holds(clock: VirtualClock) -> None:
    clock.advance(3600)
    assert VirtualClock(clock.path).offset == timedelta(hours=1)


READER = """
import sys
from shared.kit.clock import now
from shared.kit.instants import format_instant
for line in sys.stdin:
    print(format_instant(now()), flush=True)
"""


def test_another_process_sees_every_move_at_once(clock: VirtualClock) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-c", READER],
        env={"ASSENT_CLOCK_FILE": str(clock.path), "PYTHONPATH": "."},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    with reader:
        for _ in range(3):
            before = clock.advance(86_400)
            reader.stdin.write("now?\n")
            reader.stdin.flush()
            told = reader.stdout.readline().strip()
            assert format_instant(before) <= told <= format_instant(clock.now())
            assert parse_instant(told) - before < timedelta(minutes=1)


async def test_a_sleeper_wakes_when_the_clock_is_moved_past_its_instant(
    clock: VirtualClock,
) -> None:
    instant = clock.now() + timedelta(hours=1)
    sleeper = asyncio.create_task(clock.sleep_until(instant))
    for _ in range(2):
        await asyncio.sleep(0.01)
        clock.advance(1700)
    await asyncio.sleep(0.01)
    assert not sleeper.done()
    clock.advance(200)
    await asyncio.wait_for(sleeper, 1)


async def test_a_sleeper_wakes_when_real_time_reaches_its_instant_and_not_before(
    clock: VirtualClock,
) -> None:
    instant = clock.now() + timedelta(milliseconds=30)
    await asyncio.wait_for(clock.sleep_until(instant), 1)
    assert clock.now() >= instant


async def test_nobody_sleeps_until_the_past(clock: VirtualClock) -> None:
    await asyncio.wait_for(clock.sleep_until(clock.now() - timedelta(seconds=1)), 0.1)
