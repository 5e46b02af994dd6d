"""What this function remembers in Firestore: approvals, decision claims, precedents, and per kind
the precedents that are active now.

Each document holds the aggregate as JSON text in `state` and, beside it, only the fields that
queries, the sweep and the next event need."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from events.approvals import Kind
from functions.approvals.rules.approval import Approval, next_timer
from functions.approvals.rules.precedent import ActivePrecedent, Precedent
from functions.approvals.rules.standing import takeover_cutoff
from shared.kit.instants import format_instant
from shared.messaging.recorder import LastEvent
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

APPROVALS = "approvals"
CLAIMS = "decision_claims"
PRECEDENTS = "precedents"
ACTIVE = "active_precedents"

MOST_COMPARED = 25
_CANCELLED_BY = "cancelled_by"

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Kept(Generic[T]):
    """An aggregate as it was read, with what its next event and its next write need."""

    document: Document
    value: T
    latest: LastEvent


@dataclass(frozen=True)
class Claim:
    """A `client_decision_id` that was used: for what, and what was answered."""

    fingerprint: str
    answer: str


@dataclass(frozen=True)
class Actives:
    """The active precedents of one kind; `document` is None where there never was one."""

    document: Document | None
    precedents: tuple[ActivePrecedent, ...]


def read_approval(document: Document | None) -> Kept[Approval] | None:
    """The approval in a document; None also for one that only remembers a withdrawal."""
    if document is None or withdrawn_by(document) is not None:
        return None
    return _kept(document, Approval)


def read_precedent(document: Document | None) -> Kept[Precedent] | None:
    """The precedent in a document."""
    return None if document is None else _kept(document, Precedent)


def read_claim(document: Document | None) -> Claim | None:
    """The claim in a document."""
    if document is None:
        return None
    return Claim(document.data["fingerprint"], document.data["answer"])


def read_actives(document: Document | None) -> Actives:
    """The active precedents in a kind's document."""
    entries = json.loads(document.data["precedents"]) if document else []
    return Actives(document, tuple(ActivePrecedent.model_validate(entry) for entry in entries))


def withdrawn_by(document: Document) -> str | None:
    """Who withdrew a request whose asking event has not arrived yet; None for an approval."""
    return document.data.get(_CANCELLED_BY)


def withdrawal_fields(by: str) -> dict[str, Any]:
    """Takes the place of an approval whose withdrawal came first. It has no `requested_at`, so no
    list shows it."""
    return {_CANCELLED_BY: by}


def approval_fields(approval: Approval, latest: LastEvent) -> dict[str, Any]:
    """The approval's document."""
    timer = next_timer(approval)
    return {
        "state": approval.model_dump_json(),
        "sequence": approval.version,
        "last_event": latest.model_dump(),
        "next_timer_type": timer[0] if timer else None,
        "next_timer_at": format_instant(timer[1]) if timer else None,
        "status": approval.status,
        "kind": approval.kind,
        "requested_at": format_instant(approval.requested_at),
        "decided_at": _instant(approval.decided_at),
        "silence_at": _instant(approval.silence_at),
        "governed_at": _instant(approval.governed_at),
        "precedent_id": approval.precedent_id,
        "considered": list(approval.considered),
        "likeness": approval.likeness,
        "counted_at": _instant(approval.counted_at),
        _CANCELLED_BY: None,
    }


def precedent_fields(precedent: Precedent, latest: LastEvent) -> dict[str, Any]:
    """The precedent's document."""
    return {
        "state": precedent.model_dump_json(),
        "sequence": precedent.version,
        "last_event": latest.model_dump(),
        "status": precedent.status,
        "kind": precedent.kind,
        "created_at": format_instant(precedent.created_at),
        "likeness": precedent.likeness,
    }


def claim_fields(fingerprint: str, answer: str, approval_id: str, at: datetime) -> dict[str, Any]:
    """A claim's document."""
    return {
        "fingerprint": fingerprint,
        "answer": answer,
        "approval_id": approval_id,
        "decided_at": format_instant(at),
    }


def actives_fields(precedents: Sequence[ActivePrecedent]) -> dict[str, Any]:
    """A kind's document of active precedents. `count` comes first by name and is small: a commit
    that only checks the document writes its first field again."""
    entries = [precedent.model_dump(mode="json") for precedent in precedents]
    return {"count": len(entries), "precedents": json.dumps(entries)}


async def find_like(store: TenantStore, likeness: str, limit: int) -> list[Approval]:
    """The latest like requests a person decided and that count, newest first."""
    page = await store.find(
        APPROVALS,
        where=[("likeness", "==", likeness)],
        order_by="counted_at",
        descending=True,
        limit=limit,
    )
    found = [_kept(document, Approval).value for document in page.items]
    return [approval for approval in found if approval.counted_at is not None]


async def find_precedents_like(store: TenantStore, likeness: str) -> list[Precedent]:
    """Precedents for requests of that likeness."""
    page = await store.find(PRECEDENTS, where=[("likeness", "==", likeness)], limit=MOST_COMPARED)
    return [_kept(document, Precedent).value for document in page.items]


async def find_ended(store: TenantStore, kind: Kind) -> list[Precedent]:
    """Precedents of the kind that vetoes ended or people suspended."""
    conditions = [("kind", "==", kind), ("status", "in", ["deprecated", "suspended"])]
    page = await store.find(PRECEDENTS, where=conditions, limit=MOST_COMPARED)
    return [_kept(document, Precedent).value for document in page.items]


async def find_rejected_since(store: TenantStore, kind: Kind, since: datetime) -> list[Approval]:
    """What people rejected of the kind after `since`, newest first."""
    page = await store.find(
        APPROVALS,
        where=[
            ("kind", "==", kind),
            ("status", "==", "rejected"),
            ("decided_at", ">", format_instant(since)),
        ],
        order_by="decided_at",
        descending=True,
        limit=MOST_COMPARED,
    )
    return [_kept(document, Approval).value for document in page.items]


async def is_governor_absent(store: TenantStore, at: datetime) -> bool:
    """Whether a deadline passed in silence at least four hours before `at` and no governor acted
    since."""
    acted = await store.find(APPROVALS, order_by="governed_at", descending=True, limit=1)
    latest = acted.items[0].data["governed_at"] if acted.items else None
    missed = await store.find(
        APPROVALS,
        where=[
            ("silence_at", ">", latest or ""),
            ("silence_at", "<=", format_instant(takeover_cutoff(at))),
        ],
        order_by="silence_at",
        limit=1,
    )
    return bool(missed.items)


async def count_matches(store: TenantStore, precedent_id: str) -> int:
    """How many approvals the precedent assented to."""
    return await store.count(APPROVALS, where=[("precedent_id", "==", precedent_id)])


async def count_compared(store: TenantStore, precedent_id: str) -> int:
    """How many approvals the precedent was compared with."""
    return await store.count(APPROVALS, where=[("considered", "array_contains", precedent_id)])


def _instant(moment: datetime | None) -> str | None:
    return format_instant(moment) if moment else None


def _kept(document: Document, model: type[T]) -> Kept[T]:
    data: Mapping[str, Any] = document.data
    return Kept(
        document=document,
        value=model.model_validate_json(data["state"]),
        latest=LastEvent.model_validate(data["last_event"]),
    )
