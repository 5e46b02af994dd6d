"""Creations under load: what a tenant's programs do, and nothing else."""

import asyncio
from collections.abc import Iterable
from functools import partial

from tests.benchmarks.connections import Connections, expected
from tests.benchmarks.hearing import ASKED, LIVE, Subscriber
from tests.benchmarks.load import Run, all_of
from tests.benchmarks.people import Tenant, assent_to
from tests.benchmarks.started import Started

SETTLED_SECONDS = 120


class Creations:
    """Submits a spec, hears that assent is asked for, gives it, hears that the agent is live: two
    calls over the one port, and two events from a subscription."""

    def __init__(self, http: Connections, subscriber: Subscriber, tenant: Tenant) -> None:
        self._http = http
        self._subscriber = subscriber
        self._tenant = tenant

    async def create(self, number: int) -> None:
        """One agent, from its spec to live."""
        accepted = await self._http.send(
            "POST", "/v1/agents", headers=self._tenant.author, body=self._tenant.spec(number)
        )
        agent_id = expected(accepted, 202).json()["agent_id"]
        asked = await self._subscriber.heard(ASKED, agent_id)
        decided = await self._http.send(
            "POST",
            f"/v1/approvals/{asked['approval_id']}/decisions",
            headers=self._tenant.governor,
            body=assent_to(asked["decision_hash"]),
        )
        expected(decided, 200)
        await self._subscriber.heard(LIVE, agent_id)


async def create_all(
    platform: Started, tenant: Tenant, numbers: Iterable[int], *, in_flight: int
) -> Run:
    """Until every one is live and, beyond the time that is counted, the platform is idle."""
    async with (
        Connections(platform.client.url) as http,
        Subscriber(platform.emulator("pubsub"), ("agents", "approvals")) as subscriber,
    ):
        creations = Creations(http, subscriber, tenant)
        run = await all_of(
            (partial(creations.create, number) for number in numbers), in_flight=in_flight
        )
    await asyncio.to_thread(platform.client.wait_until_idle, SETTLED_SECONDS)
    return run
