"""The machine over the functions themselves sees each of these mistakes where one of its sequences
leads to it: it is no machine that always passes."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from functions.runs.rules import decisions, stops
from functions.runs.rules.run import Run, Steps
from functions.runs.service import decisions as service
from functions.runs.service import stops as commands
from tests.functions.runs.test_governed_machine import Governed
from tests.functions.runs.worlds import World

pytestmark = pytest.mark.repeats
Break = Callable[[pytest.MonkeyPatch], None]


def _nothing(patch: pytest.MonkeyPatch) -> None:
    """The rules as they are."""


def _a_decision_moves_a_paused_run(patch: pytest.MonkeyPatch) -> None:
    def decide(run: Run, decision: Any, token: str | None, at: Any) -> Steps:
        waits = run.but(status="awaiting_approval") if run.status == "paused" else run
        return decisions.decide(waits, decision, token, at)

    patch.setattr(service, "decide", decide)


def _a_cancelled_run_waits_for_its_assent_all_the_same(patch: pytest.MonkeyPatch) -> None:
    def cancel(run: Run, by: str, at: Any) -> Steps:
        waits = {"waiting": run.waiting, "step_assent": run.step_assent}
        return tuple(replace(each, state=each.state.but(**waits)) for each in ended(run, by, at))

    ended = stops.cancel
    patch.setattr(commands, "cancel", cancel)


@pytest.mark.parametrize(
    ("verb", "breaks", "is_caught"),
    [
        ("pause", _nothing, False),
        ("cancel", _nothing, False),
        ("pause", _a_decision_moves_a_paused_run, True),
        ("cancel", _a_cancelled_run_waits_for_its_assent_all_the_same, True),
    ],
)
async def test_what_begins_in_a_run_that_rests_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch, verb: str, breaks: Break, is_caught: bool
) -> None:
    loop = asyncio.get_running_loop()

    def act(step: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(step, loop).result(60)

    def told_late(machine: Governed) -> None:
        """Somebody lets the run rest before the decision about its step reaches it."""
        machine.begin()
        machine.start(0, None)
        machine.all_events_arrive(None)
        machine.the_governor_decides(0, "approve")
        machine.somebody_commands(0, verb)
        machine.all_events_arrive(None)
        machine.each_step_acts_once_and_only_with_its_assent()

    breaks(monkeypatch)
    machine = Governed(act, world)
    try:
        if is_caught:
            with pytest.raises(AssertionError, match="a step began in a run that somebody let"):
                await asyncio.to_thread(told_late, machine)
        else:
            await asyncio.to_thread(told_late, machine)
            assert machine.runs[0].tried is not None
    finally:
        world.tools.event_hooks["request"] = []
