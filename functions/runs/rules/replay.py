"""A replay: what a plan gives now, compared with what became of a run of it. It makes no call that
acts: what only computes is computed again, and all else answers what is recorded."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import JsonValue

from events.invocations import InvocationView
from events.plan_content import (
    Call,
    ModelStep,
    Parallel,
    PlanContent,
    PlanStep,
    Retry,
    SkillCalls,
    SubRun,
    Wait,
)
from functions.runs.rules.allowance import why_not
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.moves import Act, Ask, Finish, Halt, Move, failed
from functions.runs.rules.needed_results import results_to_read
from functions.runs.rules.order import Unit, units_of
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import LOST_AFTER, Cursor, Run
from functions.runs.rules.step_result import Divergence, StepResult, result_id, result_in
from shared.kit.canonical import canonical_json, content_hash
from shared.kit.errors import FieldError, Invalid, VersionConflict

Mode = Literal["full", "from_step", "failed_only"]
# The earlier run ended, or stands, at the same place, and nothing differs up to there.
NO_FURTHER = "no_further"
DIVERGED = "diverged"
MOST_SHOWN = 1_000
UNITS_AT_ONCE = 50
Position = tuple[int, int | None]


def replay_of(
    run: Run, plan: PlanContent, id: str, mode: Mode, from_step: str | None, by: str, at: datetime
) -> Run:
    """The run that repeats another one from its first step, from a step, or from the one at which
    it failed. Raises VersionConflict for one that goes on still, did not fail, or is a replay
    itself; Invalid for a step at which it cannot begin."""
    if run.replay_of is not None:
        raise VersionConflict(f"it is a replay itself: replay {run.replay_of}")
    if not run.has_ended and run.status != "paused":
        raise VersionConflict(f"the run is {run.status}: a run that ended or is paused is replayed")
    first = _first_unit(run, plan, mode, from_step)
    kept = {"capsule", "capsule_version", "agent_id", "agent_version", "steps", "workspace_id"}
    return Run(
        **run.model_dump(include={"plan_hash", *kept}),
        run_id=id,
        status="running",
        started_by=by,
        started_at=at,
        authors=(by,),
        done=sum(map(len, units_of(plan)[:first])),
        cursor=Cursor(unit=first),
        first_unit=first,
        replay_of=run.run_id,
        due_at=at + LOST_AFTER,
    )


def _first_unit(run: Run, plan: PlanContent, mode: Mode, from_step: str | None) -> int:
    if (from_step is not None) != (mode == "from_step"):
        raise Invalid(FieldError("from_step", "is for the mode from_step, which needs it"))
    if mode == "full":
        return 0
    if mode == "failed_only":
        if run.status != "failed":
            raise VersionConflict(f"the run is {run.status}: no step of it failed")
        return run.cursor.unit
    units = units_of(plan)[: run.cursor.unit + 1]
    found = (at for at, unit in enumerate(units) if any(each.step.id == from_step for each in unit))
    first = next(found, None)
    if first is None:
        raise Invalid(FieldError("from_step", f"the run began no step {str(from_step)[:60]!r}"))
    return first


def refuse_replay(run: Run) -> None:
    """Raises VersionConflict for a replay: nobody resumes or undoes one, because it did nothing."""
    if run.replay_of is not None:
        raise VersionConflict("a replay did nothing: start another one, or see its steps")


def playable(plan: PlanContent) -> PlanContent:
    """The plan as a replay goes through it: it waits for nothing and tries nothing again, and what
    others did that day does not limit it."""
    return plan.but(steps=tuple(map(_playable, plan.steps)))


def _playable(step: PlanStep) -> PlanStep:
    does = step.does
    if isinstance(does, Parallel):
        return step.but(does=does.but(steps=tuple(map(_playable, does.steps))))
    if isinstance(does, Wait):
        return step.but(does=Wait(seconds=0))
    if isinstance(does, Call):
        does = does.but(limits=does.limits.but(per_day=None))
    return step.but(does=does, retry=Retry())


def position_of(result: StepResult) -> Position:
    """Where in a plan a result is."""
    return result.number, result.iteration


def taken_over_ids(run: Run, plan: PlanContent) -> list[str]:
    """The ids of the results of the earlier run, before the step at which the replay begins, that
    the rest of the plan reads."""
    repeated = run.but(run_id=run.replay_of)
    before = {each.number for unit in units_of(plan)[: run.first_unit] for each in unit}
    ids = (result_id(repeated.run_id, number) for number in sorted(before))
    wanted = set(results_to_read(repeated, plan))
    return [each for each in ids if each in wanted]


def compared_ids(run: Run, plan: PlanContent) -> list[str]:
    """The ids of the results of the earlier run that the steps of the next burst are compared
    with, but for those of iterations."""
    first = run.cursor.unit
    units = units_of(plan)[first : first + UNITS_AT_ONCE]
    return [result_id(str(run.replay_of), each.number) for unit in units for each in unit]


@dataclass
class Replay(Progress):
    """A replay on its way. `earlier` are the results of the run that it repeats, which stands where
    `repeated` does; `arguments` are those of its calls of which nothing is recorded now. A burst
    goes through so many units as `earlier` has."""

    repeated: Run = field(kw_only=True)
    earlier: dict[Position, StepResult] = field(kw_only=True)
    arguments: dict[Position, JsonValue] = field(default_factory=dict, kw_only=True)
    first: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.first = self.run.cursor.unit

    @property
    def is_full(self) -> bool:
        """Whether it is time to commit."""
        return self.run.cursor.unit >= self.first + UNITS_AT_ONCE or super().is_full

    def next(self, at: datetime) -> Move:
        """What comes next: never a question to a person or to a model, nor another run."""
        move = super().next(at)
        if isinstance(move, Ask):
            call = move.calls[self.run.cursor.call]
            move = why_not(self.run, (call,), self._most) or Act((call,))
        return self._ended(move, at)

    def _of_unit(self, unit: Unit, at: datetime) -> Move | None:
        if self._is_further:
            return failed(None, NO_FURTHER, f"{self.repeated.run_id} got no further")
        placed = unit[0]
        if (
            not isinstance(placed.step.does, SubRun | ModelStep | SkillCalls)
            or self._prepare(unit).skipped
        ):
            return super()._of_unit(unit, at)
        known = self.earlier.get((placed.number, None))
        if known is None:
            return failed(placed.step.id, NO_FURTHER, "what it began has not ended")
        self._keep(known.but(run_id=self.run.run_id))
        self._pass()
        return None

    @property
    def _is_further(self) -> bool:
        earlier, unit = self.repeated, self.run.cursor.unit
        if earlier.status == "completed":
            return False
        return unit > earlier.cursor.unit or (
            unit == earlier.cursor.unit and earlier.status != "failed"
        )

    def _ended(self, move: Move, at: datetime) -> Move:
        """A failure that the earlier run has not is a divergence, and so is none where it has
        one."""
        if isinstance(move, Finish) and self.repeated.status == "failed":
            self.run = self.run.but(divergences=self.run.divergences + 1)
        if not isinstance(move, Halt) or move.failure.code == NO_FURTHER:
            return move
        was, now = self.repeated.failure, move.failure
        if was is not None and (was.step, was.code) == (now.step, now.code):
            return move
        self.run = self.run.but(divergences=self.run.divergences + 1)
        unit = self._units[self.run.cursor.unit] if now.step is not None else ()
        for placed in (each for each in unit if each.step.id == now.step):
            found = Divergence(
                step=placed.step.id, field="failure", was=was.code if was else None, now=now.code
            )
            fields = {"status": "failed", "divergences": (found,)}
            super()._keep(result_in(self.run, placed, at, **fields))
        return move

    def _take(self, call: ConcreteCall, view: InvocationView, at: datetime) -> Move | None:
        position = call.placed.number, call.iteration
        if view.status == "confirmed":
            move = super()._take(call, view, at)
            # A receipt is of what was done, and was given then.
            self.receipts.clear()
            return move
        known = self.earlier.get(position)
        if known is None and self.repeated.status == "failed":
            was = self.repeated.failure
            if was is not None and was.step in (call.step, None):
                return failed(call.step, was.code, view.reason or "the call was refused")
        if known is None:
            return self._diverge(call, "call", None, call.arguments, at)
        return self._diverge(call, "arguments", self.arguments.get(position), call.arguments, at)

    def _diverge(
        self, call: ConcreteCall, what: str, was: JsonValue, now: JsonValue, at: datetime
    ) -> Move:
        """It ends there: what comes of another call, nobody knows."""
        found = Divergence(
            step=call.step, iteration=call.iteration, field=what, was=_shown(was), now=_shown(now)
        )
        result = result_in(
            self.run,
            call.placed,
            at,
            status=DIVERGED,
            iteration=call.iteration,
            operation=call.call.operation,
            divergences=(found,),
        )
        super()._keep(result)
        self.run = self.run.but(divergences=self.run.divergences + 1)
        return failed(call.step, DIVERGED, f"its {what} differ: see the steps of the replay")

    def _keep(self, result: StepResult) -> None:
        found = tuple(_differences(self.earlier.get(position_of(result)), result))
        self.run = self.run.but(divergences=self.run.divergences + len(found))
        super()._keep(result.but(divergences=found))


def _differences(was: StepResult | None, now: StepResult) -> list[Divergence]:
    place = {"step": now.step, "iteration": now.iteration}
    if was is None:
        return [Divergence(**place, field="status", was=None, now=now.status)]
    read = {
        "status": (was.status, now.status),
        "iterations": (was.iterations, now.iterations),
        "output": (was.output.value, now.output.value),
    }
    return [
        Divergence(**place, field=name, was=_shown(before), now=_shown(after))
        for name, (before, after) in read.items()
        if canonical_json(before) != canonical_json(after)
    ]


def _shown(value: Any) -> JsonValue:
    size = len(canonical_json(value))
    return value if size <= MOST_SHOWN else {"sha256": content_hash(value), "bytes": size}
