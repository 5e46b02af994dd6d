"""Which events are evidence, and what an entry keeps of one."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from events.agents import AgentApprovalNeeded, AgentHealthChanged
from events.approvals import ApprovalConfirmed, ApprovalRequested, ApprovalResumed
from events.budgets import BudgetApprovalNeeded
from events.cases import CreationCaseReviewNeeded
from events.direct_calls import DirectCallApprovalNeeded
from events.mobile_api import NotificationRequested
from events.policies import PolicyApprovalNeeded
from events.subscriptions import SubscriptionApprovalNeeded
from shared.audit_log.attribution import attribution_of
from shared.kit.canonical import canonical_json
from shared.kit.errors import Invalid

# Every published event gets an entry but for these, so that a new type is audited by default.
NO_EVIDENCE = {
    AgentApprovalNeeded.event_type: "asks; what was decided names the content's hash",
    AgentHealthChanged.event_type: "a reading; what it leads to is an event of its own",
    PolicyApprovalNeeded.event_type: "asks; what was decided names the content's hash",
    SubscriptionApprovalNeeded.event_type: "asks; what was decided names the content's hash",
    BudgetApprovalNeeded.event_type: "asks; what was decided names the content's hash",
    DirectCallApprovalNeeded.event_type: "asks; what was decided names the content's hash",
    CreationCaseReviewNeeded.event_type: "waits for a reviewer; `judged` follows",
    ApprovalRequested.event_type: "asks; the decision says who asked, when and for what",
    ApprovalResumed.event_type: "the clock alone; the deferral said when",
    ApprovalConfirmed.event_type: "the clock alone; the assent said when",
    NotificationRequested.event_type: "tells somebody of an event that is evidence itself",
}
# Quotations of agents' specs and of precedents: the chain is never altered, so it may not hold what
# somebody can demand to have erased. Receipts have entries of their own, and a token is nobody's to
# read.
BY_HASH_ONLY = frozenset({"checks", "findings", "receipts", "token"})
# Proves the decision to whoever holds the public keys.
WHOLE = frozenset({"signature"})
LONGEST_FIELD = 2_000
MOST_BYTES = 16_000


class Filed(NamedTuple):
    """The attributes of an entry's body that it is searched by; an actor that is missing is
    empty."""

    at: datetime
    actor: str
    action: str
    subject: str
    workspace_id: str | None


class NewEntry(NamedTuple):
    """The entry for an event: its id, the body that is hashed, and the attributes by which entries
    are searched; `at` is RFC 3339, and what is missing is empty."""

    event_id: str
    body: str
    at: str
    actor: str
    action: str
    subject: str
    workspace_id: str


def new_entry(attributes: Mapping[str, str], data: str) -> NewEntry:
    """The entry of an event. The same event gives the same entry."""
    body, said = entry_body(attributes, data), attribution_of(attributes)
    action, subject = attributes["type"], attributes["subject"]
    within = attributes.get("workspaceid", "")
    return NewEntry(attributes["id"], body, said.at, said.actor, action, subject, within)


def evidence_types(published: Iterable[str]) -> frozenset[str]:
    """The event types that get an entry, of those that are published."""
    return frozenset(published).difference(NO_EVIDENCE)


def entry_body(attributes: Mapping[str, str], data: str) -> str:
    """The canonical text that an entry stores of an event: its attributes, and its data in JSON.

    In the data, the fields BY_HASH_ONLY, each other one of more than LONGEST_FIELD bytes, and the
    longest of those left until at most MOST_BYTES are, are replaced by `{"bytes", "sha256"}` of
    their JSON text; a signature never is. The same event gives the same text."""
    texts = _fields(data)
    kept = {name: text for name, text in texts.items() if _may_be_kept(name, text)}
    for name in sorted(kept, key=lambda name: (len(kept[name]), name), reverse=True):
        if sum(map(len, kept.values())) <= MOST_BYTES:
            break
        if name not in WHOLE:
            del kept[name]
    shown = {name: kept.get(name) or _digest(text) for name, text in texts.items()}
    fields = (f"{_text(name)}:{shown[name]}" for name in sorted(shown))
    return canonical_json({**attributes, "data": f"{{{','.join(fields)}}}"}).decode()


def is_body_of(body: str, attributes: Mapping[str, str], data: str) -> bool:
    """Whether an entry's body is about an event: its attributes, and of each field of its data the
    value or its digest, however much was kept when it was written; in the one spelling that is."""
    try:
        kept = json.loads(body)
        is_canonical = canonical_json(kept).decode() == body
        stored = _fields(kept.pop("data"))
    except (ValueError, LookupError, TypeError, AttributeError, Invalid):
        return False
    texts = _fields(data)
    return (
        is_canonical
        and kept == attributes
        and stored.keys() == texts.keys()
        and all(stored[name] in (text, _digest(text)) for name, text in texts.items())
    )


def _fields(data: str) -> dict[str, str]:
    return {name: _text(value) for name, value in json.loads(data).items()}


def _may_be_kept(name: str, text: str) -> bool:
    is_short = name not in BY_HASH_ONLY and len(text) <= LONGEST_FIELD
    return name in WHOLE or is_short or text in ("null", "[]", "{}", '""')


def _digest(text: str) -> str:
    return _text({"bytes": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()})


def _text(value: Any) -> str:
    # Unlike canonical JSON this can write all that was read, lone surrogates too; ASCII, so that
    # letters are bytes.
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
