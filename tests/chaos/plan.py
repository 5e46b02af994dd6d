"""What a run does, from its seed: the cases, what becomes of each, and the faults. Pure."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

CASES_A_TENANT = 20
# The third veto ends a precedent, so that some of a tenant's cases still find one.
INDUSTRIES_BY_PRECEDENT = ("healthcare", "retail", "tourism", "farming")
INDUSTRY_BY_HAND = "education"
# Everybody submits at once.
_WITHIN_SECONDS = 1.0

# Methods of `ByHand` and `ByPrecedent`.
BY_HAND = (
    "approved",
    "rejected",
    "changed",
    "cancelled",
    "contested",
    "cancelled_while_approved",
    "forgotten",
    "queued",
    "suspended",
    "on_trial",
    "deferred",
    "depended_on",
    "escalated",
    "overturned",
    "snooped_on",
)
BY_PRECEDENT = (
    "vetoed_at_the_edge",
    "confirmed",
    "vetoed",
    "vetoed_at_once",
    "upgrade_vetoed",
    "vetoed_by_two",
    "vetoed_too_late",
    "buried_vetoed",
    "cancelled_while_assented",
)


@dataclass(frozen=True)
class CasePlan:
    """One submission: by which tenant, of what, when after the beginning. A veto at the last moment
    comes so long `before_closing` of its window, or after."""

    tenant: int
    name: str
    industry: str
    fate: str
    after_seconds: float
    before_closing: timedelta

    @property
    def is_by_precedent(self) -> bool:
        return self.fate in BY_PRECEDENT


@dataclass(frozen=True)
class Gust:
    """One fault and the pause before it. The kind `kill_now` kills between two requests, `kill`
    while one is worked on."""

    after_seconds: float
    target: str
    kind: str
    count: int = 1
    seconds: float | None = None


@dataclass(frozen=True)
class Stop:
    """When the whole platform is stopped: in which part of the run, once how much of it is done."""

    part: Literal["births", "edge"]
    at_share: float


def stops_of(seed: int, stops: int) -> list[Stop]:
    """The first while cases are born, the rest anywhere; each at another moment."""
    dice = random.Random(f"stops {seed}")
    parts: list[Literal["births", "edge"]] = ["births"]
    parts += [dice.choice(("births", "edge")) for _ in range(stops - 1)]
    shares = [dice.uniform(0.1, 0.9) for _ in parts]
    found = [Stop(part, share) for part, share in zip(parts, shares, strict=True)]
    return sorted(found[:stops], key=lambda stop: (stop.part, stop.at_share))


def cases_of(seed: int, cases: int) -> list[CasePlan]:
    """The run's cases, every second one by precedent; as different as their number allows."""
    dice = random.Random(f"cases {seed}")
    fates = {True: _shuffled_rounds(BY_PRECEDENT, dice), False: _shuffled_rounds(BY_HAND, dice)}
    plans = []
    for number in range(cases):
        by_precedent = number % 2 == 1
        industries = INDUSTRIES_BY_PRECEDENT if by_precedent else (INDUSTRY_BY_HAND,)
        fate = next(fates[by_precedent])
        plans.append(
            CasePlan(
                tenant=number // CASES_A_TENANT,
                name=f"writer-{number}-{fate.replace('_', '-')[:20].rstrip('-')}",
                industry=dice.choice(industries),
                fate=fate,
                after_seconds=dice.uniform(0, _WITHIN_SECONDS),
                before_closing=timedelta(seconds=dice.uniform(-1.0, 3.0)),
            )
        )
    return plans


def gusts(
    seed: int, *, label: str, pause_seconds: float, deployables: tuple[str, ...] = ()
) -> Iterator[Gust]:
    """Faults without end, the same for the same seed; about one in six kills a process of the
    `deployables`, by default those of a creation."""
    dice = random.Random(f"gusts {label} {seed}")
    while True:
        after = dice.expovariate(1 / pause_seconds)
        target, kind, count, seconds = _blow(dice, deployables or _DEPLOYABLES)
        yield Gust(after, target, kind, count, seconds)


def _blow(dice: random.Random, deployables: tuple[str, ...]) -> tuple[str, str, int, float | None]:
    function = f"function:{dice.choice(deployables)}"
    return dice.choice(
        [
            (function, "kill", 1, dice.uniform(0.0, 0.15)),
            (function, "kill", 1, dice.uniform(0.0, 0.04)),
            (function, "kill_now", 1, None),
            (function, "unavailable", dice.randint(1, 4), None),
            (function, "delay", dice.randint(1, 3), dice.uniform(0.1, 1.5)),
            ("pubsub", "duplicate", dice.randint(1, 10), None),
            ("pubsub", "duplicate", dice.randint(1, 10), None),
            ("pubsub", "drop_once", dice.randint(1, 6), None),
            ("pubsub", "delay", dice.randint(1, 4), dice.uniform(0.2, 2.0)),
            ("pubsub", "reorder", dice.randint(1, 4), None),
            ("pubsub", "unavailable", dice.randint(1, 12), None),
            ("tasks", "unavailable", dice.randint(1, 6), None),
            ("tasks", "duplicate", dice.randint(1, 4), None),
            ("tasks", "drop_once", dice.randint(1, 3), None),
            ("tasks", "delay", dice.randint(1, 3), None),
            ("firestore", "unavailable", dice.randint(1, 12), None),
            ("firestore", "unavailable", dice.randint(12, 60), None),
            ("firestore", "delay", dice.randint(1, 4), dice.uniform(0.1, 1.0)),
            ("firestore", "delay", 1, dice.uniform(4.0, 6.5)),
        ]
    )


_DEPLOYABLES = (
    "agents",
    "agents-reactions",
    "approvals",
    "approvals-reactions",
    "mobile-api",
    "mobile-api-reactions",
    "audit-reactions",
)


def _shuffled_rounds(fates: tuple[str, ...], dice: random.Random) -> Iterator[str]:
    while True:
        yield from dice.sample(fates, len(fates))
