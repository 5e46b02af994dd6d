"""From a run to its evidence."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import httpx

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.reading import read_keys, read_tenants, surprises
from tests.chaos.operating import dead_letters
from tests.chaos.run import Run
from tests.chaos.tale import Extent, Tale
from tests.chaos.weather.stage import ROOT, Stage, unused_port

# Moving the clock answers once everything due on the way has happened.
_PATIENCE_SECONDS = 600.0
NO_LETTERS = "There are no dead letters."
_PORT_LINE = 3


def try_out(seed: int, extent: Extent, into: Path) -> tuple[Tale, Evidence]:
    """One run on a platform of its own, with real function processes. What it leaves behind is in
    `into`: the logs and the evidence. Raises StageFailed."""
    into.mkdir(parents=True)
    return asyncio.run(_try_out(seed, extent, into))


async def _try_out(seed: int, extent: Extent, into: Path) -> tuple[Tale, Evidence]:
    port = unused_port()
    async with client(port) as http:
        stage = Stage(into / "platform", http, port)
        try:
            await stage.start()
            tale = await Run(http, stage, seed, extent).live()
            evidence = await examined(stage, tale)
        finally:
            await stage.stop()
    evidence.surprises += surprises(into / "logs")
    evidence.keep(into / "evidence.json.gz")
    return tale, evidence


async def examined(stage: Stage, tale: Tale) -> Evidence:
    """Everything the run left behind, and everything anybody was told in it."""
    described = stage.description()
    rebuilt, tenants = await asyncio.gather(
        _rebuild_differs(described["env"]),
        asyncio.to_thread(
            read_tenants, described["url"], described["env"], tale.tenants, database_of(stage.state)
        ),
    )
    for tenant in tenants:
        tenant.said = [asdict(said) for said in tale.diary.said if said.tenant == tenant.name]
        tenant.ends = [asdict(end) for end in tale.ends if end.tenant == tenant.name]
    letters = await dead_letters(stage.state, "list")
    return Evidence(
        tenants,
        keys=await asyncio.to_thread(read_keys, described["env"]),
        rebuilt=rebuilt,
        dead_letters="" if letters.strip() == NO_LETTERS else letters,
        surprises=[f"answered 500: {each}" for each in tale.diary.internal],
        troubles=tale.troubles,
    )


async def _rebuild_differs(env: dict[str, str]) -> str:
    """What the command that compares the projection with its rebuild says, if they differ."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mobile_api.rebuild", "--check"),
        cwd=ROOT,
        env={**os.environ, **env, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    return said.decode() if child.returncode else ""


def database_of(state: Path) -> str:
    """The address of the PostgreSQL of the platform in that directory."""
    port = (state / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[_PORT_LINE]
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


@asynccontextmanager
async def client(port: int) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the platform at that port."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        limits=limits,
        timeout=_PATIENCE_SECONDS,
        trust_env=False,
    ) as http:
        yield http
