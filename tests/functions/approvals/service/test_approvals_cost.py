"""What each action costs in billable operations: a number that grows is a decision."""

from collections.abc import Awaitable
from typing import Any

import pytest

from events.precedents import Condition
from functions.approvals.rules.approval import DEADLINE_DUE
from functions.approvals.service.lists import list_approvals, list_precedents, show_approval
from shared.kit.operations import start_counting
from shared.storage.subject_keys import keys_to_seal
from tests.functions.approvals.builders import (
    ASKER,
    CONTENT,
    DEPUTY,
    GOVERNOR,
    MINUTE,
    OTHER_GOVERNOR,
    REQUESTER,
    SECOND,
    START,
)
from tests.functions.approvals.worlds import World

PEOPLE = (GOVERNOR, OTHER_GOVERNOR, DEPUTY, ASKER)


@pytest.fixture(autouse=True)
async def known(world: World) -> None:
    """Everybody has written something before, so their keys are there, and known."""
    await keys_to_seal(world.store, [REQUESTER, *(each.principal for each in PEOPLE)], START)


async def cost(act: Awaitable[Any]) -> tuple[int, int, int, int, int]:
    """Reads, writes, commits, messages and tasks."""
    counts = start_counting()
    await act
    kinds = ("reads", "writes", "commits")
    stored = [counts[f"firestore-{kind}"] for kind in kinds]
    return stored[0], stored[1], stored[2], counts["pubsub-messages"], counts["cloud-tasks"]


async def test_opening_reads_what_is_asked_policy_and_precedents(
    world: World,
) -> None:
    # Three contents, policy, precedents; written: the approval and its event.
    event, _ = world.approval_needed()
    await world.store_contents()
    assert await cost(world.deliver(event)) == (5, 2, 1, 1, 1)


async def test_opening_what_no_precedent_may_cover_reads_no_precedents(world: World) -> None:
    event, _ = world.approval_needed(precedents_allowed=False)
    await world.store_contents()
    assert await cost(world.deliver(event)) == (4, 2, 1, 1, 1)


async def test_a_match_adds_a_condition_and_its_counts_to_what_a_request_writes(
    world: World,
) -> None:
    # Read: policy and precedents, whether its content or its subject was refused, then whether
    # somebody has a device for whose notice its veto window waits. Written: the approval, its event
    # and four contents, the condition, the counts, then the event's flag.
    await world.precedent()
    new: dict[str, Any] = {"content": {**CONTENT, "rows": 7}, "evidence": ("ghostrun 13",)}
    new["rollback_plan"] = "Restore the index of yesterday."
    assert await cost(world.ask(**new)) == (5, 9, 2, 1, 1)


async def test_what_is_stored_already_is_looked_for_and_not_written_again(world: World) -> None:
    # Policy and precedents twice; after the lost race the log, and the contents.
    await world.ask()
    assert await cost(world.ask()) == (8, 3, 2, 1, 1)


async def test_an_assent_reads_the_approval_its_claim_and_the_row(world: World) -> None:
    asked = await world.ask()
    assert await cost(world.decide("approve", asked)) == (3, 4, 2, 1, 0)


async def test_a_refusal_reads_the_approval_its_claim_and_what_has_its_content(
    world: World,
) -> None:
    asked = await world.ask()
    assert await cost(world.decide("reject", asked)) == (3, 4, 2, 1, 0)


async def test_a_repeat_reads_twice_and_writes_nothing(world: World) -> None:
    asked = await world.ask()
    id = "0b5e7a1e-6f5e-4d3f-9d52-0f3c2f1c9a10"
    await world.decide("approve", asked, client_decision_id=id)
    repeat = world.decide("approve", asked, client_decision_id=id)
    assert await cost(repeat) == (2, 0, 0, 0, 0)


async def test_a_veto_of_a_match_adds_the_precedent_to_a_refusal(world: World) -> None:
    await world.precedent()
    matched = await world.ask()
    assert await cost(world.veto(matched)) == (4, 7, 2, 2, 0)


async def test_a_timer_that_comes_second_costs_one_read(world: World) -> None:
    asked = await world.ask()
    await world.decide("approve", asked)
    late = world.fire(DEADLINE_DUE, asked.id, asked.deadline_at + MINUTE)
    assert await cost(late) == (1, 0, 0, 0, 0)


async def test_whether_the_governor_is_absent_is_asked_only_for_a_deputy(world: World) -> None:
    asked = await world.ask()
    await world.decide("escalate", asked)
    assert (await cost(world.decide("approve", asked, DEPUTY)))[0] == 2


async def test_a_list_reads_what_it_shows(world: World) -> None:
    for n in range(5):
        await world.ask(at=START + n * SECOND)
    caller = world.caller(GOVERNOR)
    assert await cost(list_approvals(caller, "pending", 4, None)) == (5, 0, 0, 0, 0)


async def test_a_list_of_precedents_reads_two_documents_for_each(world: World) -> None:
    first = await world.post()
    for n in range(3):
        limit = Condition(field="content.rows", op="le", value=5000 + n)
        seed = await world.post(
            at=START + (n + 1) * MINUTE,
            title=f"The {n}. of them",
            conditions=(Condition(field="content.action", op="eq", value="reindex"), limit),
            example_approval_id=first.example_approval_id,
        )
        await world.activate(seed)
    caller = world.caller(GOVERNOR)
    assert await cost(list_precedents(caller, 3, None)) == (6, 0, 0, 0, 0)


async def test_a_look_reads_the_approval_and_its_three_contents(world: World) -> None:
    asked = await world.ask()
    assert await cost(show_approval(world.caller(GOVERNOR), asked.id)) == (4, 0, 0, 0, 0)
