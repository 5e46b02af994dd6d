"""The audit chain holds all evidence of the log once, and no link of it is broken."""

import hashlib
from collections.abc import Iterator

from tests.chaos.checker.evidence import Tenant

_FIRST_LINK = "0" * 64
# What asks, waits, reads or tells decides nothing; all else that is published is evidence.
NO_EVIDENCE = {
    "assent.agent.approval_needed.v1",
    "assent.policy.approval_needed.v1",
    "assent.budget.approval_needed.v1",
    "assent.subscription.approval_needed.v1",
    "assent.direct_call.approval_needed.v1",
    "assent.agent.health_changed.v1",
    "assent.approval.confirmed.v1",
    "assent.approval.requested.v1",
    "assent.approval.resumed.v1",
    "assent.creation_case.review_needed.v1",
    "assent.notification.requested.v1",
}


def all_evidence_is_audited_once(tenant: Tenant) -> Iterator[str]:
    evidence = {e["id"]: e["type"] for e in tenant.events if e["type"] not in NO_EVIDENCE}
    for event in tenant.events:
        for receipt in event["data"].get("receipts") or ():
            evidence[receipt["receipt_id"]] = "a receipt"
    audited = [link["event_id"] for link in tenant.audited]
    for event_id in evidence.keys() - set(audited):
        yield f"{evidence[event_id]} {event_id} is not in the audit chain"
    for event_id in set(audited) - evidence.keys():
        yield f"{event_id} is in the audit chain and is no evidence of the log"
    if len(audited) != len(set(audited)):
        yield "an event is in the audit chain twice"


def the_chain_is_whole(tenant: Tenant) -> Iterator[str]:
    previous = _FIRST_LINK
    for number, link in enumerate(tenant.audited, start=1):
        parts = (previous, tenant.name, str(number), link["event_id"], link["body"])
        hash = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        if (link["number"], link["previous_hash"], link["hash"]) != (number, previous, hash):
            yield f"the audit chain is broken at {number}"
            return
        previous = link["hash"]
