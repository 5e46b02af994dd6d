"""One value for each event loop."""

import asyncio

from shared.kit.per_loop import PerLoop


def test_each_loop_has_one_value_of_its_own() -> None:
    values = PerLoop(object)

    async def twice() -> tuple[object, object]:
        return values.here(), values.here()

    first, again = asyncio.run(twice())
    assert first is again
    assert asyncio.run(twice())[0] is not first


async def test_a_value_that_is_forgotten_is_made_anew() -> None:
    values = PerLoop(object)
    assert values.forget() is None
    first = values.here()
    assert values.forget() is first
    assert values.here() is not first


async def test_after_another_value_the_earlier_one_is_there_again() -> None:
    values = PerLoop(object)
    first = values.here()
    with values.anew():
        assert values.here() is not first
    assert values.here() is first


async def test_a_loop_without_a_value_has_none_after_another_one() -> None:
    values = PerLoop(object)
    with values.anew():
        within = values.here()
    assert values.here() is not within
