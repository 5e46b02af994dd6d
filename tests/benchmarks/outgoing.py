"""What a call of an HTTP service takes of a processor, beside a bare call of `httpx` to the same
server, which opens a connection for each call too."""

import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

import httpx
from pydantic import SecretStr

from emulators.books import SECRET
from emulators.ports import HOST, free_port
from functions.tools.http.call import (
    Answered,
    Bearer,
    Credential,
    HttpOperation,
    Target,
    call_http,
)
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.started import ROOT

CALLS, ROUNDS = 200, 7
MOST_MORE_MILLISECONDS = 2.0
_SEARCH = HttpOperation(method="GET", path="/articles", query=("title",))


def measure() -> dict[str, Figure]:
    """The median of some rounds of each, taken in turn."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Figure]:
    with _server() as url:
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(trust_env=False, limits=limits) as client:

            async def bare() -> None:
                headers = {"Authorization": f"Bearer {SECRET}"}
                answer = await client.get(f"{url}/articles", params={"title": "a"}, headers=headers)
                assert answer.json()["count"] == 0

            target = Target(base_url=url, hosts=(HOST,), auth=Bearer())
            credential = Credential(tenant_id="a", name="b", version="1", secret=SecretStr(SECRET))

            async def guarded() -> None:
                outcome = await call_http(
                    target,
                    _SEARCH,
                    {"title": "a"},
                    key="k",
                    credential=credential,
                    may_be_loopback=True,
                )
                assert isinstance(outcome, Answered)

            rounds = [(await _taken(bare), await _taken(guarded)) for _ in range(ROUNDS + 1)][1:]
    alone, ours = (median(each) for each in zip(*rounds, strict=True))
    return {
        "bare call": Figure(alone, "ms of a processor"),
        "guarded call": Figure(ours, "ms of a processor"),
        "guarded call beyond a bare one": Figure(
            ours - alone, "ms of a processor", aim=at_most(MOST_MORE_MILLISECONDS)
        ),
    }


async def _taken(call: Callable[[], Awaitable[None]]) -> float:
    began = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - began) * 1_000 / CALLS


@contextmanager
def _server() -> Iterator[str]:
    """The address of the service of articles, in a process of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="assent-bench-") as folder:
        file = Path(folder) / "targets.db"
        command = [sys.executable, "-m", "emulators.targets_server", str(file), str(port)]
        process = subprocess.Popen(command, cwd=ROOT)
        try:
            wait_for(port)
            yield f"http://{HOST}:{port}/books"
        finally:
            process.terminate()
            process.wait()


def wait_for(port: int) -> None:
    """Returns once somebody listens at the port."""
    while True:
        with suppress(ConnectionRefusedError):
            socket.create_connection((HOST, port)).close()
            return
        time.sleep(0.05)
