"""The first screen, from counters."""

from hypothesis import given
from hypothesis import strategies as st

from events import agents, approvals, pipelines, precedents
from events.precedents import rate, seed_of, with_matches
from mobile_api.rules.budget import spend
from mobile_api.rules.counters import SHARDS, all_shards, counter_changes, totals
from mobile_api.rules.dashboard import dashboard
from mobile_api.rules.documents import Fields
from mobile_api.views import Dashboard
from shared.budgets.limits import Spending
from shared.kit.bookkeeping import DeliveryBuried, DeliveryRecovered
from shared.messaging.envelope import Envelope
from tests.mobile_api.stories import (
    START,
    agent,
    approval,
    delivery,
    fact,
    pipeline,
    precedent,
    project,
)

NOTHING_STUCK = {"agents": 0, "approvals": 0}


def _seen(*events: Envelope, stuck: dict[str, int] | None = None) -> Dashboard:
    documents: dict[tuple[str, str], Fields] = {}
    for event in events:
        documents |= project(documents, fact(event))
    counted = totals(counter_changes({}, documents).values())
    return dashboard(counted, [], stuck or NOTHING_STUCK, pending=0, windows=0, month=Spending())


def test_a_tenant_without_events_sees_nothing_and_all_is_well() -> None:
    seen = _seen()
    assert (seen.active_agents, seen.pending_approvals, seen.open_veto_windows) == (0, 0, 0)
    assert (seen.as_of, seen.health.status) == (None, "healthy")
    assert seen.budget == spend(0, 100_000_000)


def test_each_thing_is_counted_where_it_is_now() -> None:
    seen = _seen(
        agent(number=4),
        agent(number=5),
        agent(agents.AgentSuspended, 5, 2, status="suspended"),
    )
    assert (seen.active_agents, seen.as_of) == (1, START)


def test_what_is_stuck_or_paused_degrades_the_platform() -> None:
    assert _seen(stuck={"agents": 1, "approvals": 0}).health.status == "degraded"
    assert _seen(pipeline()).health.status == "degraded"
    resumed = _seen(pipeline(), pipeline(pipelines.PipelineResumed, 2))
    assert resumed.health.status == "healthy"


def test_functions_are_seen_by_their_newest_event_and_unknown_is_not_zero() -> None:
    seen = _seen(agent()).health.functions
    assert [(each.name, each.last_event_at) for each in seen] == [("agents", START)]


def test_a_function_that_owes_a_step_is_seen_before_its_first_event() -> None:
    seen = _seen(approval(approvals.ApprovalRequested)).health.functions
    assert [(each.name, each.last_event_at) for each in seen] == [
        ("agents", None),
        ("approvals", START),
    ]


def test_dead_letters_are_counted_by_function_until_they_are_handled_after_all() -> None:
    buried = [
        delivery(DeliveryBuried, 1),
        delivery(DeliveryBuried, 2),
        delivery(DeliveryBuried, 3, function="approvals"),
        delivery(DeliveryBuried, 4, function="mobile-api"),
    ]
    recovered = [
        delivery(DeliveryRecovered, 1),
        delivery(DeliveryRecovered, 3, function="approvals"),
        delivery(DeliveryRecovered, 4, function="mobile-api"),
    ]
    assert _dead_letters(*buried) == {"agents": 2, "approvals": 1, "mobile-api": 1}
    some = {"agents": 1, "approvals": 0, "mobile-api": 0}
    assert _dead_letters(*buried, *recovered) == some
    assert _dead_letters(*recovered, *buried, *buried) == some


def test_a_dead_letter_degrades_the_platform_until_it_is_handled_after_all() -> None:
    buried = delivery(DeliveryBuried, function="mobile-api")
    assert _seen(buried).health.status == "degraded"
    recovered = delivery(DeliveryRecovered, function="mobile-api")
    assert _seen(recovered, buried).health.status == "healthy"


def test_a_new_function_appears_with_its_first_dead_letter() -> None:
    seen = _seen(agent(), delivery(DeliveryBuried, function="treasury-books")).health
    names = [(each.name, each.dead_letters) for each in seen.functions]
    assert names == [("agents", 0), ("treasury-books", 1)]
    assert (seen.functions[1].last_event_at, seen.status) == (START, "degraded")


def _dead_letters(*events: Envelope) -> dict[str, int]:
    return {each.name: each.dead_letters for each in _seen(*events).health.functions}


def test_ids_spread_over_the_shards() -> None:
    documents: dict[tuple[str, str], Fields] = {}
    for number in range(1, 200):
        documents |= project(documents, fact(agent(number=number)))
    assert counter_changes({}, documents).keys() == set(all_shards())
    assert len(all_shards()) == SHARDS


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_rate_lies_between_nothing_and_all(part: int, whole: int) -> None:
    assert 0 <= rate(part, whole) <= 1


def test_a_precedent_shows_how_well_it_serves() -> None:
    event = precedent(precedents.PrecedentVetoed, 1, 3, veto_count=1)
    seed = with_matches(seed_of(event.payload(precedents.PrecedentVetoed)), matched=4, compared=5)
    assert (seed.match_count, seed.match_rate, seed.veto_count, seed.veto_rate) == (4, 0.8, 1, 0.25)
