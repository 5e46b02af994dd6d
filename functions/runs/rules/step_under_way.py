"""A step in the middle of which a model or a program chooses what is called."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from events.labels import Labels
from events.plan_content import Call, PlanContent
from functions.runs.rules.calls import Context
from functions.runs.rules.choices import Bounds
from functions.runs.rules.chosen_calls import refused_result, results_before
from functions.runs.rules.order import Placed
from functions.runs.rules.prices import ModelTerms
from functions.runs.rules.run import Run
from functions.runs.rules.step_result import StepResult
from functions.runs.rules.thinking import Turn
from shared.agents.rights import KnownRights
from shared.connectors.operations import OWN, Operations


class Mind(NamedTuple):
    """What a step of turns needs beside the run: the turns that were kept, the rights that the
    agent has now, and the model; None where none is configured. `asker` is who would ask it now,
    `known` are the turns of which that has an answer to keep, and `operations` has those of the
    connectors that the envelope names."""

    turns: tuple[Turn, ...] = ()
    rights: KnownRights = KnownRights({}, {}, ())
    terms: ModelTerms | None = None
    asker: str = ""
    known: frozenset[str] = frozenset()
    operations: Operations = OWN

    def bounds(self, calls: tuple[Call, ...], run: Run, plan: PlanContent) -> Bounds:
        """What the calls that a step may choose are judged by."""
        hold = run.hold
        return Bounds(
            calls=calls,
            rights=self.rights,
            is_trial=plan.agent.mode == "trial",
            made=run.calls,
            held={each: hold.may_make(each) for each in hold.calls} if hold is not None else {},
            operations=self.operations,
        )


class Noted(NamedTuple):
    """A result to keep; the step goes on, or has ended with it."""

    result: StepResult
    ends: bool = False


@dataclass(frozen=True)
class StepUnderWay:
    """The step as far as it is. `results` are those of the run by their ids, among them those of
    the step's calls, and the whole run may have spent `most_usd_micros`. `labels` are those of what
    it was told before its first call."""

    run: Run
    plan: PlanContent
    placed: Placed
    mind: Mind
    results: Mapping[str, StepResult]
    context: Context
    most_usd_micros: int
    labels: Labels = ()

    @property
    def _id(self) -> str:
        return self.placed.step.id

    def _given(self) -> list[StepResult]:
        """What its iterations gave so far, in their order."""
        return results_before(self.run, self.placed, self.results)

    def _refused(self, number: int, why: str, at: datetime) -> Noted:
        return Noted(refused_result(self.run, self.placed, number, why, at))
