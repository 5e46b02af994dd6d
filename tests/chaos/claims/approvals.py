"""Approvals and precedents: each request opened once, decided once, each veto honoured."""

import json
from collections import Counter
from collections.abc import Iterator

from tests.chaos.evidence import Json, Tenant, name_of

_FINAL = ("approved", "auto_approved", "rejected", "expired", "changes_requested", "cancelled")
_MOST_VETOES = 3
_ENDED = {name: name for name in _FINAL if name != "auto_approved"}
_OPEN = {**_ENDED, "deferred": "deferred", "resumed": "pending", "voted": "pending"}
# From each state of an approval, the events that may follow and where they lead
# (docs/domain.md, Approvals).
_STEPS: dict[str, dict[str, str]] = {
    "": {"requested": "pending", "auto_approved": "auto_approved", "cancelled": "cancelled"},
    "pending": _OPEN,
    "deferred": _OPEN,
    "approved": {"reviewed": "approved", "review_missed": "approved", "overturned": "overturned"},
    "overturned": {"reversed": "reversed", "reversal_failed": "reversal_failed"},
    "auto_approved": {"confirmed": "confirmed", "vetoed": "vetoed"},
    "vetoed": {"reversed": "reversed", "reversal_failed": "reversal_failed"},
    "reversal_failed": {"reversed": "reversed"},
}


def nothing_is_decided_twice(tenant: Tenant) -> Iterator[str]:
    for subject, story in tenant.stories("approval").items():
        names = [name_of(event) for event in story]
        if sum(name in _FINAL for name in names) > 1:
            yield f"{subject} was decided more than once: {names}"
        state = ""
        for name in names:
            step = _STEPS.get(state, {}).get(name)
            if step is None:
                yield f"{subject} went from {state or 'nothing'} to {name}: {names}"
                break
            state = step
        if state in ("pending", "deferred", "auto_approved", "vetoed", "overturned"):
            yield f"{subject} is stuck: {names}"


def every_request_is_opened_once(tenant: Tenant) -> Iterator[str]:
    asked = Counter(
        _binding(event["data"]) for event in tenant.events if name_of(event) == "approval_needed"
    )
    opened = Counter(
        _binding(json.loads(document["state"])["case"])
        for document in tenant.documents["approvals"].values()
        if "state" in document
    )
    for binding in asked.keys() | opened.keys():
        if (asked[binding], opened[binding]) != (1, 1):
            yield f"{binding} was asked {asked[binding]}, opened {opened[binding]} times"
    for id, document in tenant.documents["approvals"].items():
        if "state" not in document:
            yield f"approval {id} only remembers its withdrawal"


def every_veto_is_honoured(tenant: Tenant) -> Iterator[str]:
    approvals = tenant.states("approvals")
    undone = {
        (event["data"]["case_id"], event["data"]["approval_id"])
        for event in tenant.events
        if name_of(event) in ("rolled_back", "rollback_failed")
    }
    for vetoed in _vetoes(tenant):
        approval_id, case_id = vetoed["approval_id"], vetoed["case"]["case_id"]
        if approvals[approval_id]["status"] not in ("reversed", "reversal_failed"):
            yield f"{approval_id} was vetoed and is {approvals[approval_id]['status']}"
        if (case_id, approval_id) not in undone:
            yield f"{approval_id} was vetoed and nobody heard of its case"
        if vetoed["decided_at"] > vetoed["veto"]["closes_at"]:
            yield f"{approval_id} was vetoed after {vetoed['veto']['closes_at']}"


def every_veto_is_counted(tenant: Tenant) -> Iterator[str]:
    counted = Counter(vetoed["precedent_id"] for vetoed in _vetoes(tenant))
    for id, precedent in tenant.states("precedents").items():
        if precedent["veto_count"] != counted[id]:
            yield f"precedent {id} counts {precedent['veto_count']} of {counted[id]} vetoes"
        if counted[id] >= _MOST_VETOES and precedent["status"] != "deprecated":
            yield f"precedent {id} is {precedent['status']} after {counted[id]} vetoes"


def no_ended_precedent_assents(tenant: Tenant) -> Iterator[str]:
    ended: set[str] = set()
    for event in tenant.events:
        if event["subject"].startswith("precedent/") and name_of(event) == "deprecated":
            ended.add(event["data"]["precedent_id"])
        if name_of(event) == "auto_approved" and event["data"]["precedent_id"] in ended:
            yield f"{event['subject']} was assented to by an ended precedent"


def the_governor_sees_what_is(tenant: Tenant) -> Iterator[str]:
    approvals = tenant.states("approvals")
    for id in tenant.shown.keys() | approvals.keys():
        seen, known = tenant.shown.get(id, {}), approvals.get(id, {})
        for field in ("status", "version", "decision_hash", "decided_by", "decided_at"):
            if seen.get(field) != known.get(field):
                yield f"card {id} shows {field} {seen.get(field)}, not {known.get(field)}"


def _vetoes(tenant: Tenant) -> list[Json]:
    return [
        event["data"]
        for event in tenant.events
        if name_of(event) == "vetoed" and event["subject"].startswith("approval/")
    ]


def _binding(case: Json) -> tuple[str, int, str]:
    return case["case_id"], case["revision"], case["purpose"]
