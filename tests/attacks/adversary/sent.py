"""A request as it was sent, and what the policy of that day says of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kit.canonical import content_hash
from tests.attacks.adversary.seen import GOVERNOR, Json

LEVELS = ("low", "medium", "high", "critical")
ANY_GOVERNOR: Json = {"kind": "any", "of": [{"role": GOVERNOR}]}
_MINUTES = {
    # Default deadline and floor of each kind (docs/domain.md, Approvals).
    "artifact": (30, 10),
    "communication": (60, 15),
    "execution": (120, 15),
    "financial": (240, 30),
    "constitutional": (1_440, 240),
}


@dataclass(frozen=True)
class Terms:
    """What a policy says of a request."""

    rule: Json
    default: timedelta
    shortest: timedelta
    named: tuple[str, ...]


@dataclass(frozen=True)
class Sent:
    """A request as it was sent. `entries` are those of the policy that held then, `proposes` those
    that it proposes; `authors` are all whose text is in it."""

    at: datetime
    by: str
    authors: frozenset[str]
    kind: str
    content: Json
    entries: tuple[Json, ...]
    subject: str = ""
    effect: str | None = None
    amount: int | None = None
    rule: Json | None = None
    seconds: int | None = None
    rollback_plan: str = ""
    proposes: tuple[Json, ...] | None = None
    case_id: str | None = None

    @property
    def hash(self) -> str | None:
        """The hash of the content that was sent; None where Assent itself composed it."""
        is_own = self.case_id is None and self.proposes is None
        return content_hash(self.content) if is_own else None

    @property
    def says(self) -> frozenset[str]:
        """The values of the content, however they are named, ordered, spaced or written; an
        agent's name is none of them."""
        left_out = {"name"} if self.case_id else set()
        return frozenset(_values({k: v for k, v in self.content.items() if k not in left_out}))

    def terms(self, risk: str) -> Terms:
        """Those of the entry with the highest thresholds that the request reaches."""
        own = (
            [] if self.proposes is not None else [e for e in self.entries if e["kind"] == self.kind]
        )
        if not any(_thresholds(each) == (0, 0) for each in own):
            own.append({"kind": self.kind, "rule": ANY_GOVERNOR})
        level, amount = LEVELS.index(risk), self.amount or 0
        reached = [e for e in own if _thresholds(e)[0] <= level and _thresholds(e)[1] <= amount]
        entry = max(reached, key=_thresholds)
        default, floor = (timedelta(minutes=each) for each in _MINUTES[self.kind])
        if (seconds := entry.get("deadline_seconds")) is not None:
            default = timedelta(seconds=seconds)
        shortest = min(floor, default)
        if (seconds := entry.get("shortest_deadline_seconds")) is not None:
            shortest = timedelta(seconds=seconds)
        return Terms(entry["rule"], default, shortest, tuple(entry.get("silence_approves", ())))


def _thresholds(entry: Json) -> tuple[int, int]:
    return LEVELS.index(entry.get("min_risk", "low")), entry.get("min_amount_usd_micros", 0)


def _values(item: object) -> set[str]:
    if isinstance(item, dict | list):
        parts = item.values() if isinstance(item, dict) else item
        return {value for part in parts for value in _values(part)}
    kept = "".join(each for each in str(item).casefold() if each.isalnum())
    return {kept} if item is not None and kept else set()
