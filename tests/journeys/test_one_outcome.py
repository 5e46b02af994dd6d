"""Decisions and withdrawals at once: one outcome, told alike by card, case, agent and log."""

import concurrent.futures
import time
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from emulators.demo.person import Person
from tests.journeys.world import CORE_SCOPES, PHONE_SCOPES, World, decision, spec

pytestmark = pytest.mark.platform

REASON = {"reason_category": "safety", "explanation": "Not like this."}
# By the card's status: the agent and the case beside it, and what came of a withdrawal.
BESIDE = {
    "approved": ("active", "live", "too_late"),
    "rejected": ("deprecated", "rejected", "too_late"),
    "changes_requested": ("certified", "returned", "too_late"),
    "cancelled": ("deprecated", "cancelled", "cancelled"),
    "auto_approved": ("active", "live", "too_late"),
    "reversed": ("certified", "rolled_back", "too_late"),
}

# How long the withdrawal is ahead of the decisions, so that each wins now and then: it reaches
# approvals as an event.
AHEAD_SECONDS = (0.0, 0.05, 0.1, 0.5)
FINAL = ("approved", "auto_approved", "rejected", "changes_requested", "cancelled")


@pytest.mark.nightly
@pytest.mark.parametrize(
    "rivals",
    [
        ("approve",),
        ("veto",),
        ("request-changes",),
        ("approve", "veto", "request-changes"),
    ],
    ids="-".join,
)
def test_a_withdrawal_and_decisions_at_once_have_one_outcome(
    world: World, rivals: tuple[str, ...]
) -> None:
    people = _governors(world, len(rivals))
    for number, ahead_seconds in enumerate(AHEAD_SECONDS):
        case = world.submit(f"writer-{number}")
        card = world.card(case)
        acts = [("cancel", world.author), *zip(rivals, people, strict=True)]
        answers = _at_once(acts, case, card, ahead_seconds)
        world.settle()
        status = world.card(case)["status"]
        won = [name for name, answer in answers.items() if answer.status_code == 200]
        assert won == ([] if status == "cancelled" else [_verb(status)])
        _told_alike(world, case)


@pytest.mark.nightly
def test_a_withdrawal_and_a_veto_of_a_precedents_assent_have_one_outcome(world: World) -> None:
    world.activate_precedent()
    [governor] = _governors(world, 1)
    for number in range(2):
        world.platform.fault("pubsub", "delay", count=6, seconds=0.5)
        answer = world.author.send("POST", "/v1/agents", json=spec(f"writer-{number}"))
        case = dict(answer.json())
        cancelled = world.author.send("POST", _cancel(case))
        assert cancelled.status_code in (202, 409)
        world.settle()
        card = world.card(case)
        if card["status"] == "auto_approved":
            _at_once([("cancel", world.author), ("veto", governor)], case, card)
            world.settle()
        _told_alike(world, case)


@pytest.mark.nightly
def test_a_held_case_that_is_cancelled_reverses_its_approval(world: World) -> None:
    held = world.submit("held")
    card = world.card(held)
    _pause(world)
    assert world.decide("approve", card).status_code == 200
    world.settle()
    assert (world.case(held)["status"], world.card(held)["status"]) == ("approved", "approved")
    assert world.author.post(_cancel(held))["status"] == "cancelled"
    world.settle()
    assert world.card(held)["status"] == "reversed"
    assert world.statuses(held) == ("deprecated", "cancelled")


def _told_alike(world: World, case: dict[str, Any]) -> None:
    card, shown = world.card(case), world.case(case)
    agent, status, outcome = BESIDE[card["status"]]
    assert world.statuses(case) == (agent, status)
    on_phone = world.governor.get(f"/v1/mobile/agents/{case['agent_id']}")
    assert on_phone["status"] == agent
    if shown["withdrawal"] is not None:
        assert shown["withdrawal"]["outcome"] == outcome
    events = [e for e in world.events() if e["subject"] == f"approval/{card['id']}"]
    names = [event["type"].split(".")[2] for event in events]
    assert sum(name in FINAL for name in names) == 1, names
    assert events[-1]["data"]["status"] == card["status"]


def _at_once(
    acts: Sequence[tuple[str, Person]],
    case: dict[str, Any],
    card: dict[str, Any],
    ahead_seconds: float = 0.0,
) -> dict[str, httpx.Response]:
    def act(named: tuple[str, Person]) -> httpx.Response:
        name, person = named
        if name == "cancel":
            return person.send("POST", _cancel(case))
        time.sleep(ahead_seconds)
        body = decision(card, **(REASON if name == "veto" else {"note": "now"}))
        return person.send("POST", f"/v1/mobile/approvals/{card['id']}/{name}", json=body)

    with concurrent.futures.ThreadPoolExecutor(len(acts)) as pool:
        answers = list(pool.map(act, acts))
    assert {answer.status_code for answer in answers} <= {200, 202, 409}
    return {name: answer for (name, _), answer in zip(acts, answers, strict=True)}


def _governors(world: World, number: int) -> list[Person]:
    people = [
        world.person(f"gala-{n}", (*PHONE_SCOPES, *CORE_SCOPES), ("governor",))
        for n in range(number)
    ]
    for person in (world.author, *people):
        person.get("/v1/skills")  # Signed in before the race begins.
    return people


def _pause(world: World) -> None:
    for number in range(6):
        industry = ("healthcare", "retail")[number // 3]
        if number % 3 == 0:
            world.activate_precedent(industry)
        case = world.submit(f"vetoed-{number}", industry=industry)
        assert world.veto(world.card(case)).status_code == 200
        world.settle()
    assert world.author.get("/v1/pipeline")["paused"]


def _verb(status: str) -> str:
    return {"approved": "approve", "rejected": "veto"}.get(status, "request-changes")


def _cancel(case: dict[str, Any]) -> str:
    return f"/v1/workflows/{case['case_id']}/cancel"
