"""The event log, which is also the outbox: `tenants/{tenant}/events/{evt_id}`, kept for ever.

Every function can write to the database, so each entry has a keyed digest by the function that
committed it. An entry without it is never published."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from shared.kit.digests import KeyRing
from shared.kit.instants import format_instant
from shared.messaging.envelope import ATTRIBUTES, Envelope
from shared.storage.batches import Document, Removed, ServerTime
from shared.storage.platform_store import PlatformStore

EVENT_LOG = "events"
# Without the time of its next sweep, an entry is in no index of the sweep.
CLEARED: Mapping[str, Any] = {"unpublished": False, "sweep_at": Removed()}
_FORM = "assent-log-v1"
# Most events have none, and what is stored of each is paid for as long as it is kept.
_SPARSE = frozenset({"workspaceid", "about"})


class Decided(NamedTuple):
    """A recorded policy decision: its record as text, and what of its slice is stored nowhere else,
    sealed; empty where nothing is."""

    record: str
    slice: bytes = b""


def log_entry(
    event: Envelope,
    keys: KeyRing,
    *,
    position: int,
    flagged: bool = True,
    decision: Decided | None = None,
) -> dict[str, Any]:
    """The document of an event not yet published; `position` orders the events of one commit. The
    sweep publishes a `flagged` event that stays unpublished. The digest also covers the `decision`
    that allowed the commit; `decided_at` is in an index, so that decisions are found by time."""
    decided: dict[str, Any] = {}
    if decision is not None:
        decided = {"decision": decision.record, "decided_at": format_instant(event.time)}
        decided |= {"decision_slice": decision.slice} if decision.slice else {}
    missing = {name for name in _SPARSE if not getattr(event, name)}
    return {
        **event.model_dump(mode="json", include={*ATTRIBUTES, "data"} - missing),
        **decided,
        "digest": keys.digest(*_covered(event, decision)),
        "unpublished": flagged,
        "position": position,
        **({"sweep_at": format_instant(event.time), "sweeps": 0} if flagged else {}),
        "committed_at": ServerTime(),
    }


def logged_event(data: Mapping[str, Any], received_at: datetime) -> Envelope:
    """The envelope in a document of the log, whoever wrote it."""
    named = (name for name in (*ATTRIBUTES, "data") if name in data or name not in _SPARSE)
    values = {name: data[name] for name in named}
    return Envelope.model_validate({**values, "received_at": received_at})


def authentic_event(
    entry: Document, keys: KeyRing, received_at: datetime, *, also_retired: bool = False
) -> Envelope | None:
    """The envelope in an entry that the owner of `keys` committed for this tenant under this id,
    unaltered in every attribute and in its data; None for any other document."""
    try:
        event = logged_event(entry.data, received_at)
    except (KeyError, ValueError):
        return None
    is_its_own = (event.tenantid, event.id) == (entry.tenant_id, entry.id)
    digest = digest_of(entry)
    covered = _covered(event, decision_in(entry.data))
    verifies = keys.verifies(digest, *covered, also_retired=also_retired)
    return event if is_its_own and verifies else None


def decision_in(data: Mapping[str, Any]) -> Decided | None:
    """The policy decision in an entry; None where it has none."""
    record, slice = data.get("decision"), data.get("decision_slice", b"")
    if not isinstance(record, str) or not isinstance(slice, bytes):
        return None
    return Decided(record, slice)


def digest_of(entry: Document) -> str:
    """The digest that an entry carries; empty where it has none."""
    digest = entry.data.get("digest")
    return digest if isinstance(digest, str) else ""


def _covered(event: Envelope, decision: Decided | None) -> tuple[str, ...]:
    attributes = event.attributes()
    said = (*(attributes.get(name, "") for name in ATTRIBUTES), event.data)
    return (_FORM, *said, *((decision.record, decision.slice.hex()) if decision else ()))


async def tenants_of_log() -> list[str]:
    """Every tenant with an event, in order. Raises Unavailable."""
    found: set[str] = set()
    after = ""
    while True:
        # What an entry says of its tenant may be wrong; where it lies is not.
        entries = await PlatformStore().find(
            EVENT_LOG, where=[("tenantid", ">", after)], order_by="tenantid", select=("tenantid",)
        )
        if not entries:
            return sorted(found)
        found |= {entry.tenant_id for entry in entries}
        after = entries[-1].data["tenantid"]
