"""What a call may cost is held before, and what it cost is charged once."""

import asyncio
import json

import httpx

from events.models import BudgetCharged, ModelCallSettled
from functions.models.reactions import HANDLERS
from functions.models.rules.call import CALL_LOST, LOST_AFTER
from shared.budgets.reading import read_months_spending
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from tests.functions.models.worlds import World, until
from tests.shared.cloud import Mailbox

HELD_IN = (1_024 + 3 * 32) * 2


def _most(body_bytes: int, out: int) -> int:
    """What is held: input at the price of writing to a cache, which is twice that of reading."""
    return HELD_IN + 2 * body_bytes + 4 * out


async def test_a_call_that_the_month_does_not_hold_is_refused_before_anybody_is_asked(
    world: World,
) -> None:
    await world.limit(1_000)
    answer = await world.chat("too dear", max_tokens=1_000)
    assert answer.status_code == 402, answer.text
    assert answer.headers["x-should-retry"] == "false"
    error = answer.json()["error"]
    assert error["code"] == "budget_exhausted"
    assert "PUT /v1/budgets/tenant" in error["message"]
    assert await world.asked("too dear") == []
    assert await world.calls() == []


async def test_calls_at_the_same_time_are_each_held_and_charged_once(world: World) -> None:
    await world.script("all at once", *({"text": "yes", "seconds": 0.5} for _ in range(6)))
    # Two calls fit at a time, a third does not.
    await world.limit(2 * _most(110, 50) + 1_000)
    answers = await asyncio.gather(*(world.chat("all at once") for _ in range(6)))
    taken = [each.status_code for each in answers]
    assert set(taken) <= {200, 402, 503}
    assert len(await world.asked("all at once")) == taken.count(200) >= 1
    budget = await world.budget()
    assert budget is not None
    assert budget.held_usd_micros == 0
    assert budget.spent_usd_micros == 180 * taken.count(200)


async def test_what_nobody_says_or_what_cannot_be_costs_all_that_was_held(world: World) -> None:
    lies = [
        None,
        {"prompt_tokens": -5, "completion_tokens": 1},
        {"prompt_tokens": 10, "completion_tokens": 10_000},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"prompt_tokens": 10, "completion_tokens": 0},
        {"prompt_tokens": "10", "completion_tokens": 2},
    ]
    await world.script("lie", *({"text": "well", "usage": each} for each in lies))
    for _ in lies:
        assert (await world.chat("lie")).status_code == 200
    calls = await world.calls()
    assert {each.status for each in calls} == {"unknown"}
    assert all(each.cost_usd_micros == each.reserved_usd_micros > 0 for each in calls)
    budget = await world.budget()
    assert budget is not None
    assert budget.spent_usd_micros == sum(each.cost_usd_micros for each in calls)


async def test_what_calls_cost_is_spent_of_the_month_that_the_dashboard_shows(
    world: World,
) -> None:
    await world.script("shown", {"text": "yes"})
    assert (await world.chat("shown")).status_code == 200
    (call,) = await world.calls()
    # The dashboard's own reading.
    month = await read_months_spending(world.store, call.called_at)
    assert month.spent_usd_micros == call.cost_usd_micros > 0


async def test_tokens_of_a_cache_have_their_own_price_and_count_once(world: World) -> None:
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "prompt_tokens_details": {"cached_tokens": 90},
    }
    await world.script("again", {"text": "yes", "usage": usage})
    await world.chat("again")
    (call,) = await world.calls()
    assert (call.tokens.tokens_in, call.tokens.tokens_cached_read) == (10, 90)
    assert call.cost_usd_micros == 10 + 9 + 40


