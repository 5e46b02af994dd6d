"""In which order the providers of a call are asked."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.models.rules.order import (
    FAILURES,
    MOST_KEPT,
    REST_SECONDS,
    Rests,
    draw_of,
    in_order,
)
from functions.models.rules.route import ModelRoute, set_route
from shared.kit.errors import Invalid
from tests.functions.models.worlds import ROUTE, World

AT = datetime(2026, 11, 20, tzinfo=UTC)


def route(name: str, **more: Any) -> ModelRoute:
    said = {"provider": "openai", "model": name, "most_tokens_out": 10, "set_by": "gala"}
    return ModelRoute.model_validate({**said, "name": name, "set_at": AT, **more})


def names(
    called: ModelRoute, routes: list[ModelRoute], draw: int, *resting: str
) -> tuple[str, ...]:
    order = in_order(called, routes, draw, lambda each: each.name in resting)
    return tuple(each.name for each in order)


def test_without_shares_the_route_comes_first_and_then_its_fallbacks() -> None:
    a, b, c = route("a", fallbacks=["b", "c"]), route("b"), route("c")
    assert {names(a, [a, b, c], draw) for draw in range(100)} == {("a", "b", "c")}


def test_shares_say_where_how_many_of_a_hundred_begin() -> None:
    a, b, c = route("a", shares={"b": 30, "c": 20}), route("b"), route("c")
    found = Counter(names(a, [a, b, c], draw) for draw in range(100))
    assert found == {("a", "b", "c"): 50, ("b", "a", "c"): 30, ("c", "a", "b"): 20}


def test_one_that_is_not_as_private_any_more_has_no_share() -> None:
    a, b = route("a", shares={"b": 100}), route("b", privacy="own")
    assert names(a, [a, b], 0) == ("a", "b")


@given(st.integers(0, 99), st.sets(st.sampled_from("abc")))
def test_none_is_left_out_and_those_that_rest_come_last(draw: int, resting: set[str]) -> None:
    a, b, c = route("a", shares={"b": 30, "c": 20}), route("b"), route("c")
    found = names(a, [a, b, c], draw, *resting)
    assert sorted(found) == ["a", "b", "c"]
    assert set(found[len(found) - len(resting) :]) == resting


def test_calls_are_drawn_evenly_and_each_always_alike() -> None:
    drawn = Counter(draw_of(f"mdc_{number}") // 10 for number in range(10_000))
    assert len(drawn) == 10
    assert all(800 < count < 1_200 for count in drawn.values())
    assert draw_of("mdc_1") == draw_of("mdc_1")


def test_a_route_rests_after_some_failures_in_a_row_for_a_while() -> None:
    rests, a = Rests(), route("a")
    for _ in range(FAILURES):
        assert not rests.rests("clinic", a, 0.0)
        rests.failed("clinic", a, 0.0)
    assert rests.rests("clinic", a, REST_SECONDS - 1)
    assert not rests.rests("other", a, 1.0)
    assert not rests.rests("clinic", route("a", set_at=AT + timedelta(seconds=1)), 1.0)
    # One call tries it again, and its failure is enough.
    assert not rests.rests("clinic", a, REST_SECONDS)
    rests.failed("clinic", a, REST_SECONDS)
    assert rests.rests("clinic", a, REST_SECONDS + 1)
    rests.answered("clinic", a)
    rests.failed("clinic", a, REST_SECONDS + 1)
    assert not rests.rests("clinic", a, REST_SECONDS + 1)


def test_a_process_keeps_no_more_than_it_may() -> None:
    rests = Rests()
    for number in range(MOST_KEPT + 1):
        for _ in range(FAILURES):
            rests.failed(f"{number}", route("a"), 0.0)
    assert not rests.rests("0", route("a"), 0.0)
    assert rests.rests("1", route("a"), 0.0)


@pytest.mark.parametrize(
    ("shares", "said"),
    [({"c": 10}, "no fallback"), ({"b": 101}, "101 of a hundred"), ({"a": 1}, "no fallback")],
)
def test_shares_that_cannot_be_are_refused(shares: dict[str, int], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_route(route("a", fallbacks=["b"], shares=shares), None, [route("b")], AT)
    assert said in str(refused.value.errors)


async def test_a_provider_that_keeps_failing_is_asked_after_the_others(world: World) -> None:
    await world.route("spare", model="spare-model")
    shown = await world.route("small", fallbacks=["spare"])
    assert shown["shares"] == {}
    down: list[dict[str, Any]] = [{"status": 503}, {"text": "from the spare"}] * FAILURES
    await world.script("it is down", *down, *[{"text": "asked first"}] * 2)
    for _ in range(FAILURES + 1):
        assert (await world.chat("it is down")).status_code == 200
    asked = [each["model"] for each in await world.asked("it is down")]
    assert asked == [*["scripted", "spare-model"] * FAILURES, "spare-model"]
    # Who sets the route anew lets it be asked again.
    await world.route("small", fallbacks=["spare"], model="mended")
    await world.chat("it is down")
    assert (await world.asked("it is down"))[-1]["model"] == "mended"


async def test_a_share_of_calls_begins_at_another_route(world: World) -> None:
    await world.route("spare", model="spare-model")
    body = {**ROUTE, "fallbacks": ["spare"], "shares": {"spare": 100}}
    answer = await world.send("PUT", "/v1/model-routes/small", body, "gala")
    assert (answer.status_code, answer.json()["shares"]) == (200, {"spare": 100})
    await world.script("shared out", {"text": "spare"})
    assert (await world.chat("shared out")).status_code == 200
    (call,) = await world.calls()
    assert (call.route, call.answered_by, call.model) == ("small", "spare", "spare-model")
    refused = await world.send(
        "PUT", "/v1/model-routes/small", {**body, "shares": {"nobody": 10}}, "gala"
    )
    assert (refused.status_code, "no fallback" in refused.text) == (422, True)
