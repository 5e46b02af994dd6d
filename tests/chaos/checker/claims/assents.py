"""Each call that somebody has to assent to has that assent: to this plan or to exactly this call,
before it acted, by somebody who asked for nothing."""

import base64
import json
import zlib
from collections.abc import Iterator

from tests.chaos.checker.evidence import Json, Tenant, name_of

_GIVEN = ("approved", "auto_approved")


def every_call_has_its_assent(tenant: Tenant) -> Iterator[str]:
    runs = tenant.states("runs")
    given = {
        event["data"]["approval_id"]: event for event in tenant.events if name_of(event) in _GIVEN
    }
    places = {event["id"]: at for at, event in enumerate(tenant.events)}
    reported = _reported(tenant)
    for receipt in tenant.receipts:
        run = runs[receipt["run_id"]]
        assent = _assents(tenant, run["plan_hash"]).get(receipt["step"], "none")
        if receipt["outcome"] != "confirmed" or assent == "none":
            continue
        who = f"{receipt['receipt_id']}, {receipt['step']} of {run['run_id']}"
        decided = given.get(receipt["approval_id"] or "")
        if decided is None:
            yield f"{who} needs assent to its {assent}, and has none"
            continue
        if places[decided["id"]] > places[reported[receipt["receipt_id"]]]:
            yield f"{who} acted before it was assented to"
        for wrong in _wrong_decision(tenant, receipt, run, decided["data"], assent):
            yield f"{who} goes by {wrong}"


def _wrong_decision(
    tenant: Tenant, receipt: Json, run: Json, decided: Json, assent: str
) -> Iterator[str]:
    by, call = decided["decided_by"], tenant.states("invocations")[receipt["invocation_id"]]
    if by in (run["started_by"], *run["authors"]):
        yield f"an assent of {by}, who asked for it"
    if receipt["assented_by"] != by:
        yield f"an assent of {by}, and names {receipt['assented_by']}"
    if call["approval_id"] != receipt["approval_id"]:
        yield f"another approval than its call, {call['approval_id']}"
    if assent == "plan":
        if decided["decision_hash"] != run["plan_hash"]:
            yield "an assent to another plan"
        return
    seen = _content(tenant, decided["decision_hash"])
    if any(seen[name] != receipt[name] for name in ("run_id", "step", "operation", "plan_hash")):
        yield f"an assent to another step: {seen}"
    if call["arguments"] not in [each["arguments"] for each in seen["calls"]]:
        yield f"an assent to {seen['calls']}, and did {call['arguments']}"


def no_assent_is_for_two_runs(tenant: Tenant) -> Iterator[str]:
    users: dict[str, set[str]] = {}
    for receipt in tenant.receipts:
        if receipt["approval_id"] is not None:
            users.setdefault(receipt["approval_id"], set()).add(receipt["run_id"])
    for approval, runs in users.items():
        if len(runs) > 1:
            yield f"{approval} let {sorted(runs)} act"


def _reported(tenant: Tenant) -> dict[str, str]:
    """The first event that reports each receipt."""
    found: dict[str, str] = {}
    for event in tenant.events:
        for receipt in event["data"].get("receipts") or ():
            found.setdefault(receipt["receipt_id"], event["id"])
    return found


def _assents(tenant: Tenant, plan_hash: str) -> dict[str, str]:
    """Who has to assent to each step of a plan; not to what undoes it."""
    steps = _content(tenant, plan_hash)["steps"]
    inner = [each for step in steps for each in step["does"].get("steps", ())]
    return {step["id"]: step["assent"] for step in (*steps, *inner)}


def _content(tenant: Tenant, hash: str) -> Json:
    content = tenant.documents["contents"][hash]
    text = content.get("body")
    if "packed" in content:
        text = zlib.decompress(base64.b64decode(content["packed"])).decode()
    found: Json = json.loads(str(text))
    return found
