"""How long after the governor's call a decision is in the projection that phones read; beside the
moment at which a bare subscriber hears of the same decision, which nobody can be before."""

import asyncio
import time

from tests.benchmarks.connections import Connections, expected
from tests.benchmarks.figures import Figure, at_most, median, percentile
from tests.benchmarks.hearing import APPROVED, ASKED, Subscriber
from tests.benchmarks.people import Tenant, assent_by_phone
from tests.benchmarks.started import Started, started_platform

DECISIONS = 40
WARM_UP_DECISIONS = 10
_GLANCE_SECONDS = 0.01
_VISIBLE_SECONDS = 2.0


def measure() -> dict[str, Figure]:
    """Median and 95th percentile, one decision at a time."""
    with started_platform() as platform:
        return asyncio.run(_decide_all(platform))


async def _decide_all(platform: Started) -> dict[str, Figure]:
    tenant = Tenant(platform.client)
    visible, heard = [], []
    async with (
        Connections(platform.client.url) as http,
        Subscriber(platform.emulator("pubsub"), ("approvals",)) as subscriber,
    ):
        for number in range(WARM_UP_DECISIONS + DECISIONS):
            after, floor = await _decide(
                platform, http, subscriber, tenant, number + WARM_UP_DECISIONS
            )
            if number >= 0:
                visible.append(after)
                heard.append(floor)
    return {
        "decision_visible_p50": Figure(median(visible), "s", median(heard)),
        "decision_visible_p95": Figure(percentile(visible, 95), "s", aim=at_most(_VISIBLE_SECONDS)),
    }


async def _decide(
    platform: Started, http: Connections, subscriber: Subscriber, tenant: Tenant, number: int
) -> tuple[float, float]:
    """Seconds from the call until the card shows it, and until the subscriber heard of it."""
    accepted = await http.send(
        "POST", "/v1/agents", headers=tenant.author, body=tenant.spec(number)
    )
    agent_id = expected(accepted, 202).json()["agent_id"]
    asked = await subscriber.heard(ASKED, agent_id)
    await asyncio.to_thread(platform.client.wait_until_idle)
    card = f"/v1/mobile/approvals/{asked['approval_id']}"
    body = assent_by_phone(asked["decision_hash"])
    began = time.perf_counter()
    hearing = asyncio.create_task(_moment(subscriber, agent_id))
    expected(await http.send("POST", f"{card}/approve", headers=tenant.governor, body=body), 200)
    while True:
        shown = expected(await http.send("GET", card, headers=tenant.governor), 200)
        if shown.json()["status"] == "approved":
            return time.perf_counter() - began, await hearing - began
        await asyncio.sleep(_GLANCE_SECONDS)


async def _moment(subscriber: Subscriber, agent_id: str) -> float:
    await subscriber.heard(APPROVED, agent_id)
    return time.perf_counter()
