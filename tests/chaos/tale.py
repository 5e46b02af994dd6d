"""How much a run is, and what it did."""

from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.cast.company import End
from tests.chaos.cast.diary import Diary


@dataclass(frozen=True)
class Extent:
    """How many cases, how long each storm lasts at most and how long its pauses are, and how often
    the whole platform is stopped and started. The clock crosses the ends of the veto windows in so
    many steps. Somebody who got nowhere for `patience_seconds` is stuck."""

    cases: int
    storm_seconds: float
    pause_seconds: float
    stops: int
    steps: int = 15
    patience_seconds: float = 90.0


@dataclass
class Tale:
    """What a run did, for the checker and for whoever reads it. `troubles` already speak against
    the platform."""

    tenants: list[str]
    diary: Diary = field(default_factory=Diary)
    ends: list[End] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    stops: list[str] = field(default_factory=list)
    redelivered: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
