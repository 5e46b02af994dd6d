"""A whole answer is kept for the same call of the same caller, for as long as its route says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.models.aggregates import ANSWERS
from functions.models.rules.cache import is_current, kept_as
from functions.models.rules.model_request import ModelRequest
from functions.models.rules.route import ModelRoute
from shared.storage.batches import Batch
from shared.storage.subject_keys import SUBJECT_KEYS, forget
from tests.functions.models.worlds import World, until

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROUTE = ModelRoute(
    name="small",
    provider="openai",
    model="gpt",
    most_tokens_out=100,
    cache_seconds=60,
    set_by="gala",
    set_at=AT,
)
SAID = {"model": "small", "messages": [{"role": "user", "content": "hi"}], "temperature": 0}


def _name(route: ModelRoute = ROUTE, asker: str = "key_1", **changed: Any) -> str | None:
    asked = ModelRequest(changed.pop("wire", "chat.completions"), {**SAID, **changed}, b"")
    return kept_as(asked, route, asker, {})


def test_equal_calls_have_one_name_and_others_another() -> None:
    assert _name() == _name(temperature=0.0)
    others = {
        *(_name(), _name(asker="key_2"), _name(temperature=0, seed=1), _name(tools=[])),
        _name(ROUTE.but(model="gpt-2")),
        _name(ROUTE.but(base_url="https://a.example/v1")),
        _name(ROUTE.but(credential="ours")),
        _name(ROUTE.but(most_tokens_out=50)),
        kept_as(
            ModelRequest("chat.completions", SAID, b""), ROUTE, "key_1", {"anthropic-beta": "x"}
        ),
    }
    assert None not in others
    assert len(others) == 9


@pytest.mark.parametrize(
    ("route", "changed"),
    [
        (ROUTE.but(cache_seconds=None), {}),
        (ROUTE, {"stream": True}),
        (ROUTE, {"temperature": None}),
        (ROUTE, {"temperature": 0.1}),
        (ROUTE, {"temperature": False}),
        (ROUTE, {"temperature": "0"}),
        (ROUTE, {"seed": 2**60 + 1}),
    ],
)
def test_what_is_drawn_streamed_or_has_no_form_is_not_kept(
    route: ModelRoute, changed: dict[str, Any]
) -> None:
    assert _name(route, **changed) is None


def test_what_is_drawn_is_kept_where_the_route_says_so_and_vectors_are_never_drawn() -> None:
    assert _name(ROUTE.but(caches_sampled=True), temperature=0.7) is not None
    assert _name(wire="embeddings", temperature=None) is not None


def test_an_answer_is_current_for_the_seconds_that_the_route_has_now() -> None:
    assert is_current(AT, ROUTE, AT)
    assert is_current(AT, ROUTE, AT + timedelta(seconds=59))
    assert not is_current(AT, ROUTE, AT + timedelta(seconds=60))
    assert not is_current(AT, ROUTE.but(cache_seconds=10), AT + timedelta(seconds=10))
    assert not is_current(AT, ROUTE.but(cache_seconds=None), AT)
    assert not is_current(AT + timedelta(seconds=1), ROUTE, AT)


async def test_the_same_call_is_answered_again_without_cost_and_leaves_a_receipt(
    world: World,
) -> None:
    await world.route("small", cache_seconds=3_600)
    await world.script("kept", {"text": "first"}, {"text": "second"}, {"text": "third"})
    first = await world.chat("kept", temperature=0)
    again = await world.chat("kept", temperature=0)
    assert again.content == first.content
    assert "Assent-Model-Cached-From" not in first.headers
    call_id = first.headers["Assent-Model-Call"]
    assert again.headers["Assent-Model-Cached-From"] == call_id
    assert len(await world.asked("kept")) == 1
    calls = {each.call_id: each for each in await world.calls()}
    told = calls[again.headers["Assent-Model-Call"]]
    assert (told.status, told.cost_usd_micros, told.cached_from) == ("cached", 0, call_id)
    assert told.answer_sha256 is not None
    budget = await world.budget()
    assert budget is not None
    assert (budget.held_usd_micros, budget.spent_usd_micros) == (
        0,
        calls[call_id].cost_usd_micros,
    )
    (kept,) = [each async for each in world.store.find_all(ANSWERS.name)]
    assert "first" not in str(kept.data)
    assert kept.data["expire_at"] > datetime.now(UTC)
    # Another caller of the tenant, and another tenant, are answered by the model.
    said = {"model": "small", "messages": [{"role": "user", "content": "kept"}], "max_tokens": 50}
    other = await world.send("POST", "/v1/chat/completions", {**said, "temperature": 0}, "another")
    assert "second" in other.text
    assert "third" in (await world.chat("kept", temperature=1)).text


async def test_a_kept_answer_goes_with_the_key_of_who_asked_and_with_the_routes_word(
    world: World,
) -> None:
    await world.route("small", cache_seconds=3_600)
    await world.script("gone", *({"text": f"answer {each}"} for each in range(3)))
    assert "answer 0" in (await world.chat("gone", temperature=0)).text
    await world.route("small", cache_seconds=None)
    assert "answer 1" in (await world.chat("gone", temperature=0)).text
    await world.route("small", cache_seconds=3_600)
    assert "answer 0" in (await world.chat("gone", temperature=0)).text
    batch = Batch()
    batch.delete(SUBJECT_KEYS, "program")
    await world.store.commit(batch)
    forget(world.tenant, "program")
    assert "answer 2" in (await world.chat("gone", temperature=0)).text


async def test_a_stream_or_a_refusal_is_not_kept(world: World) -> None:
    await world.route("small", cache_seconds=3_600)
    await world.script("flow", {"text": "a b c"}, {"status": 400}, {"text": "well"})
    assert "a " in (await world.chat("flow", temperature=0, stream=True)).text
    assert (await world.chat("flow", temperature=0)).status_code == 400
    assert "well" in (await world.chat("flow", temperature=0)).text
    await until(world.is_settled)
    assert len([each async for each in world.store.find_all(ANSWERS.name)]) == 1
