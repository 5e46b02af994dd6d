"""Runs within runs: a step starts the run of another plan, waits for its end, and goes by it.

Only the innermost run acts; those above it wait. They rest, fail and end
together, each in the commit in which the innermost one does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from events.invocations import Labelled
from events.labels import Labels
from events.plan_content import Call, PlanContent, SubRun
from events.plans import PlanState, Prediction, StepPrediction
from events.runs import Failure, RunCancelled, RunFailed, RunPaused
from functions.runs.rules.calls import ConcreteCall, Prepared
from functions.runs.rules.cards import content_of_calls
from functions.runs.rules.labels import Sources
from functions.runs.rules.moves import Ask, Delegate, Finish, Move, failed
from functions.runs.rules.order import Placed
from functions.runs.rules.overrun import predicted_of
from functions.runs.rules.run import Above, Assented, Hold, Run, Steps
from functions.runs.rules.start import begun
from functions.runs.rules.step_result import LONGEST_OUTPUT, StepResult, result_id
from functions.runs.rules.stops import PAUSED
from shared.kit.canonical import canonical_json
from shared.kit.errors import VersionConflict
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition

# As deep as the compiler lets them be.
DEEPEST = 5
# As a card names it; nobody can call it.
OPERATION = "assent/capsule.run"
Stopping = Callable[[Run, str, datetime], Steps]
_RESTS = frozenset({"paused", "completed", "failed", "cancelled"})


def sub_run_id(run: Run, number: int) -> str:
    """The id of the run that the step with this number starts: the same for ever."""
    return derive_id("run", run.started_at, run.run_id, str(number))


def move_of(
    run: Run,
    placed: Placed,
    prepared: Prepared,
    results: Mapping[str, StepResult],
    prediction: Prediction | None,
    sources: Sources,
) -> Move | None:
    """What a step that starts a run does next; None for any other step, and once it has ended."""
    step, does = placed.step, placed.step.does
    if not isinstance(does, SubRun) or prepared.skipped:
        return None
    if result_id(run.run_id, placed.number) in results:
        return None
    if len(run.above) >= DEEPEST:
        return failed(step.id, "too_deep", f"it lies more than {DEEPEST} runs deep")
    if step.assent == "step":
        call = _as_call(placed, does, predicted_of(prediction, step.id))
        content = content_of_calls(run, (call,))
        if run.step_assent is None or run.step_assent.content_hash != content.hash:
            return Ask((call,), content)
    return Delegate(placed, does.plan_hash, sources.of_step(step))


def _as_call(placed: Placed, does: SubRun, predicted: StepPrediction | None) -> ConcreteCall:
    """The run as a card shows it. Where nobody predicted what it does, it counts as the gravest."""
    arguments: dict[str, Any] = {"plan_hash": does.plan_hash}
    call = Call(
        operation=OPERATION,
        arguments=arguments,
        effect=predicted.effect if predicted is not None else "decide",
        idempotent=True,
        pin=does.plan_hash,
    )
    return ConcreteCall(placed, call, None, arguments)


def covering(run: Run, placed: Placed) -> Assented | None:
    """The assent to the run that the step starts, whose plan's hash is in what was assented to."""
    found = {"plan": run.plan_assent, "step": run.step_assent}.get(placed.step.assent)
    return found if found is not None and found.given_by is not None else None


def below(
    run: Run,
    placed: Placed,
    state: PlanState,
    plan: PlanContent,
    hold: Hold,
    *,
    left_usd_micros: int,
    predicted: StepPrediction | None,
    labels: Labels,
    at: datetime,
) -> Run:
    """The run that the step starts, before anything was done. It may spend what is left to the one
    above it, and goes by the assent to that one."""
    budget = placed.step.budget_usd_micros
    step = Above(
        **run.model_dump(include={"run_id", "plan_hash", "agent_id", "agent_version"}),
        step=placed.step.id,
        number=placed.number,
        predicted_usd_micros=predicted.cost_usd_micros if predicted is not None else 0,
    )
    id = sub_run_id(run, placed.number)
    return begun(id, state, plan, hold, run.started_by, at).but(
        authors=tuple(dict.fromkeys((*run.authors, state.compiled_by))),
        plan_assent=covering(run, placed),
        above=(*run.above, step),
        parent_run_id=run.run_id,
        depth=len(run.above) + 1,
        most_usd_micros=left_usd_micros if budget is None else min(left_usd_micros, budget),
        replay_of=run.replay_of,
        labels=labels,
        workspace_id=run.workspace_id,
    )


def left_usd_micros(run: Run, plan: PlanContent) -> int:
    """What the run may spend yet."""
    return max(budget_of(run, plan) - run.spent_usd_micros, 0)


def budget_of(run: Run, plan: PlanContent) -> int:
    """What the run may spend in all: a sub-run no more than was left to the run above it."""
    most = run.most_usd_micros
    return plan.budget_usd_micros if most is None else min(plan.budget_usd_micros, most)


