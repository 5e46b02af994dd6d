"""Counters in shards: a function of the documents, kept up to date by differences.

A shard is chosen by a document's id, so none is hot and reading them all costs the same for ever. A
document brings the fields that it counts in, also where it adds 0, and no document is ever deleted:
which fields a shard has follows from its documents, however they came about. Where a name says
whose it is, that comes after a slash: `dead_letters/agents`."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mobile_api.rules.documents import (
    AGENTS,
    CARDS,
    COUNTERS,
    DELIVERIES,
    PIPELINES,
    Documents,
    Fields,
    Key,
)
from shared.kit.instants import parse_instant

SHARDS = 8

# The time of a function's newest event, in milliseconds since 1970.
LATEST = "last_event_at"
# How many of a function's dead letters wait.
DEAD_LETTERS = "dead_letters"
# How many documents of a collection wait for a function's next step, in time or overdue.
AWAITED = "awaited"


@dataclass(frozen=True)
class ShardChange:
    """What to add to some fields of a shard, and to what others are at least raised."""

    add: dict[str, int] = field(default_factory=dict)
    raise_to: dict[str, int] = field(default_factory=dict)


def all_shards() -> tuple[Key, ...]:
    return tuple((COUNTERS, str(number)) for number in range(SHARDS))


def counter_changes(before: Documents, after: Documents) -> dict[Key, ShardChange]:
    """How the shards change when the documents `after` replace those `before`."""
    changes: dict[Key, ShardChange] = {}
    for key, fields in after.items():
        known = before.get(key)
        add, latest = _added(key[0], known, fields), _latest(known, fields)
        if not add and latest is None:
            continue
        change = changes.setdefault(_shard(key[1]), ShardChange())
        for name, amount in add.items():
            change.add[name] = change.add.get(name, 0) + amount
        if latest is not None:
            name, value = latest
            change.raise_to[name] = max(change.raise_to.get(name, 0), value)
    return changes


def counters_of(documents: Documents) -> dict[Key, Fields]:
    """The shards that belong to these documents."""
    changes = counter_changes({}, documents)
    return {shard: {**change.add, **change.raise_to} for shard, change in changes.items()}


def totals(shards: Iterable[Fields]) -> dict[str, int]:
    """The shards' sums and newest times, as one; a counter that no shard has is missing."""
    counted: dict[str, int] = {}
    for shard in shards:
        for name, value in shard.items():
            known = counted.get(name, 0)
            counted[name] = max(known, value) if name.startswith(LATEST) else known + value
    return counted


def functions_in(counted: Mapping[str, int]) -> list[str]:
    """The functions that something is counted of, by name."""
    return sorted({name.rpartition("/")[2] for name in counted if "/" in name})


def awaited_in(counted: Mapping[str, int]) -> list[tuple[str, str]]:
    """The collections with documents that wait for a function's next step, each with the
    function."""
    names = (name.split("/") for name, value in counted.items() if value)
    return [(name[1], name[2]) for name in names if name[0] == AWAITED]


def _shard(id: str) -> Key:
    return COUNTERS, str(hashlib.sha256(id.encode()).digest()[0] % SHARDS)


def _added(collection: str, known: Fields | None, fields: Fields) -> dict[str, int]:
    count = _COUNTS.get(collection)
    if count is None:
        return {}
    counted = count(fields)
    if known is None:
        return counted
    earlier = count(known)
    return {
        name: number - earlier[name] for name, number in counted.items() if number != earlier[name]
    }


def _latest(known: Fields | None, fields: Fields) -> tuple[str, int] | None:
    at = fields.get("latest_at")
    if at is None or (known is not None and known["latest_at"] == at):
        return None
    return f"{LATEST}/{fields['function']}", int(parse_instant(at).timestamp() * 1000)


def _of_card(card: Fields) -> dict[str, int]:
    return {
        "pending_approvals": int(card["bucket"] == "pending"),
        "open_veto_windows": int(card["bucket"] == "veto_open"),
        "vetoed_approvals": int(card["vetoed_at"] is not None),
        f"{AWAITED}/{CARDS}/approvals": int(card["overdue_after_approvals"] is not None),
        f"{AWAITED}/{CARDS}/agents": int(card["overdue_after_agents"] is not None),
    }


def _of_agent(agent: Fields) -> dict[str, int]:
    return {
        "active_agents": int(agent["status"] == "active"),
        f"{AWAITED}/{AGENTS}/agents": int(agent["overdue_after_agents"] is not None),
    }


def _of_pipeline(pipeline: Fields) -> dict[str, int]:
    return {"paused_pipelines": int(pipeline["paused"])}


def _of_delivery(delivery: Fields) -> dict[str, int]:
    return {f"{DEAD_LETTERS}/{delivery['function']}": int(delivery["waits"])}


_COUNTS: Mapping[str, Callable[[Fields], dict[str, int]]] = {
    CARDS: _of_card,
    AGENTS: _of_agent,
    PIPELINES: _of_pipeline,
    DELIVERIES: _of_delivery,
}
