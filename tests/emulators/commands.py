"""`python -m emulators` as a user runs it."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from emulators.client import PlatformClient
from emulators.ports import free_port
from shared.kit.instants import format_instant
from shared.kit.local_platform import find_local_platform
from tests.emulators.checkouts import Checkout

REPOSITORY = Path(__file__).parents[2]


class Command:
    """`python -m emulators up` as a user runs it."""

    def __init__(self, checkout: Checkout, port: int | None = None, *more: str) -> None:
        self.port = port or free_port()
        self.state = checkout.root / "build" / "platform"
        command = ["up", "--root", str(checkout.root), "--port", str(self.port), *more]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "emulators", *command],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def until_up(self) -> dict[str, Any]:
        """What the platform says about itself once it is up."""
        deadline = time.monotonic() + 60
        while (description := find_local_platform(self.state)) is None:
            assert self.process.poll() is None, self.process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return description

    def children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def child(self, part_of_command: str) -> psutil.Process:
        """The one child whose command says so; a look at all processes at once may miss one."""
        deadline = time.monotonic() + 10
        while True:
            found = [c for c in self.children() if part_of_command in " ".join(c.cmdline())]
            if found or time.monotonic() > deadline:
                [child] = found
                return child
            time.sleep(0.05)

    def finish(self) -> tuple[int, str]:
        """The exit status and everything that was printed."""
        output, _ = self.process.communicate(timeout=30)
        return self.process.returncode, output


@contextmanager
def running(checkout: Checkout, *more: str, port: int | None = None) -> Iterator[Command]:
    """Kills it in the end, if it is still there."""
    command = Command(checkout, port, *more)
    try:
        yield command
    finally:
        command.process.kill()
        command.process.communicate()


def emulators(checkout: Checkout, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m emulators` with these words, of that checkout."""
    command = [sys.executable, "-m", "emulators", *words, "--root", str(checkout.root)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)


def up(command: Command) -> PlatformClient:
    return PlatformClient(command.until_up()["url"])


def stop(command: Command) -> str:
    command.process.send_signal(signal.SIGTERM)
    status, output = command.finish()
    assert (status, "Traceback" in output) == (0, False), output
    return output


def publish(platform: PlatformClient, *ids: str) -> None:
    answer = platform.http.post("/v1/notes", json={"publish": [{"id": one} for one in ids]})
    assert answer.status_code == 200, answer.text


def set_timer(platform: PlatformClient, name: str, at: datetime) -> None:
    body = {"timers": [{"id": name, "at": format_instant(at)}]}
    assert platform.http.post("/v1/notes", json=body).status_code == 200


def until(seen: Any, wanted: object) -> None:
    deadline = time.monotonic() + 15
    while seen() != wanted:
        assert time.monotonic() < deadline, seen()
        time.sleep(0.05)
