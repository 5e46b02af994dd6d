"""Approvals: each request opened once and decided once, step by step."""

import json
from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Json, Tenant, name_of

_FINAL = ("approved", "auto_approved", "rejected", "expired", "changes_requested", "cancelled")
_ENDED = {name: name for name in _FINAL if name != "auto_approved"}
_OPEN = {**_ENDED, "deferred": "deferred", "resumed": "pending", "voted": "pending"}
# From each state of an approval, the events that may follow and where they lead
# (docs/domain.md, Approvals).
_STEPS: dict[str, dict[str, str]] = {
    "": {"requested": "pending", "auto_approved": "auto_approved", "cancelled": "cancelled"},
    "pending": _OPEN,
    "deferred": _OPEN,
    "approved": {
        "reviewed": "approved",
        "review_missed": "approved",
        "overturned": "overturned",
        "reversed": "reversed",
        "vetoed": "vetoed",
    },
    "overturned": {"reversed": "reversed", "reversal_failed": "reversal_failed"},
    "auto_approved": {
        "confirmed": "confirmed",
        "delivered": "auto_approved",
        "reversed": "reversed",
        "vetoed": "vetoed",
    },
    "confirmed": {"reversed": "reversed"},
    "vetoed": {
        "reversal_failed": "reversal_failed",
        "reversed": "reversed",
        "reviewed": "vetoed",
        "review_missed": "vetoed",
    },
    "reversal_failed": {"reversed": "reversed"},
}


def nothing_is_decided_twice(tenant: Tenant) -> Iterator[str]:
    for subject, story in tenant.stories("approval").items():
        names = [name_of(event) for event in story]
        if sum(name in _FINAL for name in names) > 1:
            yield f"{subject} was decided more than once: {names}"
        state = ""
        # A decision that is refused as too late is told, and changes nothing.
        for name in (name for name in names if name != "decided_late"):
            step = _STEPS.get(state, {}).get(name)
            if step is None:
                yield f"{subject} went from {state or 'nothing'} to {name}: {names}"
                break
            state = step
        # Nothing of a run that was let act is taken back by itself: somebody may have it undone.
        is_of_a_run = (story[0]["data"].get("subject") or {}).get("type") == "run"
        if state == "overturned" and is_of_a_run:
            continue
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


def _binding(case: Json) -> tuple[str, int, str]:
    return case["case_id"], case["revision"], case["purpose"]
