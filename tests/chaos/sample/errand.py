"""A governed run that nothing speaks against, as evidence: it counts, writes a line that a person
assented to and whose outcome was doubtful, and ends."""

import json
from typing import Any

from tests.chaos.checker.canonical import content_hash
from tests.chaos.checker.evidence import Documents, Evidence, Json
from tests.chaos.sample.chronicle import TENANT, Chronicle, moment

RUN, AGENT, CARD = "run_1", "agt_1", "apr_1"
ADDED, WRITTEN = "inv_added", "inv_written"
_PERIOD = "2026-11"
BUDGET, LEASE = f"platform.{_PERIOD}", f"{_PERIOD}.{TENANT}"
_SPENT = {"held_usd_micros": 0, "spent_usd_micros": 3_500}
_ADD, _APPEND = "assent/counter.add", "assent/ledger.append"


def evidence() -> Evidence:
    """All that the run left behind."""
    chronicle = Chronicle()
    tenant = chronicle.tenant
    for name in ("runs", "invocations", "budgets", "run_steps", "plans"):
        tenant.documents[name] = {}
    steps = [_step("count", _ADD, "none"), _step("write", _APPEND, "step")]
    plan_hash = chronicle.keep({"steps": steps})
    adding = {"counter": "r1", "amount": 5}
    writing = {"ledger": "r1", "line": "write:done"}
    card_hash = chronicle.keep(_card(plan_hash, writing))
    added = _call(ADDED, "count", _ADD, adding, {"value": 5})
    written = {**_call(WRITTEN, "write", _APPEND, writing, {"position": 1}), "approval_id": CARD}
    said = {"settled_by": "gala"}
    run = _run(plan_hash)

    def receipt(id: str, call: Json, outcome: str, **fields: Any) -> Json:
        return _receipt(id, call, plan_hash, outcome, **fields)

    first = receipt("rct_1", added, "confirmed", cost_usd_micros=1_000)
    doubt = receipt("rct_2", written, "doubtful", output_sha256=None, **_assented())
    last = receipt("rct_3", written, "confirmed", cost_usd_micros=2_500, **_assented(), **said)
    started = _tell(tenant.events, "run", RUN, "approval_needed", {**run, "receipts": [first]})
    _tell(tenant.events, "approval", CARD, "requested", {"status": "pending"}, started)
    approved = chronicle.decided(_approval(card_hash))
    cause = _tell(tenant.events, "approval", CARD, "approved", approved, started)
    _tell(tenant.events, "run", RUN, "paused", {**run, "receipts": [doubt]}, cause)
    told = {"invocation_id": WRITTEN, "status": "confirmed"}
    _tell(tenant.events, "invocation", WRITTEN, "settled", told, cause)
    _tell(tenant.events, "run", RUN, "completed", {**run, "receipts": [last]}, cause)
    _store(chronicle, "runs", RUN, run)
    _store(chronicle, "invocations", ADDED, added)
    _store(chronicle, "invocations", WRITTEN, {**written, **said})
    _store(chronicle, "approvals", CARD, approved)
    tenant.shown = {CARD: approved}
    for scope in ("tenant", AGENT):
        budget = {"scope": scope, "period": _PERIOD, **_SPENT}
        calls = {_ADD: 1} if scope == AGENT else {}
        _store(chronicle, "budgets", f"{scope}.day", {**budget, "calls": calls})
    tenant.counted = {
        "additions": [{"counter": "r1", "key": ADDED, "amount": 5}],
        "lines": [{"ledger": "r1", "line": "write:done"}],
    }
    tenant.run_ends = [_end()]
    for event in tenant.events:
        if not event["type"].endswith(".requested.v1"):
            chronicle.audit(event["id"])
    for each in (first, doubt, last):
        chronicle.audit(each["receipt_id"])
    found = chronicle.evidence()
    found.platform = _platform()
    return found


