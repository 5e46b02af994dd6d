"""How much longer a call of a tool takes that is governed: its token verified, its connector, its
agent and what stops it read, the policies asked, the call and its outcome recorded. Beside the same
call of the same server by the protocol's library alone, in an open session."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx

from emulators.ports import HOST, free_port
from tests.benchmarks.figures import Figure, at_most, median
from tests.benchmarks.outgoing import wait_for
from tests.benchmarks.started import ROOT, started_platform
from tests.benchmarks.worst import Scene
from tests.benchmarks.worst_runs import Running, running
from tests.benchmarks.worst_tools import call_of
from tests.functions.tools.mcp.others import everything

WARM_UP, CALLS = 20, 100
MOST_MORE_MILLISECONDS = 15.0


def measure() -> dict[str, Figure]:
    """The medians of calls one after the other, of both kinds in turn: of what reads, which is
    stored once, and of what acts, whose intent is stored before it. Then of a server of the version
    before, with which each call of ours is a session of its own."""
    figures: dict[str, Figure] = {}
    with started_platform() as platform, _server() as new, everything() as old:
        os.environ.update(platform.env)
        found = running(Scene(platform.client))
        bounded = at_most(MOST_MORE_MILLISECONDS)
        for what, url, effect, aim in (
            ("that reads", new, "read", bounded),
            ("that acts", new, "change", bounded),
            ("that reads, 2025-11-25", old, "read", None),
        ):
            name = f"tools-{len(figures)}"
            pin = _connected(found, name, url, effect)
            at = platform.address("tools")
            alone, ours, own = asyncio.run(_taken(found, at, name, url, pin))
            figures[f"call of a tool {what}, by the library alone"] = Figure(alone, "ms, p50")
            figures[f"call of a tool {what}, governed"] = Figure(ours, "ms, p50")
            figures[f"call of our own beside one {what}"] = Figure(own, "ms, p50")
            figures[f"what governing adds to one {what}"] = Figure(ours - alone, "ms", aim=aim)
    return figures


def _connected(found: Running, name: str, url: str, effect: str) -> str:
    """The pin of the server's connector, which is active."""
    body = {"name": name, "kind": "mcp", "url": url}
    made = found.ada.send("POST", "/v1/connectors", json=body)
    assert made.status_code == 201, made.text
    path = f"/v1/connectors/{name}"
    change = {"effects": {"echo": effect}}
    pin = found.ada.send("PATCH", path, json=change).json()["pin"]
    active = found.governor.send("POST", f"{path}/activate", json={"pin": pin})
    assert active.json()["status"] == "active", active.text
    return str(pin)


async def _taken(
    found: Running, tools: str, name: str, url: str, pin: str
) -> tuple[float, float, float]:
    """Milliseconds of a call by the library alone, of one that is governed, and of a governed one
    that calls nobody, which shows how much of it is the governing."""
    taken: tuple[list[float], list[float], list[float]] = ([], [], [])
    async with _session(url) as session, httpx.AsyncClient(base_url=tools) as client:

        async def governed(operation: str, arguments: dict[str, Any], pin: str) -> float:
            by, body = await asyncio.to_thread(call_of, found, operation, arguments, pin)
            began = time.perf_counter()
            headers = {"Authorization": f"Bearer {by.token}"}
            answer = await client.post("/v1/invocations", json=body, headers=headers)
            ended = time.perf_counter()
            assert answer.json()["status"] == "confirmed", answer.text
            return ended - began

        for number in range(WARM_UP + CALLS):
            arguments = {"message": f"{name} {number}"}
            began = time.perf_counter()
            await session.call_tool("echo", arguments)
            taken[0].append(time.perf_counter() - began)
            taken[1].append(await governed(f"{name}/echo", arguments, pin))
            computed = {"expression": "data", "data": number}
            taken[2].append(await governed("assent/transform.apply", computed, ""))
    alone, ours, own = (median(each[WARM_UP:]) * 1_000 for each in taken)
    return alone, ours, own


@asynccontextmanager
async def _session(url: str) -> AsyncIterator[Any]:
    from mcp import Client

    async with Client(url) as client:
        yield client


@contextmanager
def _server() -> Iterator[str]:
    """The address of a server of the version 2026-07-28, in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.mcp_server", str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(port)
        yield f"http://{HOST}:{port}/mcp"
    finally:
        process.terminate()
        process.wait()