def fitting(run: Run, move: Move) -> Move:
    """The move; a sub-run that gives more than a result of the run above holds has failed."""
    if not run.above or not isinstance(move, Finish):
        return move
    size = len(canonical_json(move.outputs))
    if size <= LONGEST_OUTPUT:
        return move
    return failed(
        None, "output_too_large", f"it gave {size} bytes; at most {LONGEST_OUTPUT} are kept"
    )


def most_within(run: Run, payer: Run, most: int | None) -> int | None:
    """The most that a run may have spent, where the run whose hold it spends may have spent so
    much."""
    if most is None or payer.run_id == run.run_id:
        return most
    return max(most - payer.spent_usd_micros, 0) + run.counted_usd_micros


def resting(steps: Steps) -> Transition[Run] | None:
    """The one that lets a sub-run rest or end."""
    found = (each for each in steps if isinstance(each.state, Run) and each.state.above)
    return next((each for each in found if each.state.status in _RESTS), None)


def counted(steps: Steps) -> Steps:
    """The same, once the run above has counted what a sub-run that rests has spent."""
    return tuple(_counted(each) if each is resting(steps) else each for each in steps)


def _counted(step: Transition[Run]) -> Transition[Run]:
    return replace(step, state=step.state.but(counted_usd_micros=step.state.spent_usd_micros))


def follow(run: Run, ending: Transition[Run], at: datetime) -> Steps:
    """What follows for the run above from a sub-run that rests or has ended: it goes on with what
    that one gave, or rests, fails or ends likewise; where it does not wait for that one, neither.
    What the sub-run spent since this was counted last is spent by the run above."""
    ended, waiting = ending.state, run.waiting
    more = ended.spent_usd_micros - ended.counted_usd_micros
    run = run.but(spent_usd_micros=run.spent_usd_micros + more)
    if waiting is None or waiting.run_id != ended.run_id:
        return (Transition(run),) if more else ()
    if ended.status == "completed":
        (outputs,) = ending.contents
        return (Transition(_result(run, ended, outputs.value, at)), Transition(run.moving(at)))
    run = run.but(**run.at_rest | {"status": ended.status, "waiting": waiting})
    failure = _failure(ended)
    if ended.status == "paused":
        return (Transition(run.but(failure=failure), RunPaused),)
    run = run.but(ended_at=at)
    if ended.status == "failed":
        return (Transition(run.but(failure=failure), RunFailed),)
    run = run.but(waiting=None, failure=run.failure or failure)
    said = {"cancelled_by": ending.fields["cancelled_by"]}
    return (Transition(run, RunCancelled, said),)


def _failure(ended: Run) -> Failure:
    """Why the run above rests or has ended: nothing that its own step did."""
    why = ended.failure
    if why is not None and why.code == PAUSED.code:
        return PAUSED
    detail = f"{ended.run_id} is {ended.status}" + (f": {why.code}" if why is not None else "")
    return Failure(step=ended.above[-1].step, code=f"sub_run_{ended.status}", detail=detail)


def _result(run: Run, ended: Run, outputs: Any, at: datetime) -> StepResult:
    step, given = ended.above[-1], run.step_assent
    return StepResult(
        run_id=run.run_id,
        number=step.number,
        step=step.step,
        status="completed",
        at=at,
        output=Labelled(value=outputs, labels=ended.output_labels),
        cost_usd_micros=ended.spent_usd_micros,
        predicted_usd_micros=step.predicted_usd_micros,
        approval_id=given.approval_id if given is not None else None,
        assented_by=given.given_by if given is not None else None,
        sub_run_id=ended.run_id,
    )


def stop_all(runs: Sequence[Run], stop: Stopping, by: str, at: datetime) -> Steps:
    """Stops the innermost of the runs, each of which waits for the next, by a rule; where it acts
    now, the others know of it too. Raises what the rule raises."""
    *outer, inner = runs
    steps = stop(inner, by, at)
    asked = next((each.state for each in steps if each.state.stop is not None), None)
    if asked is None:
        return steps
    told = {"stop": asked.stop, "stopping": asked.stopping}
    return (*(Transition(each.but(**told)) for each in outer), *steps)


def refuse_part(run: Run) -> None:
    """Raises VersionConflict for a sub-run: what stops it, or lets it go on, does so to the run
    that somebody started."""
    if run.above:
        raise VersionConflict(f"it is a part of {run.above[0].run_id}: do that to the whole")


def waits_for(run: Run) -> str | None:
    """The run below it whose end it waits for, or with whose end it rests."""
    return run.waiting.run_id if run.waiting is not None else None


def acts_next(run: Run) -> str | None:
    """Which run acts once this one has done what it can: itself, the one that it started, or the
    one that waits for it."""
    if run.is_moving:
        return run.run_id
    if run.status == "running" and (below := waits_for(run)) is not None:
        return below
    return run.parent_run_id if run.status == "completed" else None
