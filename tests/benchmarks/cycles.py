"""One tenant's runs as its programs see them: a run is started, counts, waits for the governor,
is approved, counts again, and has ended."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.benchmarks.connections import Connections, expected
from tests.benchmarks.five_steps import SCOPES, TWO, rehearsed
from tests.benchmarks.hearing import ASKED, COMPLETED, Subscriber
from tests.benchmarks.people import assent_to
from tests.benchmarks.started import Started
from tests.journeys.world import World

TOPICS = ("runs", "approvals")
_DAY_SECONDS = 86_400
_GIVE_UP_SECONDS = 120.0
_GLANCE_SECONDS = 0.5


class Runner(NamedTuple):
    """What somebody needs who runs a plan again and again, and a governor who assents."""

    tenant: str
    plan_hash: str
    starter: dict[str, str]
    governor: dict[str, str]


def runner_of(platform: Started, capsule: str = TWO) -> Runner:
    """A tenant with an agent that serves, and a rehearsed plan of the capsule."""
    world = World(platform.client)
    plan_hash, _ = rehearsed(world, capsule)

    def signed_in(principal: str, role: str) -> dict[str, str]:
        token = platform.client.token(
            principal, world.tenant, scopes=SCOPES, roles=(role,), expires_in=_DAY_SECONDS
        )
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    return Runner(
        world.tenant, plan_hash, signed_in("ada", "operator"), signed_in("gala", "governor")
    )


class Cycles:
    """Cycles over the one port, and a subscription that hears what was published. `settle` returns
    once nothing is left to do; `approvals` is where decisions go, where that is another port."""

    def __init__(
        self,
        http: Connections,
        subscriber: Subscriber,
        runner: Runner,
        settle: Callable[[], object],
        approvals: Connections | None = None,
    ) -> None:
        self.settle = settle
        self._http, self._subscriber, self._runner = http, subscriber, runner
        self._approvals = approvals or http
        self._start = f'{{"plan_hash":"{runner.plan_hash}"}}'.encode()
        self.decided: list[float] = []
        self.silences = 0

    async def cycle(self) -> None:
        """One run, from its start to its end; notes how long it took from the approval on."""
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            started = await self._http.send(
                "POST", "/v1/runs", headers=self._runner.starter, body=self._start
            )
            run = expected(started, 202).json()
            waiting = await self._asked(run)
            await self._subscriber.heard(ASKED, waiting["approval_id"])
            began = time.perf_counter()
            decided = await self._approvals.send(
                "POST",
                f"/v1/approvals/{waiting['approval_id']}/decisions",
                headers=self._runner.governor,
                body=assent_to(waiting["content_hash"]),
            )
            expected(decided, 200)
            await self._subscriber.heard(COMPLETED, run["run_id"])
        self.decided.append(time.perf_counter() - began)

    async def _asked(self, run: dict[str, Any]) -> dict[str, Any]:
        """What the run waits for, once it waits for a person: where `tools` was silent for twelve
        seconds, it waits for its next try first."""
        while run["status"] == "running":
            await asyncio.sleep(_GLANCE_SECONDS)
            self.silences += 1
            path = f"/v1/runs/{run['run_id']}"
            run = expected(
                await self._http.send("GET", path, headers=self._runner.starter), 200
            ).json()
        assert run["status"] == "awaiting_approval", run
        waiting: dict[str, Any] = run["waiting"]
        return waiting
