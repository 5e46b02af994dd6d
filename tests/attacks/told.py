"""What each place tells of one race: the acts that, as far as it can say, may have won."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.attacks.race import ACTS, Race
from tests.journeys.world import World

Json = dict[str, Any]

# The state of the card that each act ends in.
CARDS = {
    "approve": "approved",
    "reject": "rejected",
    "request-changes": "changes_requested",
    "veto": "rejected",
    "cancel": "cancelled",
}
# The final events of a case and its agent. A returned case can still be cancelled, and is then.
STORIES = {
    ("agent.activated",): {"approve"},
    ("creation_case.rejected",): {"reject", "veto"},
    ("creation_case.returned",): {"request-changes"},
    ("creation_case.returned", "creation_case.cancelled"): {"request-changes"},
    ("creation_case.cancelled",): {"cancel"},
}
CASES = {
    "live": {"approve"},
    "rejected": {"reject", "veto"},
    "returned": {"request-changes"},
    "cancelled": {"cancel", "request-changes"},
}
AGENTS = {
    "active": {"approve"},
    "certified": {"request-changes"},
    "deprecated": {"reject", "veto", "cancel", "request-changes"},
}
_FINAL_OF_APPROVAL = ("approved", "auto_approved", "rejected", "changes_requested", "cancelled")
_FINAL = frozenset(f"approval.{verb}" for verb in (*_FINAL_OF_APPROVAL, "vetoed", "expired"))
_FINAL_OF_CASE = frozenset(name for names in STORIES for name in names)


@dataclass(frozen=True)
class Records:
    """A tenant's event log in the order of commit, and its audit entries, each with its event."""

    log: Sequence[Json]
    audit: Sequence[Json]


def told(world: World, race: Race, records: Records) -> dict[str, set[str]]:
    """By place: the acts that it can be about; none where it tells of more than one outcome."""
    id, agent_id = race.card["id"], race.case["agent_id"]
    case = world.case(race.case)
    approval, about = f"approval/{id}", (f"creation_case/{case['case_id']}", f"agent/{agent_id}")
    log = decisions(records.log, approval)
    audit = decisions(records.audit, approval)
    story = [_name(e) for e in records.log if e["subject"] in about]
    phone = world.governor.get(f"/v1/mobile/agents/{agent_id}")
    return {
        "answers": _by_answers(race),
        "the phone's card": _by_card(world.governor.get(f"/v1/mobile/approvals/{id}"), race),
        "the core's card": _by_card(world.governor.get(f"/v1/approvals/{id}"), race),
        "case": CASES.get(case["status"], set()) if _is_settled(case) else set(),
        "agent": AGENTS.get(world.agent(race.case)["status"], set()),
        "the phone's agent": AGENTS.get(phone["status"], set()),
        "the approval's log": _by_decision(log, race),
        "the case's log": STORIES.get(tuple(n for n in story if n in _FINAL_OF_CASE), set()),
        "audit": _by_decision(audit, race) if _ids(audit) == _ids(log) else set(),
    }


def decisions(events: Sequence[Json], subject: str) -> list[Json]:
    """The events that end the approval with this subject; late answers that it refused are none."""
    return [e for e in events if e["subject"] == subject and _name(e) in _FINAL]


def outcome(places: dict[str, set[str]]) -> str | None:
    """The one act that all places tell of; None where they contradict each other."""
    common = set(ACTS).intersection(*places.values())
    return common.pop() if len(common) == 1 else None


def audited(rows: Iterator[tuple[str]]) -> list[Json]:
    """The events that a tenant's audit entries are about, from the entries' bodies."""
    bodies = [json.loads(body) for (body,) in rows]
    return [{**body, "data": json.loads(body["data"])} for body in bodies]


def _by_answers(race: Race) -> set[str]:
    """Whose decision was accepted. A withdrawal is answered before its outcome is known."""
    statuses = {act: answer.status_code for act, answer in race.answers.items()}
    cancelled = statuses.pop("cancel")
    won = {act for act, status in statuses.items() if status == 200}
    if cancelled not in (202, 409) or any(status not in (200, 409) for status in statuses.values()):
        return set()
    if not won and cancelled == 202:
        return {"cancel"}
    return won if len(won) == 1 else set()


def _by_card(card: Json, race: Race) -> set[str]:
    return {
        act
        for act, status in CARDS.items()
        if (card["status"], card["decided_by"]) == (status, race.people[act])
        and card["decision_hash"] == race.card["decision_hash"]
    }


def _by_decision(events: Sequence[Json], race: Race) -> set[str]:
    if len(events) != 1:
        return set()
    (event,) = events
    said = event["data"]
    if event["actorid"] not in (said["decided_by"], "service:approvals"):
        return set()
    return _by_card(said, race) if _name(event) == f"approval.{said['status']}" else set()


def _is_settled(case: Json) -> bool:
    """Whether what became of a withdrawal agrees with the case."""
    withdrawal = case["withdrawal"]
    if case["status"] == "cancelled":
        return withdrawal is not None and withdrawal["outcome"] == "cancelled"
    return withdrawal is None or withdrawal["outcome"] == "too_late"


def _name(event: Json) -> str:
    return str(event["type"]).removeprefix("assent.").removesuffix(".v1")


def _ids(events: Sequence[Json]) -> list[str]:
    return [event["id"] for event in events]
