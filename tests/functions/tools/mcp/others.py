"""Servers that others wrote, as processes of their own."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from emulators.ports import HOST, free_port

ROOT = Path(__file__).parents[4]
PACKAGES = ROOT / "build" / "mcp" / "node_modules" / "@modelcontextprotocol"
EVERYTHING = PACKAGES / "server-everything" / "dist" / "index.js"
FILES = PACKAGES / "server-filesystem" / "dist" / "index.js"
STARTUP_SECONDS = 30.0


def node() -> str:
    """The Node.js of the virtualenv."""
    return str(ROOT / ".venv" / "bin" / "node")


@contextmanager
def everything() -> Iterator[str]:
    """The address of the reference server, of the version 2025-11-25, over streamable HTTP."""
    assert EVERYTHING.exists(), f"make {PACKAGES.parents[1].relative_to(ROOT)}: it is not installed"
    port = free_port()
    process = subprocess.Popen(
        [node(), str(EVERYTHING), "streamableHttp"],
        env={"PORT": str(port), "PATH": os.environ["PATH"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # The virtualenv's Node.js is a script that starts the true one.
        start_new_session=True,
    )
    try:
        _wait_for(port)
        yield f"http://{HOST}:{port}/mcp"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTUP_SECONDS
    while True:
        with suppress(ConnectionRefusedError):
            socket.create_connection((HOST, port)).close()
            return
        assert time.monotonic() < until, "the server does not start"
        time.sleep(0.05)


def baked(folder: Path) -> dict[str, list[str]]:
    """The servers that an operator may put into an image, and their commands: of the version
    2026-07-28, and of 2025-11-25 with the files of `folder`."""
    return {
        "clock": [str(ROOT / ".venv" / "bin" / "mcp-server-time"), "--local-timezone", "UTC"],
        "files": [node(), str(FILES), str(folder)],
    }
