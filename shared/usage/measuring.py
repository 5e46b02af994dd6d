"""What each entry of the audit log counts as usage. Pure: whoever has the log counts the same."""

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from shared.audit_log.attribution import attribution_of
from shared.usage.slabs import HOUR_MS, Counted

RECEIPT = "https://assent.dev/receipt/v1"
_ENDS_OF_APPROVALS = ("approved", "auto_approved", "rejected", "changes_requested", "expired")
Quantities = Mapping[str, int]


class Noted(NamedTuple):
    """The fields of an entry of the audit log that are counted from. `body` is the hashed text,
    which has the time and the actor."""

    number: int
    event_id: str
    action: str
    body: str


class Files(NamedTuple):
    """The bytes of all files of a tenant, and the last hour since 1970 for which they were counted,
    None before the first file."""

    bytes: int = 0
    sampled_hour: int | None = None


def counted(entries: Sequence[Noted], files: Files) -> tuple[list[Counted], Files]:
    """The counted events of these entries, in their order, and the files after the last entry."""
    events: list[Counted] = []
    for each in entries:
        statement = json.loads(each.body)
        if each.action in _OF_FILES:
            at = attribution_of(statement).milliseconds
            more, files = hours_of_files(files, at, each.number)
            events += more
            files = _with_file(files, at, _data(statement), is_stored=_OF_FILES[each.action])
        elif quantities := _MEASURES[each.action](statement):
            used = ",".join(f"{meter}={quantities[meter]}" for meter in sorted(quantities))
            who = attribution_of(statement)
            subject = _plain(who.actor)
            events.append(Counted(each.number, each.event_id, who.milliseconds, subject, used))
    return events, files


def hours_of_files(files: Files, at: int, entry: int) -> tuple[list[Counted], Files]:
    """One event for each hour that ended since the last counted hour, with the bytes at its end.
    `entry` is the last entry of the log that they follow from."""
    if files.sampled_hour is None:
        return [], files
    now = at // HOUR_MS
    hours = range(files.sampled_hour + 1, now) if files.bytes else ()
    used = f"storage_byte_hours={files.bytes}"
    events = [Counted(entry, f"hour/{hour}", hour * HOUR_MS, "", used) for hour in hours]
    return events, files._replace(sampled_hour=max(files.sampled_hour, now - 1))


def _with_file(files: Files, at: int, file: Mapping[str, Any], *, is_stored: bool) -> Files:
    if file.get("stored_at") is None:
        return files
    size = _whole(file.get("bytes"))
    kept = max(0, files.bytes + (size if is_stored else -size))
    sampled = at // HOUR_MS - 1 if files.sampled_hour is None else files.sampled_hour
    return Files(kept, sampled)


def _of_receipt(statement: Mapping[str, Any]) -> Quantities:
    receipt = statement["predicate"]
    if receipt.get("outcome") != "confirmed":
        return {}
    model = receipt.get("model")
    if model is None:
        return {"tool_calls": 1}
    if model.get("cached_from") is not None:
        return {}
    tokens = {name: _whole(model.get(name)) for name in ("tokens_in", "tokens_out")}
    return {name: number for name, number in tokens.items() if number}


def _of_start(event: Mapping[str, Any]) -> Quantities:
    run = _data(event)
    repeats = run.get("replay_of") is not None or run.get("parent_run_id") is not None
    return {} if repeats else {"executions": 1}


def _of_caches(event: Mapping[str, Any]) -> Quantities:
    call = _data(event)
    tokens = call.get("tokens")
    if call.get("status") != "answered" or not isinstance(tokens, Mapping):
        return {}
    names = ("tokens_cached_read", "tokens_cached_write")
    return {name: number for name in names if (number := _whole(tokens.get(name)))}


def _of_approval(event: Mapping[str, Any]) -> Quantities:
    return {"approvals": 1}


_MEASURES: Mapping[str, Callable[[Mapping[str, Any]], Quantities]] = MappingProxyType(
    {
        RECEIPT: _of_receipt,
        "assent.run.started.v1": _of_start,
        "assent.model_call.settled.v1": _of_caches,
        **{f"assent.approval.{end}.v1": _of_approval for end in _ENDS_OF_APPROVALS},
    }
)
# Whether the file is kept after the entry.
_OF_FILES = MappingProxyType(
    {"assent.artifact.stored.v1": True, "assent.artifact.removed.v1": False}
)
# The actions of entries that may count as usage.
ACTIONS = (*_MEASURES, *_OF_FILES)


def _data(event: Mapping[str, Any]) -> Mapping[str, Any]:
    data = event.get("data")
    fields = json.loads(data) if isinstance(data, str) else data
    return fields if isinstance(fields, Mapping) else {}


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _plain(subject: str) -> str:
    """The subject without tabulators and ends of lines, which separate the columns."""
    return " ".join(subject.split())
