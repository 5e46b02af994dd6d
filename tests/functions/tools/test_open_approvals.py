"""How many answers agents elsewhere may wait for, and what a person cannot be asked about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.tools.rules import open_approvals
from functions.tools.rules.open_approvals import (
    ARRIVES_WITHIN,
    MOST_OF_AGENT,
    MOST_OF_TENANT,
    WITHDRAWN_COUNTS,
    OpenApprovals,
)
from functions.tools.service import questions
from shared.approvals.known import KnownApproval
from shared.kit.json_limits import JsonLimit
from tests.functions.tools.elsewhere import LEDGER, LINE, Elsewhere
from tests.functions.tools.worlds import World

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def elsewhere(world: World) -> Elsewhere:
    found = Elsewhere(world)
    await found.serves()
    return found


def known(status: Any) -> KnownApproval:
    return KnownApproval(status, "", None, None)


def waiting(count: int, agent: str = "a") -> OpenApprovals:
    found = OpenApprovals()
    for number in range(count):
        found = found.asked(f"apr_{agent}{number}", agent, AT)
    return found


def test_an_agent_and_a_tenant_wait_for_so_many_answers() -> None:
    assert waiting(MOST_OF_AGENT - 1).why_full("a") is None
    assert "once people have decided" in (waiting(MOST_OF_AGENT).why_full("a") or "")
    assert waiting(MOST_OF_AGENT).why_full("b") is None
    many = OpenApprovals()
    for number in range(MOST_OF_TENANT):
        many = many.asked(f"apr_{number}", f"agent{number}", AT)
    assert "agents elsewhere" in (many.why_full("a") or "")


@pytest.mark.parametrize(
    ("status", "later", "counts"),
    [
        ("pending", timedelta(days=30), True),
        ("changes_requested", timedelta(0), False),
        ("approved", timedelta(0), False),
        ("rejected", timedelta(0), False),
        ("cancelled", WITHDRAWN_COUNTS - timedelta(seconds=1), True),
        ("cancelled", WITHDRAWN_COUNTS, False),
        (None, ARRIVES_WITHIN - timedelta(seconds=1), True),
        (None, ARRIVES_WITHIN, False),
    ],
)
def test_what_waits_for_nobody_counts_no_more(
    status: Any, later: timedelta, *, counts: bool
) -> None:
    read = {"apr_a0": known(status) if status else None}

    assert bool(waiting(1).looked_at(read, AT + later).approvals) is counts


async def test_an_agent_asks_for_no_more_than_it_may_and_again_after_a_decision(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_approvals, "MOST_OF_AGENT", 2)
    asked = [await elsewhere.called(LEDGER, {**LINE, "line": f"{n}"}) for n in range(2)]
    refused = await elsewhere.called(LEDGER, LINE)
    again = await elsewhere.called(LEDGER, {**LINE, "line": "0"})

    assert {each["status"] for each in asked} == {"pending"}
    assert (refused["status"], refused["may_be_repeated"]) == ("refused", True)
    assert "the agent waits for 2 answers" in refused["reason"]
    assert again["approval_id"] == asked[0]["approval_id"]

    await elsewhere.decide(asked[1]["approval_id"], "rejected")
    assert (await elsewhere.called(LEDGER, LINE))["status"] == "pending"
    assert (await elsewhere.called(LEDGER, {**LINE, "line": "z"}))["status"] == "refused"


async def test_what_no_approval_has_room_for_is_refused_at_once(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A call within its own bounds is above this one by its agent's name at most.
    monkeypatch.setattr(questions, "_CONTENT", JsonLimit(most_bytes=200))
    told = await elsewhere.called(LEDGER, {**LINE, "line": "x" * 200})

    assert (told["status"], told["is_error"]) == ("refused", True)
    assert told["reason"].endswith("so large a call: it must be at most 200 bytes")
    assert await elsewhere.events("assent.direct_call.approval_needed.v1") == []


async def test_another_version_of_the_agent_asks_anew_and_gives_up_what_was_asked(
    elsewhere: Elsewhere,
) -> None:
    asked = await elsewhere.called(LEDGER, LINE)
    await elsewhere.decide(asked["approval_id"])
    await elsewhere.serves(version="2.0.0")

    again = await elsewhere.called(LEDGER, LINE)

    assert again["status"] == "pending"
    assert again["approval_id"] != asked["approval_id"]
    assert await elsewhere.world.lines() == []
    withdrawn = await elsewhere.events("assent.direct_call.withdrawn.v1")
    assert [each["ends"] for each in withdrawn] == [asked["approval_id"]]
    await elsewhere.decide(again["approval_id"])
    assert (await elsewhere.called(LEDGER, LINE))["status"] == "confirmed"
