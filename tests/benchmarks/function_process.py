"""Function processes of our own, started as the platform starts them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from emulators.ports import HOST, free_port
from tests.benchmarks.started import ROOT

BARE = Path(__file__).parent / "bare" / "main.py"
_GIVE_UP_SECONDS = 60.0
_GLANCE_SECONDS = 0.002


@contextmanager
def function_process(env: Mapping[str, str]) -> Iterator[int]:
    """Yields the port on which the function will answer, as soon as its process was started."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "functions_framework", "--asgi", "--host", HOST),
        *("--port", str(port), "--target", env["FUNCTION_TARGET"]),
        *("--source", env["FUNCTION_SOURCE"]),
    ]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**env, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def bare(env: Mapping[str, str], source: Path = BARE) -> dict[str, str]:
    """The environment of a deployable, for the bare function."""
    return {**env, "FUNCTION_TARGET": "api", "FUNCTION_SOURCE": str(source), "K_SERVICE": "bare"}


def connected(port: int) -> socket.socket:
    """A connection to the port as soon as somebody listens there."""
    give_up = time.monotonic() + _GIVE_UP_SECONDS
    while True:
        try:
            return socket.create_connection((HOST, port), timeout=_GIVE_UP_SECONDS)
        except ConnectionRefusedError:
            if time.monotonic() > give_up:
                raise
            time.sleep(_GLANCE_SECONDS)
