"""Calls of a model wait in queues that are fair by tenant, whichever call is given up and when."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.models.rules.turns import (
    OF_TENANT,
    PLACES,
    PLACES_FOR_SECONDS,
    Waiting,
    has_place,
    next_place,
    next_turn,
    remembered,
)
from functions.models.service.queues import Places, Turn

TENANTS = "abcd"
# A letter is a call of that tenant; a dot is the end of the one that is asking.
STORIES = st.text(alphabet=f"{TENANTS}..", max_size=60)


@given(STORIES)
def test_a_first_call_waits_behind_one_call_at_most_of_each_other_tenant(story: str) -> None:
    waiting: list[Waiting] = []
    before: dict[Waiting, Counter[str]] = {}
    asking: str | None = None
    last: dict[str, int] = {}
    # At the end all are answered.
    for number, each in enumerate([*story, *"." * len(story)]):
        if each != ".":
            is_first = each not in [asking, *(one.tenant_id for one in waiting)]
            came = Waiting(each, number)
            waiting.append(came)
            if is_first:
                before[came] = Counter([asking] if asking is not None else [])
        elif asking is not None:
            last[asking], asking = number, None
        if asking is None and (chosen := next_turn(waiting, last)) is not None:
            waiting.remove(chosen)
            before.pop(chosen, None)
            asking = chosen.tenant_id
            for those in before.values():
                those[asking] += 1
        last = remembered(last, waiting)
        assert all(most == 1 for those in before.values() for most in those.values()), story
    assert not waiting


def test_nothing_is_remembered_of_turns_that_nobody_waited_for() -> None:
    last = {"a": 1, "b": 5, "c": 9}
    assert remembered(last, []) == {}
    assert remembered(last, [Waiting("d", 4), Waiting("e", 7)]) == {"b": 5, "c": 9}


def test_a_second_call_takes_a_place_only_while_half_of_them_are_free() -> None:
    alone = {"a": 1}
    assert has_place("a", alone)
    assert not has_place("a", {"a": OF_TENANT})
    assert has_place("a", {"a": 1, "b": 2})
    assert not has_place("a", {"a": 1, "b": 2, "c": PLACES_FOR_SECONDS - 3})
    assert has_place("z", {"a": 2, "b": 2, "c": 1, "d": 1, "e": 1})
    assert not has_place("z", dict.fromkeys(map(str, range(PLACES)), 1))


def test_a_place_goes_to_a_tenant_that_has_none_first() -> None:
    waiting = [Waiting("a", 1), Waiting("b", 2), Waiting("c", 3)]
    assert next_place(waiting, {"a": 1, "d": 1}) == Waiting("b", 2)
    assert next_place(waiting, {"a": OF_TENANT, "b": 1, "d": 1}) == Waiting("c", 3)
    assert next_place([Waiting("a", 1)], {"a": OF_TENANT}) is None


async def test_a_turn_that_was_given_up_goes_to_the_next() -> None:
    turn = Turn()
    await turn.take("a")
    gone, next = (asyncio.create_task(turn.take(each)) for each in "bc")
    await asyncio.sleep(0)
    # The turn ends after the call was given up, and before its task runs again.
    gone.cancel()
    turn.leave()
    await next
    with pytest.raises(asyncio.CancelledError):
        await gone
    last = asyncio.create_task(turn.take("d"))
    await asyncio.sleep(0)
    # Here it was given the turn already.
    turn.leave()
    last.cancel()
    with pytest.raises(asyncio.CancelledError):
        await last
    await turn.take("e")


async def test_a_place_that_was_given_up_goes_to_the_next() -> None:
    places = Places()
    for number in range(PLACES):
        await places.take(f"tenant-{number}")
    gone, given, next = (asyncio.create_task(places.take(each)) for each in "abc")
    await asyncio.sleep(0)
    gone.cancel()
    places.leave("tenant-0")
    given.cancel()
    await next
    for each in (gone, given):
        with pytest.raises(asyncio.CancelledError):
            await each
    async with asyncio.timeout(5):
        places.leave("tenant-1")
        await places.take("d")
        places.leave("c")
        await places.take("e")
