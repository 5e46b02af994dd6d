"""A tenant's audit log with receipts and events that count for something."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from events.receipts import PREDICATE_TYPE, CallReceipt, ModelTurn, receipt_id_of, statement
from functions.audit.rules.evidence import NewEntry
from functions.audit.store import append_together
from shared.kit.canonical import canonical_json
from shared.kit.ids import derive_id
from shared.kit.instants import format_instant

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HASH = "0" * 64


def receipt(tenant: str, name: str, at: datetime = AT, **changes: Any) -> NewEntry:
    """The entry of a call that was confirmed."""
    values = {
        "receipt_id": receipt_id_of(f"{tenant}/{name}", "confirmed"),
        "invocation_id": f"inv_{name}",
        "run_id": "run_1",
        "step": "one",
        "operation": "crm/add",
        "outcome": "confirmed",
        "at": at,
        "agent_id": "agt_gala",
        "agent_version": "1",
        "plan_hash": HASH,
        "arguments_sha256": HASH,
    }
    made = CallReceipt.model_validate({**values, **changes})
    body = canonical_json(statement(made, tenant)).decode()
    return NewEntry(
        made.receipt_id, body, format_instant(at), made.actor, PREDICATE_TYPE, made.subject, ""
    )


def turn(tenant: str, name: str, tokens_in: int, tokens_out: int, at: datetime = AT) -> NewEntry:
    """The entry of a question to a model."""
    asked = ModelTurn(name="house", turn=1, tokens_in=tokens_in, tokens_out=tokens_out)
    return receipt(tenant, name, at, operation="model/turn", model=asked)


def told(tenant: str, name: str, action: str, data: dict[str, Any], at: datetime = AT) -> NewEntry:
    """The entry of an event."""
    id = derive_id("evt", AT, tenant, action, name)
    said = {"id": id, "type": action, "time": format_instant(at), "actorid": "usr_ada"}
    said |= {"data": json.dumps(data)}
    body = canonical_json(said).decode()
    return NewEntry(id, body, format_instant(at), "usr_ada", action, f"thing/{name}", "")


def file(tenant: str, name: str, size: int, at: datetime, *, removed: bool = False) -> NewEntry:
    """The entry of a file that was stored or removed."""
    action = f"assent.artifact.{'removed' if removed else 'stored'}.v1"
    data = {"bytes": size, "stored_at": format_instant(at)}
    return told(tenant, name, action, data, at)


async def write(tenant: str, *entries: NewEntry) -> None:
    """Appends them to the tenant's log."""
    await append_together(tenant, entries)


def minutes(start: datetime = AT) -> Iterator[datetime]:
    """Instants, a minute apart."""
    while True:
        yield start
        start += timedelta(minutes=1)
