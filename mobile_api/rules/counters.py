"""Counters in shards: a function of the documents, updated by differences.

A document's id selects its shard, so no shard is hot and reading them all always costs the same. A
document always brings the fields that it counts in, also where it adds 0, and no document is ever
deleted: the fields of a shard follow from its documents, in any order of events. Where a field is
about a function, its name ends with it: `dead_letters/agents`. What the cards say about a precedent
is counted in a document of that precedent. What lies in a workspace is counted once more, in shards
of that workspace."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from mobile_api.rules.documents import (
    AGENTS,
    CARDS,
    COUNTERS,
    DELIVERIES,
    PIPELINES,
    SEED_COUNTS,
    Documents,
    Fields,
    Key,
)
from shared.kit.instants import parse_instant
from shared.kit.workspaces import WORKSPACE

SHARDS = 4

# The time of a function's newest event, in milliseconds since 1970.
LATEST = "last_event_at"
# How many of a function's dead letters are not redelivered yet.
DEAD_LETTERS = "dead_letters"
# How many documents of a collection wait for a function's next step, overdue or not.
AWAITED = "awaited"
# How many approvals a precedent was compared with, and how many it approved.
COMPARED = "compared"
MATCHED = "matched"


def all_shards(workspace_id: str | None = None) -> tuple[Key, ...]:
    """The documents of all shards: those of a workspace, or those that count everything."""
    return tuple(_shard(number, workspace_id) for number in range(SHARDS))


def is_time(name: str) -> bool:
    """Whether the field is raised to the newest time; other fields are added up."""
    return name.startswith(LATEST)


def counter_changes(before: Documents, after: Documents) -> dict[Key, dict[str, int]]:
    """The numbers to add to the fields of each shard and of each precedent's counts, or the times
    to raise them to, when the documents `after` replace `before`. Where there were no documents
    before, these documents themselves."""
    changes: dict[Key, dict[str, int]] = {}
    for key, fields in after.items():
        known = before.get(key)
        number = hashlib.sha256(key[1].encode()).digest()[0] % SHARDS
        change = _change(key[0], known, fields)
        found = {_shard(number, each): change for each in (None, fields.get(WORKSPACE))}
        if key[0] == CARDS:
            found |= _seed_changes(known, fields)
        for place, change in found.items():
            if change:
                changes[place] = totals((changes.get(place, {}), change))
    return changes


def totals(shards: Iterable[Fields]) -> dict[str, int]:
    """The sums and newest times of all shards; a counter that no shard has is missing."""
    counted: dict[str, int] = {}
    for shard in shards:
        for name, value in shard.items():
            known = counted.get(name, 0)
            counted[name] = max(known, value) if is_time(name) else known + value
    return counted


def functions_in(counted: Mapping[str, int]) -> list[str]:
    """The functions with counters, by name."""
    return sorted({name.rpartition("/")[2] for name in counted if "/" in name})


def awaited_in(counted: Mapping[str, int]) -> list[tuple[str, str]]:
    """The collections with documents that wait for a function's next step, each with the
    function."""
    names = (name.split("/") for name, value in counted.items() if value)
    return [(name[1], name[2]) for name in names if name[0] == AWAITED]


def _shard(number: int, workspace_id: str | None) -> Key:
    return COUNTERS, str(number) if workspace_id is None else f"{workspace_id}.{number}"


def _change(collection: str, known: Fields | None, fields: Fields) -> dict[str, int]:
    count = _COUNTS.get(collection)
    counted = count(fields) if count else {}
    if count and known is not None:
        counted = _difference(count(known), counted)
    at = fields.get("latest_at")
    if at is not None and (known is None or known["latest_at"] != at):
        counted[f"{LATEST}/{fields['function']}"] = int(parse_instant(at).timestamp() * 1000)
    return counted


def _difference(was: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    return {name: n - was[name] for name, n in now.items() if n != was[name]}


def _seed_changes(known: Fields | None, card: Fields) -> dict[Key, dict[str, int]]:
    was = _of_seeds(known) if known is not None else {}
    return {
        key: _difference(was[key], counts) if key in was else counts
        for key, counts in _of_seeds(card).items()
    }


def _of_seeds(card: Fields) -> dict[Key, dict[str, int]]:
    return {
        (SEED_COUNTS, id): {COMPARED: 1, MATCHED: int(id == card["precedent_id"])}
        for id in card["compared_with"]
    }


def _of_card(card: Fields) -> dict[str, int]:
    return {
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
