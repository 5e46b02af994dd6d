"""Asks for assent: to a plan, or to the calls of a step."""

import asyncio

from events.effects import Effect
from events.plan_content import PlanContent, SubRun, all_steps, model_of, models_in
from events.plans import Prediction
from functions.runs.aggregates import RUNS
from functions.runs.rules import burst_end
from functions.runs.rules.cards import (
    assessment_of,
    effects_of,
    evidence_of,
    gravest,
    irreversible,
    irreversible_in,
    question,
)
from functions.runs.rules.moves import Ask
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Assented, Run, Steps, event_id
from functions.runs.rules.start import waiting_for
from functions.runs.service.assents import difference_from_last
from functions.runs.service.tokens import base_token
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.contents import Content
from shared.kit.ids import derive_id


async def ask_about_calls(work: UnitOfWork, progress: Progress, move: Ask) -> Steps:
    """The run waits for assent to exactly these calls of a step."""
    first = move.calls[0]
    count = "one call" if len(move.calls) == 1 else f"{len(move.calls)} calls"
    calls = [each.call for each in move.calls]
    operations = ", ".join(sorted({each.operation for each in calls}))
    what, kept = f"{count} of {operations}", irreversible(calls)
    if isinstance(first.placed.step.does, SubRun):
        what = f"the run of the plan {first.placed.step.does.plan_hash[:12]}"
        kept = irreversible_in([first.placed.step], progress.prediction)
    summary = f"Step {first.step} of {progress.run.capsule}: {what}"
    if move.answers is not None:
        summary += f": {move.why}"
    elif move.why is not None:
        named = model_of(first.placed.step)
        chosen = f", which the model {named} chose" if named is not None else ""
        summary += f"{chosen}: {move.why}"[:1_000]
    return await _ask(
        work,
        progress,
        effect=gravest([each.effect for each in calls]),
        content=move.content,
        step=first.step,
        summary=summary,
        kept=kept,
        new=(move.content,),
        answers=move.answers,
    )


async def ask_about_plan(
    work: UnitOfWork, run: Run, plan: PlanContent, prediction: Prediction | None
) -> Steps:
    """The run waits, before it does anything, for assent to its whole plan."""
    return await _ask(
        work,
        Progress(run, plan, prediction),
        effect=gravest(effects_of(plan, prediction)),
        content=Content.of(plan.model_dump(mode="json")),
        step=None,
        summary=_summary(run, plan),
        kept=irreversible_in(all_steps(plan.steps), prediction),
    )


def _summary(run: Run, plan: PlanContent) -> str:
    """What the plan is, and which model chooses calls in it, for whoever assents to it."""
    said = f"Run {run.capsule}, version {run.capsule_version}: {run.steps} steps"
    named = ", ".join(models_in(plan))
    return f"{said}; the model {named} chooses calls in them" if named else said


async def _ask(
    work: UnitOfWork,
    progress: Progress,
    *,
    effect: Effect,
    content: Content,
    step: str | None,
    summary: str,
    kept: list[str],
    new: tuple[Content, ...] = (),
    answers: str | None = None,
) -> Steps:
    run, content_hash = progress.run, content.hash
    number = work.sequence(RUNS, run.run_id) + 1
    asking_id = event_id(run.run_id, run.started_at, number)
    token, token_id = await base_token(run, work.store.tenant_id, content_hash)
    approval_id = derive_id("apr", work.at, asking_id)
    asked = Assented(
        approval_id=approval_id,
        content_hash=content_hash,
        step=step,
        invocation_id=answers,
        token=token,
        token_id=token_id,
    )
    assessment = assessment_of(effect, kept)
    # Other runs often ask with the same assessment, so only that is looked for.
    changed, _ = await asyncio.gather(
        difference_from_last(work, run, step, content), work.look_for(assessment)
    )
    evidence = evidence_of(run, progress.prediction, changed)
    said = question(run, effect, content_hash, summary, token, run.authors)
    return burst_end.ask(
        progress,
        waiting_for(run, asked),
        asking_id,
        (*new, evidence, assessment),
        **said,
        evidence_hash=evidence.hash,
        assessment_hash=assessment.hash,
        requested_at=work.at,
        needs_answer=answers is not None,
    )