async def test_a_call_whose_process_died_is_charged_whole_and_once(world: World) -> None:
    await world.script("die", {"text": "late", "seconds": 3})
    answering = asyncio.create_task(world.chat("die"))
    await until(lambda: world.was_asked("die"))
    (call,) = await world.calls()
    at = call.called_at + LOST_AFTER
    timer = timer_event(
        "models", world.tenant, Timer(CALL_LOST, f"model_call/{call.call_id}", at), at
    )
    await HANDLERS[CALL_LOST](timer)
    await HANDLERS[CALL_LOST](timer)
    # What it answers after all changes nothing.
    assert (await answering).status_code == 200
    (call,) = await world.calls()
    assert (call.status, call.cost_usd_micros) == ("unknown", call.reserved_usd_micros)
    budget = await world.budget()
    assert budget is not None
    assert (budget.held_usd_micros, budget.spent_usd_micros) == (0, call.cost_usd_micros)


async def test_a_settled_call_is_published_with_hashes_and_without_text(
    world: World, topic: Mailbox
) -> None:
    await topic.take()
    await world.limit(200)
    await world.route("cheap", prices=None, most_tokens_out=1)
    await world.limit(100_000_000)
    await world.script("my secret", {"text": "another secret"})
    answer = await world.chat("my secret")
    types: list[str] = []
    told = []
    # That the route changed may be told late.
    while ModelCallSettled.event_type not in types:
        told += await topic.take(at_least=1)
        types = [each.attributes["ce-type"] for each in told]
    assert types.count(ModelCallSettled.event_type) == 1
    assert BudgetCharged.event_type not in types
    (settled,) = (each for each in told if each.attributes["ce-type"].endswith("settled.v1"))
    said = settled.data.decode() or (await _of_log(world, settled.event_id))
    assert "secret" not in said
    data = json.loads(said)
    assert data["call_id"] == answer.headers["Assent-Model-Call"]
    assert len(data["request_sha256"]) == len(data["answer_sha256"]) == 64


async def _of_log(world: World, id: str) -> str:
    entry = await world.store.get("events", id)
    assert entry is not None
    return str(entry.data["data"])


async def test_a_threshold_that_models_reach_is_told_to_who_keeps_budgets(
    world: World, topic: Mailbox
) -> None:
    await topic.take()
    most = _most(110, 50)
    await world.limit(most + 50)
    usage = {"prompt_tokens": 1_000, "completion_tokens": 50}
    await world.script("spend", *({"text": "yes", "usage": usage} for _ in range(3)))
    assert (await world.chat("spend")).status_code == 200
    told = [each.attributes["ce-type"] for each in await topic.take(at_least=1)]
    budget = await world.budget()
    assert budget is not None
    is_near = budget.spent_usd_micros * 100 >= budget.limit_usd_micros * 80
    assert (BudgetCharged.event_type in told) == is_near


async def test_a_client_that_goes_leaves_the_provider_and_is_charged_what_was_held(
    world: World,
) -> None:
    await world.script("talk", {"text": " ".join(["word"] * 200), "pause": 0.05})
    body = {
        "model": "small",
        "messages": [{"role": "user", "content": "talk"}],
        "max_tokens": 300,
        "stream": True,
    }
    headers = {"Authorization": f"Bearer {world.token()}"}
    async with (
        httpx.AsyncClient(base_url=world.url, verify=False) as client,
        client.stream("POST", "/v1/chat/completions", json=body, headers=headers) as answer,
    ):
        assert answer.status_code == 200
        async for _ in answer.aiter_lines():
            break
    await until(world.is_settled)
    (call,) = await world.calls()
    assert (call.status, call.cost_usd_micros) == ("unknown", call.reserved_usd_micros)
    await until(lambda: world.was_left("talk"))


async def test_a_stream_that_is_cut_ends_in_an_error_and_costs_what_was_held(world: World) -> None:
    await world.script("cut", {"text": "one two three four", "cut": 3})
    answer = await world.chat("cut", stream=True)
    events = [each for each in answer.text.split("\n\n") if each]
    assert "model_unreachable" in events[-1]
    assert "[DONE]" not in answer.text
    (call,) = await world.calls()
    assert (call.status, call.cost_usd_micros) == ("unknown", call.reserved_usd_micros)
