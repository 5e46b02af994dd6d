"""The true platform in a process of its own, so that a figure's client takes nothing from it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from emulators.client import PlatformClient
from emulators.iam import PROJECT
from shared.kit.local_platform import find_local_platform

ROOT = Path(__file__).parents[2]
_START_SECONDS = 90.0
_STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Started:
    """A platform that is up. `env` is what Google's clients need to talk to it."""

    client: PlatformClient
    env: dict[str, str]
    functions: dict[str, dict[str, str]]
    pid: int
    logs: Path

    def programs(self) -> dict[str, psutil.Process]:
        """Every process of the platform by what it is: `platform`, `firestore`, `pubsub`,
        `postgres`, and each deployable that runs, by its worker."""
        found = {"platform": psutil.Process(self.pid)}
        for child in found["platform"].children(recursive=True):
            name = _what(child)
            if name:
                found[name] = child
        return found

    def environment(self, deployable: str) -> dict[str, str]:
        """What the platform gave a deployable that runs."""
        return self.programs()[deployable].environ()

    def address(self, deployable: str) -> str:
        """The deployable's own port, past the platform's front end."""
        return f"http://127.0.0.1:{self.environment(deployable)['PORT']}"

    def emulator(self, name: str) -> str:
        """host:port of one of Google's emulators, past the platform's own pipes."""
        command = self.programs()[name].cmdline()
        port = next(part for part in command if part.startswith("--port="))
        return f"127.0.0.1:{port.removeprefix('--port=')}"

    @contextmanager
    def documents(self, project: str = PROJECT) -> Iterator[Any]:
        """A Firestore client of the emulator itself."""
        from google.auth.credentials import AnonymousCredentials
        from google.cloud.firestore import Client

        # The client reads its address from the environment.
        os.environ["FIRESTORE_EMULATOR_HOST"] = self.emulator("firestore")
        anybody: Any = AnonymousCredentials
        client: Any = Client(project=project, credentials=anybody())
        yield client
        client.close()


def _what(process: psutil.Process) -> str:
    try:
        command = " ".join(process.cmdline())
        if "functions_framework" in command:
            return process.environ().get("K_SERVICE", "")
    except psutil.Error:
        return ""
    if "CloudFirestore" in command:
        return "firestore"
    if "java" in command:
        return "pubsub"
    return ""


@contextmanager
def started_platform(root: Path = ROOT, *, more: Sequence[str] = ()) -> Iterator[Started]:
    """Yields once it is up, with `more` options of the command; nothing of it is left
    afterwards."""
    with tempfile.TemporaryDirectory(
        prefix="assent-bench-", ignore_cleanup_errors=True
    ) as directory:
        state = Path(directory)
        command = [
            *(sys.executable, "-m", "emulators", "up", "--port", "0"),
            *("--root", str(root), "--state", str(state), "--no-fork"),
            *more,
        ]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            description = _until_described(process, state)
            with PlatformClient(description["url"]) as client:
                yield Started(
                    client,
                    description["env"],
                    description["functions"],
                    process.pid,
                    state / "logs",
                )
        finally:
            _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """In order, if that does not take too long: what was measured counts either way. The
    platform's processes die with it."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _until_described(process: "subprocess.Popen[bytes]", state: Path) -> dict[str, Any]:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        if process.poll() is not None:
            break
        if (state / "platform.json").exists():
            description = find_local_platform(state)
            if description is not None:
                return description
        time.sleep(0.1)
    raise RuntimeError("the platform did not start")
