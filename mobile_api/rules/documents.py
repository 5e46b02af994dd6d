"""The documents of the projection as plain fields, and what they all share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mobile_api.rules.facts import Fact

CARDS = "governor_cards"
TIMELINES = "governor_timelines"
AGENTS = "governor_agents"
SEEDS = "governor_seeds"
VIOLATIONS = "governor_violations"
PIPELINES = "governor_pipelines"
DELIVERIES = "governor_deliveries"
COUNTERS = "governor_counters"
SEED_COUNTS = "governor_seed_counts"

Key = tuple[str, str]
Fields = Mapping[str, Any]
Documents = Mapping[Key, Fields]


@dataclass(frozen=True)
class Step:
    """The change of one document by one event: `after` takes the document before it, or None.

    Every `after` may be applied in any order and any number of times."""

    key: Key
    after: Callable[[Fields | None], Fields]


def is_newest(before: Fields | None, fact: Fact) -> bool:
    """Whether the document contains nothing later of the fact's subject."""
    return before is None or fact.sequence > before["sequence"]


def newest(before: Fields | None, fact: Fact, fields: Fields) -> Fields:
    """The document with `fields` of a fact, if that is the newest of its subject; of an older fact
    it stores only the time."""
    latest = max(fact.at, before["latest_at"]) if before else fact.at
    if is_newest(before, fact):
        source = {"function": fact.function, "latest_at": latest}
        return {**fields, "sequence": fact.sequence, **source}
    return {**(before or {}), "latest_at": latest}


def newest_step(fact: Fact, key: Key, fields: Fields) -> Step:
    """The step that stores the `fields` of the newest fact."""
    return Step(key, lambda before: newest(before, fact, fields))
