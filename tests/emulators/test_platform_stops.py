"""However a platform with `--keep` ends, what comes back is whole; what is not is refused."""

import os
import re
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from shared.kit.instants import parse_instant
from tests.emulators.checkouts import Checkout, copy_checkout
from tests.emulators.commands import (
    Command,
    emulators,
    publish,
    running,
    set_timer,
    stop,
    until,
    up,
)

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-keep")]

DUE = "assent.note.due.v1"


@pytest.fixture(scope="module")
def kept_once(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout whose platform was stopped a moment ago; a timer named `kept` is set."""
    checkout = copy_checkout(tmp_path_factory.mktemp("kept") / "checkout")
    with running(checkout, "--keep") as command:
        platform = up(command)
        set_timer(platform, "kept", parse_instant(platform.now()) + timedelta(hours=1))
        stop(command)
    return checkout


@pytest.fixture
def kept_checkout(kept_once: Checkout, tmp_path: Path) -> Checkout:
    """A copy of its own for each test."""
    return Checkout(shutil.copytree(kept_once.root, tmp_path / "checkout"))


# What is under way at a stop


@pytest.mark.nightly
def test_what_was_in_flight_ends_before_the_platform_does(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first, ThreadPoolExecutor() as pool:
        platform = up(first)
        publish(platform, "warm-up")
        platform.wait_until_idle()
        body = {"sleep": 2, "publish": [{"id": "late"}]}
        answer = pool.submit(platform.http.post, "/v1/notes", json=body)
        time.sleep(0.5)
        started = time.monotonic()
        first.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        refused = httpx.get(f"{platform.url}/v1/notes")
        assert answer.result().status_code == 200
        assert refused.status_code == 503
        assert first.finish()[0] == 0
        assert time.monotonic() - started < 10
    with running(kept_checkout, "--keep") as second:
        up(second).wait_until_idle()
        assert kept_checkout.ids().count("late") == 1


@pytest.mark.nightly
def test_what_takes_too_long_is_cut_off_and_made_again(kept_checkout: Checkout) -> None:
    manifest = kept_checkout.root / "functions" / "notes" / "function.toml"
    manifest.write_text(re.sub(r"(?m)^timeout .*$", 'timeout = "60s"', manifest.read_text()))
    with running(kept_checkout, "--keep") as first:
        platform = up(first)
        publish(platform, "warm-up")
        platform.wait_until_idle()
        kept_checkout.answer(assent__note__written__v1=-25)
        publish(platform, "slow")
        until(lambda: kept_checkout.ids(), ["warm-up", "slow"])
        started = time.monotonic()
        stop(first)
        assert 9 < time.monotonic() - started < 22
    kept_checkout.forget()
    with running(kept_checkout, "--keep") as second:
        up(second).wait_until_idle()
        assert kept_checkout.ids() == ["slow"]


# Ends that are not in order


@pytest.mark.nightly
def test_after_a_crash_the_last_whole_state_comes_back_and_the_platform_says_of_when(
    kept_checkout: Checkout,
) -> None:
    with running(kept_checkout, "--keep") as first:
        platform = up(first)
        set_timer(platform, "lost", parse_instant(platform.now()) + timedelta(hours=1))
        first.process.kill()
        first.process.wait()
    with running(kept_checkout, "--keep") as second:
        assert _timers_of_two_hours(second, kept_checkout) == ["kept"]
        output = stop(second)
    assert "did not stop in order last time: it goes on from what was kept at 2" in output
    assert "what came later is lost" in output


@pytest.mark.parametrize("after_seconds", [0.1, pytest.param(0.5, marks=pytest.mark.nightly)])
def test_a_kill_while_the_state_is_written_leaves_a_whole_one(
    kept_checkout: Checkout, after_seconds: float
) -> None:
    with running(kept_checkout, "--keep") as first:
        up(first)
        first.process.send_signal(signal.SIGTERM)
        time.sleep(after_seconds)
        first.process.kill()
        first.process.wait(30)
    with running(kept_checkout, "--keep") as second:
        assert _timers_of_two_hours(second, kept_checkout) == ["kept"]
        stop(second)
    assert [path.name for path in (second.state / "kept").iterdir()] == ["snapshot.zip"]


def _timers_of_two_hours(command: Command, checkout: Checkout) -> list[str]:
    platform = up(command)
    platform.advance(2 * 3600)
    platform.wait_until_idle()
    return checkout.ids(DUE)


@pytest.mark.nightly
def test_an_emulator_that_dies_leaves_what_was_kept_before(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as command:
        up(command)
        os.kill(command.child("CloudFirestore").pid, signal.SIGKILL)
        assert command.finish()[0] == 1
    assert [path.name for path in (command.state / "kept").glob("s*")] == ["snapshot.zip"]


# What is refused, and what stays as it was


@pytest.mark.nightly
def test_a_second_platform_on_a_kept_directory_is_refused(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first:
        up(first)
        status, output = Command(kept_checkout, None, "--keep").finish()
        assert (status, "already runs here" in output) == (1, True)
        backup = emulators(kept_checkout, "backup", str(kept_checkout.root / "b"))
        assert backup.returncode == 1
        assert "already runs here" in backup.stderr


@pytest.mark.nightly
def test_without_keep_a_start_is_fresh_and_leaves_what_was_kept(kept_checkout: Checkout) -> None:
    kept = kept_checkout.root / "build" / "platform" / "kept"
    before = {path: path.stat().st_mtime_ns for path in kept.rglob("*")}
    with running(kept_checkout) as fresh:
        assert _timers_of_two_hours(fresh, kept_checkout) == []
        stop(fresh)
    assert {path: path.stat().st_mtime_ns for path in kept.rglob("*")} == before


@pytest.mark.nightly
def test_a_broken_state_is_refused_by_name_with_what_to_do(kept_checkout: Checkout) -> None:
    state = kept_checkout.root / "build" / "platform" / "kept" / "snapshot.zip"
    state.write_bytes(state.read_bytes()[:-1])
    status, output = Command(kept_checkout, None, "--keep").finish()
    assert (status, "Traceback" in output) == (1, False)
    assert f"{state} is not as it was written" in output
    assert "Start without --keep" in output
