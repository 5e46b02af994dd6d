"""Vetoes and the precedents they speak against: each honoured, each counted."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Json, Tenant, name_of

_MOST_VETOES = 3
_UNDONE = ("rolled_back", "rollback_failed")


def every_veto_is_honoured(tenant: Tenant) -> Iterator[str]:
    approvals = tenant.states("approvals")
    for vetoed in _vetoes(tenant):
        approval_id, case_id = vetoed["approval_id"], vetoed["case"]["case_id"]
        if approvals[approval_id]["status"] not in ("reversed", "reversal_failed"):
            yield f"{approval_id} was vetoed and is {approvals[approval_id]['status']}"
        if vetoed["decided_at"] > vetoed["veto"]["closes_at"]:
            yield f"{approval_id} was vetoed after {vetoed['veto']['closes_at']}"
        undone = [
            place
            for place, event in enumerate(tenant.events)
            if name_of(event) in _UNDONE
            and (event["data"]["case_id"], event["data"]["approval_id"]) == (case_id, approval_id)
        ]
        if not undone:
            yield f"{approval_id} was vetoed and nobody heard of its case"
            continue
        for event in tenant.events[undone[0] :]:
            if event["data"].get("live_case_id") == case_id:
                yield f"{event['subject']} was live with {case_id} after its veto"


def every_veto_that_was_accepted_stands(tenant: Tenant) -> Iterator[str]:
    approvals = tenant.states("approvals")
    for said in tenant.said:
        if said["status"] == 200 and said["path"].endswith("/veto"):
            approval = approvals[said["answer"]["id"]]
            if approval["status"] not in ("rejected", "reversed", "reversal_failed"):
                yield f"{approval['approval_id']} was vetoed and is {approval['status']}"


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


def _vetoes(tenant: Tenant) -> list[Json]:
    return [
        event["data"]
        for event in tenant.events
        if name_of(event) == "vetoed" and event["subject"].startswith("approval/")
    ]
