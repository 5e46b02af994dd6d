"""Requests a second for one approval, authenticated and warm, beside a bare function that reads the
same document. Both are asked on their own port by the same client with the same concurrency, in
turns, and both read the emulator without the platform's pipe between: what is compared is the
processor time that a function takes."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial

import psutil

from tests.benchmarks.connections import Connections, expected
from tests.benchmarks.figures import Figure, at_least, worst
from tests.benchmarks.function_process import bare, connected, function_process
from tests.benchmarks.load import Run, for_seconds
from tests.benchmarks.started import Started, started_platform
from tests.journeys.world import World

ROUNDS = 3
TURNS = 5
SECONDS = 1.0
WARM_UP_SECONDS = 4.0
IN_FLIGHT = 16


def measure() -> dict[str, Figure]:
    """The worst of three rounds; and how busy the client was, which must not be the bottleneck."""
    with started_platform() as platform, ExitStack() as processes:
        world = World(platform.client)
        approval = world.card(world.live("writer"))["id"]
        token = platform.client.token(
            "gala", world.tenant, scopes=("approvals:read",), expires_in=86_400
        )
        env = _reading_directly(platform, "approvals")
        ours = processes.enter_context(function_process(env))
        floor = processes.enter_context(function_process(bare(env)))
        for port in (ours, floor):
            connected(port).close()
        signed = {"Authorization": f"Bearer {token}"}
        document = f"/documents/tenants/{world.tenant}/approvals/{approval}"
        return asyncio.run(_rounds((ours, f"/v1/approvals/{approval}"), (floor, document), signed))


async def _rounds(
    ours: tuple[int, str], floor: tuple[int, str], signed: Mapping[str, str]
) -> dict[str, Figure]:
    await _stretch(*floor, signed, WARM_UP_SECONDS)
    await _stretch(*ours, signed, WARM_UP_SECONDS)
    rounds, busy = [], []
    for _ in range(ROUNDS):
        runs: list[Run] = []
        bare_runs: list[Run] = []
        for _ in range(TURNS):
            bare_runs.append((await _stretch(*floor, signed, SECONDS))[0])
            run, client = await _stretch(*ours, signed, SECONDS)
            runs.append(run)
            busy.append(client)
        rounds.append(Figure(_rate(runs), "requests/s", _rate(bare_runs), at_least(0.6)))
    return {
        "warm_read": worst(rounds),
        "warm_read_client_busy": Figure(max(busy), "of one core"),
    }


def _rate(runs: Sequence[Run]) -> float:
    return sum(run.done for run in runs) / sum(run.seconds for run in runs)


async def _stretch(
    port: int, target: str, signed: Mapping[str, str], seconds: float
) -> tuple[Run, float]:
    """What was answered, and the share of a core that the client took."""
    client = psutil.Process()
    async with Connections(f"http://127.0.0.1:{port}") as http:
        before = client.cpu_times()
        run = await for_seconds(
            partial(_get, http, target, signed), seconds=seconds, in_flight=IN_FLIGHT
        )
        after = client.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return run, spent / run.seconds


async def _get(http: Connections, target: str, signed: Mapping[str, str]) -> None:
    expected(await http.send("GET", target, headers=signed), 200)


def _reading_directly(platform: Started, deployable: str) -> dict[str, str]:
    env = platform.environment(deployable)
    return {**env, "FIRESTORE_EMULATOR_HOST": platform.emulator("firestore")}