def _platform() -> Documents:
    """What the tenant took: four fifths of the limit, and more than it has spent."""
    month = {"scope": "platform", "period": _PERIOD, "limit_usd_micros": 5_000}
    month |= {**_SPENT, "held_usd_micros": 500}
    lease = {"tenant_id": TENANT, "period": _PERIOD, "spent_usd_micros": 3_500}
    lease |= {"taken_usd_micros": 4_000}
    told = {"type": "assent.budget.reached.v1", "data": json.dumps({**month, "threshold": 80})}
    return {
        "budgets": {BUDGET: {"state": json.dumps(month)}},
        "budget_leases": {LEASE: {"state": json.dumps(lease)}},
        "events": {"evt_platform": told},
    }


def _approval(card_hash: str) -> Json:
    nothing = dict.fromkeys(("case", "capacity", "passkey_id", "veto", "signature"))
    return {
        **nothing,
        "approval_id": CARD,
        "status": "approved",
        "kind": "execution",
        "risk": "medium",
        "version": 2,
        "decided_by": "gala",
        "decided_at": moment(2),
        "decision_hash": card_hash,
        "summary": "Write a line",
    }


def _step(id: str, operation: str, assent: str) -> Json:
    return {"id": id, "assent": assent, "does": {"kind": "call", "operation": operation}}


def _card(plan_hash: str, arguments: Json) -> Json:
    about = {"plan_hash": plan_hash, "run_id": RUN, "step": "write", "operation": _APPEND}
    return {**about, "effect": "change", "calls": [{"iteration": None, "arguments": arguments}]}


def _call(id: str, step: str, operation: str, arguments: Json, output: Json) -> Json:
    return {
        "invocation_id": id,
        "run_id": RUN,
        "step": step,
        "operation": operation,
        "arguments": arguments,
        "output": {"value": output, "labels": []},
        "status": "confirmed",
        "approval_id": None,
        "settled_by": None,
    }


def _receipt(id: str, call: Json, plan_hash: str, outcome: str, **fields: Any) -> Json:
    said = {name: call[name] for name in ("invocation_id", "run_id", "step", "operation")}
    return {
        **said,
        "receipt_id": id,
        "outcome": outcome,
        "agent_id": AGENT,
        "plan_hash": plan_hash,
        "arguments_sha256": content_hash(call["arguments"]),
        "output_sha256": content_hash(call["output"]["value"]),
        "approval_id": None,
        "assented_by": None,
        "cost_usd_micros": 0,
        **fields,
    }


def _assented() -> Json:
    return {"approval_id": CARD, "assented_by": "gala"}


def _run(plan_hash: str) -> Json:
    nothing = dict.fromkeys(("waiting", "due_at", "stop", "stopping", "undoing", "failure"))
    return {
        **nothing,
        "run_id": RUN,
        "status": "completed",
        "plan_hash": plan_hash,
        "agent_id": AGENT,
        "started_by": "ada",
        "authors": ["ada"],
        "spent_usd_micros": 3_500,
        "held_usd_micros": 0,
        "is_undone": False,
    }


def _end() -> Json:
    end = {"tenant": TENANT, "fate": "through", "run_id": RUN, "who": "r1", "twins": 1}
    return {**end, "statuses": ["completed"], "total": 5, "lines": 1, "undone": False}


def _tell(
    events: list[Json], noun: str, id: str, name: str, data: Json, cause: Json | None = None
) -> Json:
    subject, event_id = f"{noun}/{id}", f"evt_{len(events):03}"
    event = {
        "id": event_id,
        "type": f"assent.{noun}.{name}.v1",
        "subject": subject,
        "sequence": 1 + sum(each["subject"] == subject for each in events),
        "tenantid": TENANT,
        "causationid": cause["id"] if cause else event_id,
        "correlationid": cause["correlationid"] if cause else event_id,
        "unpublished": False,
        "committed_at": moment(len(events)),
        "data": data,
    }
    events.append(event)
    return event


def _store(chronicle: Chronicle, collection: str, id: str, state: Json) -> None:
    subject = f"{collection.removesuffix('s')}/{id}"
    story = [each for each in chronicle.tenant.events if each["subject"] == subject]
    chronicle.tenant.documents[collection][id] = {
        "state": json.dumps(state),
        "status": state.get("status"),
        "sequence": len(story),
        "last_event": {"id": story[-1]["id"]} if story else None,
        "next_timer_at": None,
        "next_timer_type": None,
    }
