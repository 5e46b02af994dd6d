"""Events in which `runs` reports receipts, as it publishes them."""

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import Any

from events.receipts import Receipt, receipt_id_of
from events.runs import RunWentOn
from functions.audit.appender import append
from shared.kit.ids import derive_id
from shared.messaging.envelope import Envelope
from shared.storage import postgres as storage
from tests.functions.audit.chains import AT, event


def receipt(number: int, run: str = "1", **changes: Any) -> Receipt:
    """The receipt of the call of that number of a run; the same for the same arguments."""
    invocation_id = derive_id("inv", AT, run, str(number))
    values = {
        "receipt_id": receipt_id_of(invocation_id, changes.get("outcome", "confirmed")),
        "invocation_id": invocation_id,
        "run_id": derive_id("run", AT, run),
        "step": "count",
        "iteration": number,
        "operation": "assent/counter.add",
        "outcome": "confirmed",
        "at": AT + timedelta(seconds=number),
        "agent_id": derive_id("agt", AT, "counter"),
        "agent_version": "1.0.0",
        "plan_hash": hashlib.sha256(b"plan").hexdigest(),
        "arguments_sha256": hashlib.sha256(str(number).encode()).hexdigest(),
        "decision": "dec_1",
    }
    return Receipt.model_validate({**values, **changes})


def report(tenant: str, number: int, *receipts: Receipt, **changes: Any) -> Envelope:
    """The event of that number of a run, which reports these receipts."""
    run_id = receipts[0].run_id if receipts else derive_id("run", AT, "1")
    # Of an event's data the log reads the receipts only.
    data = {"run_id": run_id, "receipts": [each.model_dump(mode="json") for each in receipts]}
    values = {
        "type": RunWentOn.event_type,
        "source": "//assent/runs",
        "subject": f"run/{run_id}",
        "actorid": "service:runs",
        "data": json.dumps(data),
    }
    return event(tenant, number, **{**values, **changes})


def append_all(*events: Envelope) -> None:
    """Appends events to the log of the platform that runs, where nobody published them."""

    async def appended() -> None:
        await asyncio.gather(*map(append, events))
        await storage.disconnect()

    asyncio.run(appended())
