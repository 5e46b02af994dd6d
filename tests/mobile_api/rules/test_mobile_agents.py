"""What three subjects tell of one agent."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from events import agents, approvals, cases
from mobile_api.rules.agents import shown_agent
from mobile_api.rules.documents import AGENTS, Fields
from mobile_api.views import Agent
from shared.budgets.limits import Spending
from shared.kit.errors import Invalid
from shared.messaging.envelope import Envelope
from tests.mobile_api.stories import (
    START,
    agent,
    approval,
    case,
    case_of,
    decided,
    fact,
    id_of,
    project,
)

LATER = START + timedelta(minutes=1)


def _document(*events: Envelope) -> Fields:
    documents: dict[tuple[str, str], Fields] = {}
    for event in events:
        documents |= project(documents, fact(event))
    return documents[AGENTS, id_of("agt", 1)]


def _seen(*events: Envelope) -> Agent:
    return shown_agent(_document(*events), Spending())


def _requested(purpose: str = "creation", at: datetime = START, number: int = 1) -> Envelope:
    return approval(approvals.ApprovalRequested, number, 1, at, case=case_of(1, purpose))


def _approved(at: datetime = LATER, **fields: Any) -> Envelope:
    kind = approvals.ApprovalApproved
    return approval(kind, 1, 2, at, **{"case": case_of(1), **decided(at), **fields})


def test_an_agent_is_first_heard_of_when_its_birth_is_to_be_approved() -> None:
    seen = _seen(_requested())
    assert (seen.name, seen.status, seen.version, seen.health) == (
        "writer-1",
        "certified",
        "0.0.0",
        "unknown",
    )
    assert seen.case_id == id_of("cas", 1)
    assert seen.spend.limit_usd_micros == 5_000_000


def test_before_its_ethics_are_settled_it_is_a_draft() -> None:
    assert _seen(_requested("ethics_escalation")).status == "draft"


def test_a_live_agent_has_no_open_case() -> None:
    seen = _seen(_requested(), _approved(), agent(at=LATER))
    assert (seen.status, seen.version, seen.case_id) == ("active", "1.0.0", None)
    assert seen.spend.limit_usd_micros == 7_000_000


def test_a_request_heard_of_after_the_deployment_opens_nothing_again() -> None:
    assert _seen(agent(at=LATER), _approved(), _requested()).case_id is None


def test_an_evolution_is_an_open_case_of_a_living_agent() -> None:
    evolving = approval(approvals.ApprovalRequested, 1, 1, LATER, case=case_of(2, "evolution"))
    seen = _seen(agent(), evolving)
    assert (seen.status, seen.case_id) == ("active", id_of("cas", 2))


def test_news_of_an_older_case_does_not_close_the_newer_one() -> None:
    evolving = approval(approvals.ApprovalRequested, 1, 1, LATER, case=case_of(2, "evolution"))
    assert _seen(evolving, agent()).case_id == id_of("cas", 2)


def test_a_veto_takes_the_agent_back_even_where_the_clocks_disagree() -> None:
    undone = case(cases.CreationCaseRolledBack, 1, 2, START)
    for told in ((agent(at=LATER), undone), (undone, agent(at=LATER))):
        seen = _seen(_requested(), *told)
        assert (seen.status, seen.version, seen.health, seen.case_id) == (
            "certified",
            "0.0.0",
            "unknown",
            None,
        )


def test_a_reversal_speaks_over_what_was_said_in_the_same_commit() -> None:
    stopped = agent(agents.AgentSuspended, 1, 2, LATER, status="suspended")
    failed = case(
        *(cases.CreationCaseRollbackFailed, 1, 2),
        agent_status="suspended",
        agent_sequence=2,
        agent_version="2.0.0",
    )
    for told in permutations((agent(), stopped, failed)):
        seen = _seen(*told)
        assert (seen.status, seen.version) == ("suspended", "2.0.0")


@pytest.mark.parametrize("clocks", [(START, LATER), (LATER, START), (START, START)])
def test_what_happens_after_a_reversal_counts_again_whatever_the_clocks_say(
    clocks: tuple[datetime, datetime],
) -> None:
    undone = case(cases.CreationCaseRolledBack, 2, 1, clocks[0], of_agent=1)
    suspended = agent(agents.AgentSuspended, 1, 2, clocks[1], status="suspended")
    for told in permutations((agent(), undone, suspended)):
        assert _seen(*told).status == "suspended"


@pytest.mark.parametrize("clocks", [(START, LATER), (LATER, START)])
def test_versions_taken_back_one_after_the_other_end_at_the_lowest(
    clocks: tuple[datetime, datetime],
) -> None:
    kind = cases.CreationCaseRolledBack
    first = case(kind, 3, 1, clocks[0], of_agent=1, agent_status="active", agent_version="9.1.0")
    second = case(kind, 2, 1, clocks[1], of_agent=1, agent_status="trial", agent_version="9.0.0")
    upgraded = agent(agents.AgentUpgraded, version="10.0.0")
    for told in permutations((upgraded, first, second)):
        seen = _seen(*told)
        assert (seen.status, seen.version) == ("trial", "9.0.0")


def test_a_deployment_that_failed_its_checks_leaves_a_certified_agent() -> None:
    undone = case(cases.CreationCaseRolledBack, 1, 1, LATER, caused_by="health")
    assert _seen(undone).status == "certified"


@pytest.mark.parametrize("ended_at", [START, None])
@pytest.mark.parametrize("status", ["blocked", "returned"])
def test_a_case_that_never_asks_is_told_by_its_judgement(
    status: str, ended_at: datetime | None
) -> None:
    judged = case(cases.CreationCaseJudged, status=status, agent_status="draft", ended_at=ended_at)
    seen = _seen(judged)
    assert (seen.status, seen.case_id) == ("draft", None if ended_at else id_of("cas", 1))


@pytest.mark.parametrize("status", ["ethics_cleared", "escalated"])
def test_a_judgement_that_asks_is_left_to_the_approval(status: str) -> None:
    assert project({}, fact(case(cases.CreationCaseJudged, status=status))) == {}


def test_a_withdrawal_that_overtook_the_request_leaves_no_certified_agent() -> None:
    withdrawn = case(cases.CreationCaseCancelled, 1, 2, agent_status="deprecated")
    story = (withdrawn, _requested(at=LATER), _approved())
    for order in permutations(story):
        assert _seen(*order).status == "deprecated"


def test_assent_without_a_deployment_is_overdue_after_ten_minutes() -> None:
    overdue = _document(_requested(), _approved())["overdue_after_agents"]
    assert overdue == "2026-11-20T12:11:00.000Z"


def test_a_held_case_is_not_overdue() -> None:
    held = case(cases.CreationCaseApproved, 1, 2, LATER)
    assert _document(_requested(), _approved(), held)["overdue_after_agents"] is None


def test_assent_to_an_escalation_deploys_nothing() -> None:
    assented = _approved(case=case_of(1, "ethics_escalation"))
    assert _document(assented)["overdue_after_agents"] is None


def test_an_approval_about_something_else_makes_no_agent() -> None:
    other = approval(approvals.ApprovalRequested, case=None)
    assert [key[0] for key in project({}, fact(other))] == [
        "governor_cards",
        "governor_timelines",
    ]


def test_an_event_about_another_subject_than_it_says_is_refused() -> None:
    lying = agent().model_copy(update={"subject": f"agent/{id_of('agt', 2)}"})
    with pytest.raises(Invalid, match="agent_id"):
        project({}, fact(lying))


def test_a_stale_word_with_a_later_time_only_moves_the_newest_time() -> None:
    newest = agent(agents.AgentSuspended, 1, 2, START, status="suspended")
    document = _document(newest, agent(at=LATER))
    assert (document["status"], document["latest_at"]) == ("suspended", "2026-11-20T12:01:00.000Z")
