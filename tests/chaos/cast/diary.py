"""Everything anybody was told, for the checker to hold against what is stored."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Said:
    """The last answer to one call from one device, which is never "later". `key` is the call's
    Idempotency-Key or the decision's client_decision_id: calls with the same key are the same."""

    tenant: str
    principal: str
    device: str
    method: str
    path: str
    key: str
    body: Any
    status: int
    answer: Any

    @property
    def code(self) -> str:
        """What a refusal calls itself."""
        return str(self.answer.get("code", ""))


@dataclass
class Diary:
    """`internal` are the answers 500, which no fault excuses; `later` counts what calls were made
    again for, `moved` every step anybody got on: while it grows, the run is not stuck. `accepted`
    are the keys of the submissions that were."""

    said: list[Said] = field(default_factory=list)
    internal: list[str] = field(default_factory=list)
    later: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    accepted: set[str] = field(default_factory=set)

    @property
    def repeated(self) -> int:
        """How many calls were made again."""
        return sum(self.later.values())

    def heard(self, said: Said) -> None:
        self.said.append(said)
        self.moved += 1
        if (said.path, said.status) == ("/v1/agents", 202):
            self.accepted.add(said.key)
