"""The machine of runs finds each of these mistakes in the rules: it is no machine that always
passes."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from functions.runs.rules import decisions, late, stops
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Run
from tests.functions.runs.rules import test_run_machine as machine
from tests.functions.runs.rules.plans import plan

pytestmark = [pytest.mark.nightly, pytest.mark.repeats, pytest.mark.timeout(600)]
Break = Callable[[pytest.MonkeyPatch], None]
# Nobody reads what it finds, so nothing is made smaller.
QUICK = settings(
    max_examples=3_000,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
)


def _an_assent_to_other_content_is_taken(patch: pytest.MonkeyPatch) -> None:
    def decide(run: Run, decision: Any, token: str | None, at: Any) -> Any:
        hash = run.asked.content_hash if run.asked else decision.decision_hash
        altered: Any = SimpleNamespace(**{**vars(decision), "decision_hash": hash})
        return decisions.decide(run, altered, token, at)

    patch.setattr(machine, "decide", decide)


def _an_assent_without_its_token_is_taken(patch: pytest.MonkeyPatch) -> None:
    def decide(run: Run, decision: Any, token: str | None, at: Any) -> Any:
        return decisions.decide(run, decision, token or "none", at)

    patch.setattr(machine, "decide", decide)


def _steps_act_before_anybody_assents(patch: pytest.MonkeyPatch) -> None:
    steps = (each.but(assent="none") for each in machine.PLAN.steps)
    patch.setattr(machine, "PLAN", plan(*steps, outputs=machine.PLAN.outputs))


def _a_late_burst_leaves_the_run_where_it_stood(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(late, "_place", lambda run: 0)


def _a_late_burst_notes_everything_again(patch: pytest.MonkeyPatch) -> None:
    def report(run: Run, made: Progress, noted: Any) -> Any:
        return late.report_late(run, made, ())

    patch.setattr(machine, "report_late", report)


def _a_cancelled_run_is_resumed(patch: pytest.MonkeyPatch) -> None:
    def resume(run: Run, at: Any) -> Any:
        changed = run.but(status="paused") if run.status == "cancelled" else run
        return stops.resume(changed, at)

    patch.setattr(machine, "resume", resume)


def _a_call_is_left_out(patch: pytest.MonkeyPatch) -> None:
    take = Progress.take

    def skipping(self: Progress, outcomes: Any, at: Any) -> Any:
        move = take(self, outcomes, at)
        cursor = self.run.cursor
        self.run = self.run.but(cursor=cursor.but(call=cursor.call + 1))
        return move

    patch.setattr(Progress, "take", skipping)


BREAKS: list[Break] = [
    _an_assent_to_other_content_is_taken,
    _an_assent_without_its_token_is_taken,
    _steps_act_before_anybody_assents,
    _a_late_burst_leaves_the_run_where_it_stood,
    _a_late_burst_notes_everything_again,
    _a_cancelled_run_is_resumed,
    _a_call_is_left_out,
]


@pytest.mark.parametrize("mistake", BREAKS, ids=[each.__name__[1:] for each in BREAKS])
def test_the_machine_finds_the_mistake(mistake: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    mistake(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine.Runs, settings=QUICK)
