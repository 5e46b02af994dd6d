"""Which runs there are, from a seed: of which tenant, of what shape, and what becomes of each."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.governed.shapes import SHAPES, Shape
from tests.chaos.plan import Gust, gusts

RUNS_A_TENANT = 25
_WITHIN_SECONDS_A_RUN = 0.1

# Methods of `Errand`.
FATES = (
    *("through", "through", "through", "paused", "paused_often", "undone", "cancelled"),
    *("cancelled_later", "vetoed", "contested", "cancelled_while_approved"),
    *("forgotten", "twins", "overturned", "undone_in_the_middle", "stopped_with_its_agent"),
)
DEPLOYABLES = (
    *("runs", "runs", "runs", "runs-reactions", "runs-reactions", "tools", "tools", "tools"),
    *("approvals", "approvals-reactions", "mobile-api", "mobile-api-reactions"),
    *("capsules", "audit-reactions", "agents"),
)


@dataclass(frozen=True)
class ErrandPlan:
    """One run, or two of one plan."""

    tenant: int
    number: int
    shape: Shape
    fate: str
    after_seconds: float

    @property
    def who(self) -> str:
        """The name of its counter and of its ledger."""
        return f"r{self.number}-{self.fate}".replace("_", "-")


def errands_of(seed: str, runs: int) -> list[ErrandPlan]:
    """As different as their number allows: every fate meets every shape after a while."""
    dice = random.Random(f"errands {seed}")
    pairs = _shuffled_rounds(dice)
    return [
        ErrandPlan(
            tenant=number // RUNS_A_TENANT,
            number=number,
            shape=shape,
            fate=fate,
            after_seconds=dice.uniform(0, runs * _WITHIN_SECONDS_A_RUN),
        )
        for number, (shape, fate) in zip(range(runs), pairs, strict=False)
    ]


def run_gusts(seed: str, pause_seconds: float) -> Iterator[Gust]:
    """Faults without end, of the functions that a run needs; one in five is of the server of
    counters and ledgers, which acts and does not answer, or does not act."""
    dice = random.Random(f"targets {seed}")
    number = random.Random(seed).getrandbits(32)
    label = "runs"
    for gust in gusts(number, label=label, pause_seconds=pause_seconds, deployables=DEPLOYABLES):
        if dice.random() < 0.25:
            yield Gust(gust.after_seconds, "targets", dice.choice(("drop", "refuse")))
        yield gust


def _shuffled_rounds(dice: random.Random) -> Iterator[tuple[Shape, str]]:
    while True:
        for shift in dice.sample(range(len(SHAPES)), len(SHAPES)):
            fates = dice.sample(FATES, len(FATES))
            for at, fate in enumerate(fates):
                shape = SHAPES[(FATES.index(fate) + at + shift) % len(SHAPES)]
                yield SHAPES[0] if fate == "twins" else shape, fate
