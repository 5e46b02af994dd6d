"""Receipts as entries of the log: the text of each is the in-toto statement of one outcome."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from events.receipts import PREDICATE_TYPE, STATEMENT_TYPE, AnyReceipt, read_receipt, statement
from events.registry import published_types
from functions.audit.rules.evidence import NewEntry, new_entry
from shared.audit_log.attribution import attribution_of
from shared.audit_log.entries import Entry
from shared.kit.canonical import canonical_json
from shared.kit.errors import FieldError, Invalid
from shared.kit.ids import is_id

# What an entry of a receipt is searched by, where that of an event has the event's type.
ACTION = PREDICATE_TYPE
# The types of events that report receipts.
REPORT = frozenset(
    name
    for published in published_types().values()
    for name, payload in published.items()
    if "receipts" in payload.model_fields
)


class Recorded(NamedTuple):
    """A receipt as an entry has it."""

    receipt: AnyReceipt
    tenant_id: str
    workspace_id: str | None


def new_entries(attributes: Mapping[str, str], data: str) -> list[NewEntry]:
    """All entries of an event: its own, then one for each receipt that it reports, in their order.
    The same event gives the same entries, and the same receipt the same entry in whichever event
    its run reports it. Raises pydantic.ValidationError for a receipt that is none."""
    return [new_entry(attributes, data), *receipt_entries(attributes, data)]


def receipt_entries(attributes: Mapping[str, str], data: str) -> list[NewEntry]:
    """The entries of the receipts in an event. Raises pydantic.ValidationError."""
    if attributes["type"] not in REPORT:
        return []
    reported = json.loads(data).get("receipts") or ()
    receipts = [read_receipt(each) for each in reported]
    return [_entry(each, attributes) for each in receipts]


def subject_of(run_id: str) -> str:
    """What the entries of a run's receipts, and of its own events, are about."""
    return f"run/{run_id}"


def sought(run_id: str | None, call_id: str | None) -> str | None:
    """What the entries of the receipts of a run or of a program's call are about; None for all.
    Raises Invalid for both at once."""
    if run_id is not None and call_id is not None:
        raise Invalid(FieldError("call_id", "is of no run: send either run_id or call_id"))
    if call_id is not None:
        return f"model_call/{call_id}"
    return subject_of(run_id) if run_id is not None else None


def recorded(entry: Entry) -> Recorded | None:
    """The receipt in an entry; None where its text is not what is appended of a receipt with this
    id in this tenant."""
    if not is_id("rct", entry.event_id):
        return None
    try:
        said = json.loads(entry.body)
        predicate = said["predicate"]
        found = Recorded(
            read_receipt(predicate), predicate["tenant_id"], predicate.get("workspace_id")
        )
        text = canonical_json(statement(*found)).decode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, Invalid):
        return None
    is_its_own = (found.receipt.receipt_id, found.tenant_id) == (entry.event_id, entry.tenant_id)
    is_whole = text == entry.body and said["_type"] == STATEMENT_TYPE
    return found if is_its_own and is_whole else None


def _entry(receipt: AnyReceipt, attributes: Mapping[str, str]) -> NewEntry:
    within = attributes.get("workspaceid", "")
    text = statement(receipt, attributes["tenantid"], within)
    body, said = canonical_json(text).decode(), attribution_of(text)
    about = (ACTION, receipt.subject, within)
    return NewEntry(receipt.receipt_id, body, said.at, said.actor, *about)
