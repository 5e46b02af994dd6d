"""How exactly three instances together keep a tenant within its tier, on the real store. The clock
is simulated, so that twenty minutes pass as fast as the store can follow; the rule, the leases and
their races for the balance are the real ones."""

import asyncio
import dataclasses
import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emulators.iam import PROJECT
from shared.kit.operations import start_counting
from shared.kit.tier_limits import HOUR, LIMITS, MINUTE, Tier, TierLimit
from shared.runtime import leases
from shared.runtime.balances import BalanceKey
from shared.runtime.leases import Leases
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.started import started_platform

SECONDS = 20 * MINUTE
# Calls within a tenth of a second are under way at once.
TICK_SECONDS = 0.1
FLOOD, BELOW = 10.0, 0.95
SHARES: Mapping[str, tuple[float, float, float]] = {"even": (1, 1, 1), "uneven": (90, 5, 5)}
OFF_PERCENT = 2.0
WRONGLY_REFUSED_PERCENT: Mapping[Tier, float] = {"free": 7.0, "pro": 3.5, "team": 1.5}
# Ten minutes before an hour ends.
BEGINS = 500_000.0 * HOUR - 10 * MINUTE


@dataclass(frozen=True)
class Outcome:
    """What became of the calls of one tenant."""

    sent: int
    taken: int
    writes: int
    reads: int


def measure() -> dict[str, Figure]:
    """Of each tier and each spread of the load: how far what is taken of a flood is from what is
    allowed, and how much is wrongly refused just below the limit."""
    with started_platform() as platform:
        os.environ["FIRESTORE_EMULATOR_HOST"] = platform.emulator("firestore")
        os.environ["GOOGLE_CLOUD_PROJECT"] = PROJECT
        # The emulator of a busy machine may take longer than Firestore.
        leases.ANSWERED_WITHIN_SECONDS = 60.0
        return asyncio.run(_measure())


async def _measure() -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for limit in LIMITS.values():
        # The hour is a figure of its own.
        of_minute = dataclasses.replace(limit, per_hour=10**9)
        for name, shares in SHARES.items():
            flood = await simulated(of_minute, FLOOD, shares)
            below = await simulated(of_minute, BELOW, shares)
            allowed = limit.per_minute * SECONDS / MINUTE
            figures |= {
                f"leases_{limit.tier}_{name}_off": _off(flood.taken, allowed),
                f"leases_{limit.tier}_{name}_wrongly_refused": Figure(
                    100 * (1 - below.taken / below.sent),
                    "%",
                    aim=at_most(WRONGLY_REFUSED_PERCENT[limit.tier]),
                ),
                f"leases_{limit.tier}_{name}_calls_a_write": Figure(
                    below.taken / below.writes, "calls", aim=at_least(0.9 * limit.lease)
                ),
                f"leases_{limit.tier}_{name}_flood_reads": Figure(
                    flood.reads / (SECONDS / MINUTE), "a minute"
                ),
            }
    hour = await simulated(LIMITS["free"], FLOOD, SHARES["even"], HOUR, begins=BEGINS + 600)
    figures["leases_free_hour_off"] = _off(hour.taken, LIMITS["free"].per_hour)
    return figures


def _off(taken: int, allowed: float) -> Figure:
    return Figure(100 * abs(taken / allowed - 1), "%", aim=at_most(OFF_PERCENT))


async def simulated(
    limit: TierLimit,
    times: float,
    shares: tuple[float, ...],
    seconds: float = SECONDS,
    *,
    begins: float = BEGINS,
) -> Outcome:
    """Calls of a new tenant at so many times its limit, at random moments that are the same in each
    run, each to one of the instances."""
    chance = random.Random(f"{limit.tier} {times} {shares}")
    key = BalanceKey(f"bench-{limit.tier}-{times}-{len(shares)}-{chance.random()}", "members")
    instances = [Leases() for _ in shares]
    counts, sent, taken = start_counting(), 0, 0
    for moments in _ticks(chance, limit.per_minute * times / MINUTE, seconds):
        chosen = chance.choices(instances, shares, k=len(moments))
        remaining = await asyncio.gather(
            *(
                instance.take(key, limit, begins + moment)
                for instance, moment in zip(chosen, moments, strict=True)
            )
        )
        sent += len(remaining)
        taken += sum(each.refused is None for each in remaining)
    return Outcome(sent, taken, counts["firestore-writes"], counts["firestore-reads"])


def _ticks(chance: random.Random, rate: float, seconds: float) -> Iterator[list[float]]:
    """Random moments at that rate a second, those of a tick together."""
    moments: list[float] = []
    ends, moment = TICK_SECONDS, chance.expovariate(rate)
    while moment < seconds:
        if moment >= ends:
            yield moments
            moments, ends = [], moment // TICK_SECONDS * TICK_SECONDS + TICK_SECONDS
        moments.append(moment)
        moment += chance.expovariate(rate)
    yield moments
