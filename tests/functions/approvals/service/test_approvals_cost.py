"""What each action costs in billable operations: a number that grows is a decision."""

from collections.abc import Awaitable
from typing import Any

from functions.approvals.rules.approval import DEADLINE_DUE
from functions.approvals.service.lists import show_approval
from shared.kit.operations import start_counting
from tests.functions.approvals.builders import DEPUTY, GOVERNOR, MINUTE
from tests.functions.approvals.worlds import World


async def cost(act: Awaitable[Any]) -> tuple[int, int, int, int, int]:
    """Reads, writes, commits, messages and tasks."""
    counts = start_counting()
    await act
    kinds = ("reads", "writes", "commits")
    stored = [counts[f"firestore-{kind}"] for kind in kinds]
    return stored[0], stored[1], stored[2], counts["pubsub-messages"], counts["cloud-tasks"]


async def test_opening_reads_the_policy_and_the_active_precedents(world: World) -> None:
    # The kind's active precedents; written: the approval and its event.
    event, _ = world.approval_needed()
    assert await cost(world.deliver(event)) == (2, 2, 1, 1, 1)


async def test_opening_what_no_precedent_may_cover_reads_the_policy(world: World) -> None:
    event, _ = world.approval_needed(precedents_allowed=False)
    assert await cost(world.deliver(event)) == (1, 2, 1, 1, 1)


async def test_a_match_adds_only_a_condition(world: World) -> None:
    await world.precedent()
    assert await cost(world.ask()) == (2, 4, 2, 1, 1)


async def test_an_assent_reads_the_approval_its_claim_and_the_row(world: World) -> None:
    asked = await world.ask()
    assert await cost(world.decide("approve", asked)) == (3, 4, 2, 1, 0)


async def test_a_refusal_reads_the_approval_and_its_claim(world: World) -> None:
    asked = await world.ask()
    assert await cost(world.decide("reject", asked)) == (2, 4, 2, 1, 0)


async def test_a_repeat_reads_twice_and_writes_nothing(world: World) -> None:
    asked = await world.ask()
    id = "0b5e7a1e-6f5e-4d3f-9d52-0f3c2f1c9a10"
    await world.decide("approve", asked, client_decision_id=id)
    repeat = world.decide("approve", asked, client_decision_id=id)
    assert await cost(repeat) == (2, 0, 0, 0, 0)


async def test_a_veto_adds_the_precedent(world: World) -> None:
    await world.precedent()
    matched = await world.ask()
    assert await cost(world.veto(matched)) == (3, 7, 2, 2, 0)


async def test_a_timer_that_comes_second_costs_one_read(world: World) -> None:
    asked = await world.ask()
    await world.decide("approve", asked)
    late = world.fire(DEADLINE_DUE, asked.id, asked.deadline_at + MINUTE)
    assert await cost(late) == (1, 0, 0, 0, 0)


async def test_whether_the_governor_is_absent_is_asked_only_for_a_deputy(world: World) -> None:
    asked = await world.ask()
    await world.decide("escalate", asked)
    assert (await cost(world.decide("approve", asked, DEPUTY)))[0] == 2


async def test_a_look_is_one_read(world: World) -> None:
    asked = await world.ask()
    assert await cost(show_approval(world.caller(GOVERNOR), asked.id)) == (1, 0, 0, 0, 0)
