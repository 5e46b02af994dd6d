"""Starting, stopping and failing: what the command leaves behind, and what it says."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from emulators.options import Options
from emulators.ports import listen
from emulators.running import running_platform
from shared.kit.local_platform import find_local_platform
from tests.emulators.checkouts import Checkout, copy_checkout
from tests.emulators.commands import REPOSITORY, Command, running, up

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-lifecycle")]


@pytest.fixture(scope="module")
def own_checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return copy_checkout(tmp_path_factory.mktemp("lifecycle") / "checkout")


def _gone(processes: list[psutil.Process], port: int) -> None:
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert [process.cmdline() for process in alive] == []
    listen(port).close()


@dataclass
class Stopped:
    """A platform that Ctrl-C stopped, whose function was broken first and then mended. It was asked
    for a sample, which could be made of nothing."""

    command: Command
    health: dict[str, Any]
    while_broken: httpx.Response
    while_mended: httpx.Response
    children: list[psutil.Process]
    status: int
    output: str


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    checkout = copy_checkout(tmp_path_factory.mktemp("stopped") / "checkout")
    main = checkout.root / "functions" / "notes" / "main.py"
    mended = main.read_text()
    main.write_text("raise SystemError('broken')\n")
    with running(checkout, "--sample") as command:
        url = command.until_up()["url"]
        while_broken = httpx.get(f"{url}/v1/notes", timeout=30)
        main.write_text(mended)
        while_mended = httpx.get(f"{url}/v1/notes", timeout=30)
        health = up(command).health()
        children = command.children()
        command.process.send_signal(signal.SIGINT)
        status, output = command.finish()
    return Stopped(command, health, while_broken, while_mended, children, status, output)


def test_ctrl_c_leaves_no_process_and_no_port(stopped: Stopped) -> None:
    assert stopped.status == 0
    # Two emulators, a function's master and its worker.
    assert len(stopped.children) >= 4
    _gone(stopped.children, stopped.command.port)
    assert find_local_platform(stopped.command.state) is None


def test_a_platform_starts_and_stops_without_its_sample(stopped: Stopped) -> None:
    assert stopped.health["status"] == "ok"
    assert f"Open http://localhost:{stopped.command.port}/" in stopped.output


def test_a_function_that_cannot_start_is_named_and_answers_503_until_it_can(
    stopped: Stopped,
) -> None:
    answer = stopped.while_broken
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "notes died" in stopped.output
    # That of the function's log, and none of the platform's own.
    assert stopped.output.count("Traceback") <= 1
    assert "SystemError: broken" in stopped.output
    assert stopped.while_mended.status_code == 200


@pytest.mark.by_day(2)
@pytest.mark.parametrize("after_seconds", [0.2, 0.7, 1.2, 1.8])
def test_a_stop_during_the_start_leaves_nothing(
    own_checkout: Checkout, after_seconds: float
) -> None:
    with running(own_checkout) as command:
        time.sleep(after_seconds)
        children = command.children()
        command.process.send_signal(signal.SIGTERM)
        status, output = command.finish()
    assert "Traceback" not in output
    assert status in (0, -signal.SIGTERM)  # the latter only before Python itself is ready
    _gone(children, command.port)


@pytest.mark.nightly
def test_a_request_in_flight_does_not_keep_a_stopping_platform(own_checkout: Checkout) -> None:
    with running(own_checkout) as command, ThreadPoolExecutor() as pool:
        url = command.until_up()["url"]
        httpx.get(f"{url}/v1/notes")
        pool.submit(httpx.post, f"{url}/v1/notes", json={"sleep": 4.5}, timeout=30)
        pool.submit(httpx.get, f"{url}/_platform/idle?timeout=60", timeout=90)
        time.sleep(0.3)
        started = time.monotonic()
        command.process.send_signal(signal.SIGINT)
        status, output = command.finish()
    assert (status, "Traceback" in output) == (0, False)
    # The second would have taken a minute.
    assert time.monotonic() - started < 30


@pytest.mark.nightly
def test_impatient_ctrl_cs_are_one(own_checkout: Checkout) -> None:
    with running(own_checkout) as command:
        command.until_up()
        children = command.children()
        for _ in range(5):
            command.process.send_signal(signal.SIGINT)
            time.sleep(0.03)
        status, output = command.finish()
    assert status == 0
    assert "Traceback" not in output
    _gone(children, command.port)


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of this death")
def test_children_die_with_a_platform_that_is_killed(own_checkout: Checkout) -> None:
    with running(own_checkout) as command:
        url = command.until_up()["url"]
        httpx.get(f"{url}/v1/notes")
        children = command.children()
        command.process.kill()
        command.finish()
    _gone(children, command.port)


@pytest.mark.by_day(1)
@pytest.mark.parametrize(
    ("name", "part_of_command"),
    [("Firestore emulator", "CloudFirestore"), ("Pub/Sub emulator", "pubsub-emulator")],
)
def test_an_emulator_that_dies_is_named_with_the_end_of_its_log(
    own_checkout: Checkout, name: str, part_of_command: str
) -> None:
    with running(own_checkout) as command:
        command.until_up()
        victim = command.child(part_of_command)
        children = command.children()
        os.kill(victim.pid, signal.SIGKILL)
        status, output = command.finish()
    assert status == 1
    assert f"{name} died" in output
    assert "end of its log" in output
    assert "Traceback" not in output
    _gone(children, command.port)


def test_a_taken_port_is_named_with_what_to_do(own_checkout: Checkout) -> None:
    taken = listen()
    port = taken.getsockname()[1]
    command = Command(own_checkout, port)
    status, output = command.finish()
    taken.close()
    assert status == 1
    assert f"Port {port} is taken by" in output
    assert str(os.getpid()) in output
    assert f"make up PORT={port + 1}" in output
    assert "Traceback" not in output


@pytest.mark.nightly
def test_a_second_platform_in_the_same_directory_is_refused(own_checkout: Checkout) -> None:
    with running(own_checkout) as command:
        url = command.until_up()["url"]
        status, output = Command(own_checkout).finish()
        assert status == 1
        assert f"already runs here: {url}" in output
        assert find_local_platform(command.state) is not None


def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    manifest = checkout.root / "functions" / "notes" / "function.toml"
    manifest.write_text(manifest.read_text().replace("summary", "sumary"))
    status, output = Command(checkout).finish()
    assert status == 1
    assert "function.toml: sumary" in output
    assert "Traceback" not in output


@pytest.mark.nightly
def test_two_platforms_run_side_by_side_and_scale_to_zero(
    own_checkout: Checkout, tmp_path: Path
) -> None:
    one = Options(root=own_checkout.root, idle_after=0.5)
    other = Options(root=own_checkout.root, state=tmp_path / "other")
    with running_platform(one) as first, running_platform(other) as second:
        for running_one in (first, second):
            assert running_one.client.http.get("/v1/notes").status_code == 200
        deadline = time.monotonic() + 10
        while first.client.health()["functions"][0]["state"] != "cold":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert second.client.health()["functions"][0]["state"] == "warm"
        assert first.client.http.get("/v1/notes").status_code == 200
        assert set(first.env.values()).isdisjoint(
            value for value in second.env.values() if ":" in value
        )


@pytest.mark.by_day(1)
@pytest.mark.parametrize("port", ["99999", "-1", "eighty"])
def test_what_is_no_port_is_refused(port: str) -> None:
    command = [sys.executable, "-m", "emulators", "up", "--port", port]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 2
    assert "--port" in done.stderr
