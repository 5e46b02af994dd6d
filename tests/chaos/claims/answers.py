"""What people were told is so."""

from collections import defaultdict
from collections.abc import Iterator

from tests.chaos.evidence import Tenant, name_of

# What an accepted call to the governor's API is told as.
_TOLD_AS = {
    "approve": ("approved",),
    "veto": ("vetoed", "rejected"),
    "request-changes": ("changes_requested",),
}


def every_answer_is_true(tenant: Tenant) -> Iterator[str]:
    told = {
        (event["data"]["approval_id"], name_of(event), event["data"]["decided_by"])
        for event in tenant.events
        if event["subject"].startswith("approval/")
    }
    for said in tenant.said:
        names = _TOLD_AS.get(said["path"].rpartition("/")[2], ())
        if said["status"] != 200 or not names:
            continue
        who, approval_id = said["principal"], said["answer"]["id"]
        if not any((approval_id, name, who) in told for name in names):
            yield f"{who} was told that {approval_id} is {names}, and the log was not"


def nobody_is_told_of_two_decisions(tenant: Tenant) -> Iterator[str]:
    decided: dict[str, set[str]] = defaultdict(set)
    for said in tenant.said:
        action = said["path"].rpartition("/")[2]
        if said["status"] == 200 and action in _TOLD_AS:
            decided[said["answer"]["id"]].add(f"{said['principal']} {action}")
    for approval_id, several in decided.items():
        if len(several) > 1:
            yield f"{approval_id} was decided by {sorted(several)}"
