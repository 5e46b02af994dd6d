"""What people were told is so, and stays so."""

from collections import defaultdict
from collections.abc import Iterator

from tests.chaos.checker.evidence import Json, Tenant, name_of

# Of a card that somebody was told.
_OF_A_CARD = ("status", "decision_hash", "decided_by", "decided_at")
_FINAL = frozenset(
    {"approved", "rejected", "expired", "changes_requested", "cancelled", "vetoed", "confirmed"}
)
# What an accepted command about an agent or a case is told as.
_TOLD_AS = {
    "cancel": ("cancelled", "withdrawal_requested"),
    "suspend": ("suspended",),
    "reactivate": ("reactivated",),
}


def every_card_told_is_in_the_log(tenant: Tenant) -> Iterator[str]:
    told = {(event["subject"], event["sequence"]): event["data"] for event in tenant.events}
    for who, card in _cards(tenant):
        logged = told.get((f"approval/{card['id']}", card["version"]), {})
        for field in _OF_A_CARD:
            if card[field] != logged.get(field):
                yield (
                    f"{who} was told that {card['id']} has {field} {card[field]} at"
                    f" {card['version']}, the log has {logged.get(field)}"
                )


def nobody_is_told_of_two_decisions(tenant: Tenant) -> Iterator[str]:
    decided: dict[str, set[str]] = defaultdict(set)
    for said in tenant.said:
        action = said["path"].rpartition("/")[2]
        if said["status"] == 200 and action in ("approve", "veto", "request-changes"):
            decided[said["answer"]["id"]].add(f"{said['principal']} {action}")
    for approval_id, several in decided.items():
        if len(several) > 1:
            yield f"{approval_id} was decided by {sorted(several)}"


def the_same_call_has_the_same_answer(tenant: Tenant) -> Iterator[str]:
    answers: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for said in tenant.said:
        if said["key"] and not _is_paused(said):
            answers[said["principal"], said["key"]].append(said)
    for (who, key), several in answers.items():
        first = several[0]
        for other in several[1:]:
            same = other["status"] == first["status"]
            if _crossed_the_edge(tenant, first, other):
                continue
            if not same or (first["status"] < 300 and other["answer"] != first["answer"]):
                yield f"{who} {first['path']} {key}: {_brief(first)}, then {_brief(other)}"


def every_refusal_is_true(tenant: Tenant) -> Iterator[str]:
    names = defaultdict(set)
    for event in tenant.events:
        names[event["subject"].rpartition("/")[2]].add(name_of(event))
    for said in tenant.said:
        if not said["path"].startswith("/v1/mobile/approvals/"):
            continue
        id, code = said["path"].split("/")[4], said["answer"].get("code")
        if code == "already_decided" and not names[id] & _FINAL:
            yield f"{said['principal']} was told that {id} is decided: {names[id]}"
        closed = code == "veto_window_closed" and not _was_late_before_it_was_vetoed(tenant, id)
        if closed and ("vetoed" in names[id] or "confirmed" not in names[id]):
            yield f"{said['principal']} was told that {id} can no longer be vetoed: {names[id]}"
        if code == "approval_expired" and "expired" not in names[id]:
            yield f"{said['principal']} was told that {id} is expired: {names[id]}"


def every_accepted_command_is_in_the_log(tenant: Tenant) -> Iterator[str]:
    told = {(event["subject"].rpartition("/")[2], name_of(event)) for event in tenant.events}
    for said in tenant.said:
        about, _, verb = said["path"].rpartition("/")
        if said["status"] == 202 and verb in _TOLD_AS:
            id = about.rpartition("/")[2]
            if not any((id, name) in told for name in _TOLD_AS[verb]):
                yield f"{said['principal']} was told that {id} is {_TOLD_AS[verb][0]}"
        if said["status"] == 200 and verb == "activate":
            id = said["answer"]["seed_id"]
            if (id, "activated") not in told:
                yield f"{said['principal']} was told that {id} is activated"


def _cards(tenant: Tenant) -> Iterator[tuple[str, Json]]:
    """Every card that answered a decision, queued or not, and whom."""
    for said in tenant.said:
        if said["status"] != 200:
            continue
        results = said["answer"].get("results", ())
        for answer in (said["answer"], *(result.get("card") or {} for result in results)):
            if "decision_hash" in answer and "version" in answer:
                yield said["principal"], answer


def _is_paused(said: Json) -> bool:
    """A paused pipeline takes nothing, and takes it later."""
    return said["status"] == 409 and "paused" in said["answer"].get("detail", "")


def _crossed_the_edge(tenant: Tenant, one: Json, other: Json) -> bool:
    """Whether one veto was sent from two devices, was received in time from one and too late from
    the other, and the late one was answered first."""
    codes = {each["answer"].get("code") for each in (one, other) if each["status"] == 410}
    if {one["status"], other["status"]} != {200, 410} or codes != {"veto_window_closed"}:
        return False
    return _was_late_before_it_was_vetoed(tenant, one["path"].split("/")[4])


def _was_late_before_it_was_vetoed(tenant: Tenant, approval_id: str) -> bool:
    names = {
        event["sequence"]: name_of(event)
        for event in tenant.events
        if event["subject"] == f"approval/{approval_id}"
    }
    told = [names[sequence] for sequence in sorted(names)]
    return "decided_late" in told and "vetoed" in told[told.index("decided_late") :]


def _brief(said: Json) -> str:
    return f"{said['device']} {said['status']} {str(said['answer'])[:300]}"
