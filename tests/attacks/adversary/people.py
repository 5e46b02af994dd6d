"""Two dishonest principals and one honest governor, and the tenant in which they move.

A move (`moves.py`) or a story of several (`stories.py`, `careers.py`) is a function of these
people; `MOVES` lists them for the machine. An index chooses among what is there, the newest first.
Of several verbs, the first one that is not refused is what happens."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar, ParamSpec

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.kit.instants import format_instant
from tests.attacks.adversary.claims import Claims
from tests.attacks.adversary.ledger import Ledger
from tests.attacks.adversary.seen import DISHONEST, EVERYONE, Json, SeenCard, Tenant

HOUR, DAY = 3_600, 86_400
NAMES = ("writer-one", "writer-two")
WHO = st.sampled_from(DISHONEST)
ANYBODY = st.sampled_from(EVERYONE)
# Which one of several: most often the newest.
INDEX = st.sampled_from([0, 0, 0, 0, 1, 2, 3, 5, 8])
VERBS = st.sampled_from(
    [
        ("approve",),
        ("approve", "escalate"),
        ("approve", "delegate"),
        ("delegate", "approve"),
        ("escalate", "approve"),
        ("defer", "approve"),
        ("break_glass",),
        ("veto",),
        ("reject",),
    ]
)
P = ParamSpec("P")
# By name: the rules of a machine whose class is one of people.
MOVES: dict[str, Any] = {}


def move(**chosen: Any) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Lists a move, whose arguments are drawn from these strategies."""

    def listed(function: Callable[P, None]) -> Callable[P, None]:
        MOVES[function.__name__] = rule(**chosen)(function)  # type: ignore[no-untyped-call]
        return function

    return listed


class People:
    """What a move may use."""

    # Seconds before and after a moment that something depends on.
    MARGIN: ClassVar[float] = 0.001

    tenant: Tenant
    ledger: Ledger
    claims: Claims
    _fresh: int = 0

    def advance(self, seconds: float) -> None:
        self.tenant.advance(seconds)
        self.ledger.look()

    def decide(self, card: SeenCard, by: str, verbs: tuple[str, ...], to: str = "") -> bool:
        """Whether one of the decisions was taken."""
        for verb in verbs:
            fields: dict[str, Any] = {}
            if verb == "defer":
                fields = {"until": format_instant(self.ledger.now + timedelta(hours=3))}
            elif verb == "delegate":
                fields = {"to": to}
            elif verb == "break_glass":
                fields = {"grounds": "outage"}
            if self.ledger.decide(by, card, verb, **fields) is not None:
                return True
        return False

    def fresh(self) -> Json:
        """A content that nobody sent before."""
        self._fresh += 1
        return {"action": "reindex", "rows": 2_000 + self._fresh}

    def fresh_subject(self) -> str:
        """One that nobody asked about before."""
        self._fresh += 1
        return f"job-{1_000 + self._fresh}"

    def card(self, which: int) -> SeenCard | None:
        card: SeenCard | None = self.nth(self.ledger.cards, which)
        return card

    def card_of(self, case_id: str) -> SeenCard | None:
        """The card that the case asked for last."""
        cards = self.ledger.cards.values()
        return next((c for c in reversed(cards) if c.case and c.case.case_id == case_id), None)

    def seed(self, which: int) -> str | None:
        seed = self.nth(self.tenant.seeds(), which)
        return seed.seed_id if seed else None

    def nth(self, found: Any, which: int) -> Any:
        values = list(found.values())
        return values[-1 - which % len(values)] if values else None
