"""From a batch of runs to its evidence."""

import asyncio
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.reading import (
    read_counted,
    read_keys,
    read_platform,
    read_tenants,
    surprises,
)
from tests.chaos.governed.course import Course
from tests.chaos.governed.prices import priced_checkout
from tests.chaos.operating import dead_letters
from tests.chaos.run import Run
from tests.chaos.tale import Extent, Tale
from tests.chaos.trial import NO_LETTERS, client, database_of, examined
from tests.chaos.weather.stage import ROOT, Stage, unused_port


class Birth(NamedTuple):
    """The cases of creation that come first."""

    seed: int
    extent: Extent


def try_runs(seed: str, extent: Extent, into: Path) -> tuple[Tale, Evidence]:
    """A batch on a platform and a database of its own, in which calls cost something. What it
    leaves behind is in `into`. Raises StageFailed."""
    (tale,), evidence = _try_out(seed, extent, into)
    return tale, evidence


def try_both(
    seed: int, births: Extent, runs: Extent, into: Path
) -> tuple[tuple[Tale, ...], Evidence]:
    """Cases of creation, and after them runs, on one platform. Raises StageFailed."""
    return _try_out(str(seed), runs, into, Birth(seed, births))


def _try_out(
    seed: str, extent: Extent, into: Path, birth: Birth | None = None
) -> tuple[tuple[Tale, ...], Evidence]:
    root = priced_checkout(ROOT, into / "checkout")
    return asyncio.run(_tried(seed, extent, into, root, birth))


async def _tried(
    seed: str, extent: Extent, into: Path, root: Path, birth: Birth | None
) -> tuple[tuple[Tale, ...], Evidence]:
    tales: list[Tale] = []
    port, evidence = unused_port(), Evidence([])
    async with client(port) as http:
        stage = Stage(into / "platform", http, port, root)
        try:
            await stage.start()
            if birth is not None:
                tales.append(await Run(http, stage, *birth).live())
                evidence.add(await examined(stage, tales[0]))
            course = Course(http, stage, seed, extent)
            tales.append(await course.live())
            evidence.add(await examine_runs(http, stage, course, into))
        finally:
            await stage.stop()
    evidence.surprises += surprises(into / "logs")
    evidence.keep(into / "evidence.json.gz")
    return tuple(tales), evidence


async def examine_runs(
    http: httpx.AsyncClient, stage: Stage, course: Course, into: Path
) -> Evidence:
    """What the runs left behind, and what anybody was told of them."""
    tale, described = course.tale, stage.description()
    exports = [await _exported(http, firm, into) for firm in course.firms]
    tenants = await asyncio.to_thread(
        read_tenants, described["url"], described["env"], tale.tenants, database_of(stage.state)
    )
    platform = await asyncio.to_thread(read_platform, described["url"], described["env"])
    counted = await asyncio.to_thread(read_counted, stage.state / "targets.db")
    for tenant in tenants:
        tenant.run_ends = [asdict(end) for end in course.run_ends if end.tenant == tenant.name]
        tenant.counted = counted.get(tenant.name, {"additions": [], "lines": []})
        tenant.said = [asdict(said) for said in tale.diary.said if said.tenant == tenant.name]
    letters = await dead_letters(stage.state, "list")
    return Evidence(
        tenants,
        platform=platform,
        keys=await asyncio.to_thread(read_keys, described["env"]),
        dead_letters="" if letters.strip() == NO_LETTERS else letters,
        surprises=[f"answered 500: {each}" for each in tale.diary.internal],
        troubles=[*tale.troubles, *filter(None, exports)],
    )


async def _exported(http: httpx.AsyncClient, firm: Any, into: Path) -> str:
    """What `assent-verify` has against the firm's exported log; empty where it is whole."""
    asked = await firm.auditor.post("/v1/audit/exports")
    if asked.status != 202:
        return f"no export of {firm.name}: {asked.answer}"
    shown = f"/v1/audit/exports/{asked.answer['export_id']}"
    for _ in range(60):
        export = await firm.auditor.get(shown)
        if export.get("status") == "ready":
            break
        await asyncio.sleep(1.0)
    else:
        return f"the export of {firm.name} is never ready: {export}"
    archive = into / f"{firm.name}.tar"
    archive.write_bytes((await http.get(export["url"])).raise_for_status().content)
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shared.verify", str(archive)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    return f"the tree of {firm.name}: {said.decode()}" if child.returncode else ""
