"""State machines whose rules await: Hypothesis draws in a thread of its own, and each step of a
machine runs on the loop that the test and its fixtures run on."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from shared.kit.errors import Unavailable

T = TypeVar("T")
# Runs a step on the test's loop, until it has ended.
Act = Callable[[Coroutine[Any, Any, Any]], Any]
_LONGEST_STEP_SECONDS = 120
_MOST_TRIES = 10


def sequences(most: int, steps: int, **more: Any) -> settings:
    """So many sequences of at most so many steps each, however long one takes."""
    return settings(
        max_examples=most,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


async def run_machine(machine: Callable[[Act], RuleBasedStateMachine], chosen: settings) -> None:
    """Runs the machine that is made anew for each example. Raises what a step raises."""
    loop = asyncio.get_running_loop()

    def act(step: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(step, loop).result(_LONGEST_STEP_SECONDS)

    made: Any = lambda: machine(act)  # noqa: E731 - it takes a class, or what makes one
    await asyncio.to_thread(run_state_machine_as_test, made, settings=chosen)


async def until_answered(ask: Callable[[], Awaitable[T]]) -> T:
    """What it gives; asks again where a store did not answer in time, as every sender does."""
    for _ in range(_MOST_TRIES - 1):
        try:
            return await ask()
        except Unavailable:
            continue
    return await ask()
