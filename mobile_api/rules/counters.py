"""Counters in shards: a function of the documents, kept up to date by differences.

A shard is chosen by a document's id, so none is hot and reading them all costs the same for ever.
Every shard has every field, so that however it came about it has the same bytes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mobile_api.rules.documents import (
    AGENTS,
    CARDS,
    COUNTERS,
    DELIVERIES,
    PIPELINES,
    SEEDS,
    Documents,
    Fields,
    Key,
)
from shared.kit.instants import parse_instant

SHARDS = 8
SOURCES = ("agents", "approvals", "mobile-api")
OWERS = ("approvals", "agents")
_TOLD_BY = {CARDS: "approvals", SEEDS: "approvals", AGENTS: "agents", PIPELINES: "agents"}


@dataclass(frozen=True)
class ShardChange:
    """What to add to some fields of a shard, and to what others are at least raised."""

    add: Mapping[str, int]
    raise_to: Mapping[str, int]


def all_shards() -> tuple[Key, ...]:
    return tuple((COUNTERS, str(number)) for number in range(SHARDS))


def latest_field(source: str) -> str:
    """The field with the time of a function's newest event, in milliseconds since 1970."""
    return f"last_event_at_{source.replace('-', '_')}"


def dead_letters_field(source: str) -> str:
    """The field with how many of a function's dead letters wait."""
    return f"dead_letters_{source.replace('-', '_')}"


def awaited_field(function: str) -> str:
    """The field with how many documents wait for a function's next step, in time or overdue."""
    return f"awaited_of_{function}"


_SUMS = (
    *("active_agents", "pending_approvals", "open_veto_windows", "paused_pipelines"),
    *("vetoed_approvals", *map(awaited_field, OWERS)),
    *map(dead_letters_field, SOURCES),
)


def counter_changes(before: Documents, after: Documents) -> dict[Key, ShardChange]:
    """How the shards change when the documents `after` replace those `before`."""
    changes: dict[Key, ShardChange] = {}
    for key, fields in after.items():
        known = before.get(key)
        add = {name: _sums(key, fields)[name] - _sums(key, known)[name] for name in _SUMS}
        latest = _latest(key, fields)
        if key[0] not in (*_TOLD_BY, DELIVERIES) or (
            known is not None and not any(add.values()) and latest == _latest(key, known)
        ):
            continue
        shard = _shard(key)
        other = changes.get(shard)
        if other is not None:
            add = {name: add[name] + other.add[name] for name in _SUMS}
            latest = {name: max(latest[name], other.raise_to[name]) for name in latest}
        changes[shard] = ShardChange(add, latest)
    return changes


def counters_of(documents: Documents) -> dict[Key, Fields]:
    """The shards that belong to these documents."""
    return {
        shard: {**change.add, **change.raise_to}
        for shard, change in counter_changes({}, documents).items()
    }


def totals(shards: Sequence[Fields]) -> dict[str, int]:
    """The shards' sums and newest times, as one."""
    sums = {name: sum(shard[name] for shard in shards) for name in _SUMS}
    newest = {
        latest_field(source): max((shard[latest_field(source)] for shard in shards), default=0)
        for source in SOURCES
    }
    return sums | newest


def _shard(key: Key) -> Key:
    return COUNTERS, str(hashlib.sha256(key[1].encode()).digest()[0] % SHARDS)


def _sums(key: Key, fields: Fields | None) -> dict[str, int]:
    collection = key[0] if fields is not None else ""
    known: Mapping[str, Any] = fields or {}
    is_card = collection == CARDS
    return {
        "active_agents": int(collection == AGENTS and known["status"] == "active"),
        "pending_approvals": int(is_card and known["bucket"] == "pending"),
        "open_veto_windows": int(is_card and known["bucket"] == "veto_open"),
        "paused_pipelines": int(collection == PIPELINES and known["paused"]),
        "vetoed_approvals": int(is_card and known["vetoed_at"] is not None),
        **{
            awaited_field(function): int(known.get(f"overdue_after_{function}") is not None)
            for function in OWERS
        },
        **{
            dead_letters_field(source): int(
                collection == DELIVERIES and known["waits"] and known["function"] == source
            )
            for source in SOURCES
        },
    }


def _latest(key: Key, fields: Fields) -> dict[str, int]:
    at = fields.get("latest_at")
    told_by = fields["function"] if key[0] == DELIVERIES else _TOLD_BY.get(key[0])
    newest = int(parse_instant(at).timestamp() * 1000) if at else 0
    return {latest_field(source): newest if source == told_by else 0 for source in SOURCES}
