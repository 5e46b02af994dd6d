"""The receipts of what a model was asked: one for each answer that was kept, each that was lost,
and each refusal. They go with whatever others are told next of the run, so that no question costs a
commit or an event of its own.

Whoever's commit stands has reported them, so a burst that lost its race leaves them out of what it
reports late: what it took for lost may have been answered meanwhile."""

from datetime import datetime
from typing import Any

from events.plan_content import Completion, PlanContent, PlanStep, model_of
from events.receipts import ASKED, ModelTurn, Outcome, Receipt, receipt_id_of
from functions.runs.rules.completions import judged, prompt_of
from functions.runs.rules.moves import Think
from functions.runs.rules.order import units_of
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Run
from functions.runs.rules.thinking import Thinking, Turn, turn_id
from shared.kit.canonical import content_hash
from shared.models.messages import Answer, ModelFailed


def lost_question(run: Run, plan: PlanContent, asker: str) -> tuple[Receipt, ...]:
    """The receipt of a question of somebody else than `asker`, whose answer is lost, or comes too
    late; none where there is no such question."""
    thinking, units = run.thinking, units_of(plan)
    if thinking is None or thinking.asker in (None, asker) or run.cursor.unit >= len(units):
        return ()
    placed = units[run.cursor.unit][0]
    if thinking.asked_at is None:
        return ()
    key = turn_id(run.run_id, placed.number, thinking.turns)
    why = "its answer never came"
    return (_receipt(run, placed.step, key, "doubtful", thinking, thinking.asked_at, reason=why),)


def report_turns(progress: Progress) -> None:
    """Adds the receipts of the turns that were kept and that nobody has reported."""
    run = progress.run
    thinking, units = run.thinking, units_of(progress.plan)
    if thinking is None or run.cursor.unit >= len(units):
        return
    number, step = units[run.cursor.unit][0]
    kept = [each for each in progress.mind.turns if each.number == number]
    for each in kept[thinking.told :]:
        if each.asked is not None:
            progress.questions.append(_of_turn(run, step, each))
    progress.run = run.but(thinking=thinking.but(told=len(kept)))


def report_now(progress: Progress, turn: Turn, step: PlanStep) -> None:
    """Adds the receipt of the turn that the run has just been given."""
    run, thinking = progress.run, progress.run.thinking
    assert thinking is not None
    progress.questions.append(_of_turn(run, step, turn))
    progress.run = run.but(thinking=thinking.but(told=thinking.turns))


def report_failure(progress: Progress, move: Think, failure: ModelFailed, at: datetime) -> None:
    """Adds the receipt of a question that got no answer: it may have cost something, or was
    refused. One that somebody else counted as lost has a receipt already."""
    run, thinking = progress.run, progress.run.thinking
    if thinking is None or not move.is_reserved:
        return
    outcome: Outcome = "doubtful" if failure.may_have_cost else "refused"
    key = turn_id(run.run_id, move.placed.number, thinking.turns)
    step, why = move.placed.step, failure.code
    progress.questions.append(_receipt(run, step, key, outcome, thinking, at, reason=why))


def answer_hash(answer: Answer) -> str:
    """The SHA-256 of what a model answered: its text, and the calls that it chose."""
    said = answer.model_dump(mode="json", include={"text", "calls"})
    return content_hash(said)


def _of_turn(run: Run, step: PlanStep, turn: Turn) -> Receipt:
    assert turn.asked is not None
    usage = turn.answer.usage
    return _receipt(
        run,
        step,
        turn.id,
        "confirmed",
        turn.asked,
        turn.at,
        turn=turn.turn,
        tokens_in=usage.tokens_in if usage is not None else None,
        tokens_out=usage.tokens_out if usage is not None else None,
        answered_in_ms=_between(turn.asked.asked_at, turn.at),
        fits=judged(step.does, turn.answer).is_given if isinstance(step.does, Completion) else None,
        cost_usd_micros=turn.cost_usd_micros,
        output_sha256=answer_hash(turn.answer),
    )


def _between(asked_at: datetime | None, at: datetime) -> int | None:
    return None if asked_at is None else round((at - asked_at).total_seconds() * 1_000)


def receipt_id_of_question(key: str, asker: str, outcome: Outcome) -> str:
    """The id of the receipt of one question for a turn: nobody asks twice for one in a request."""
    return receipt_id_of(f"{key}.{asker}", outcome)


def _receipt(
    run: Run,
    step: PlanStep,
    key: str,
    outcome: Outcome,
    asked: Thinking,
    at: datetime,
    *,
    turn: int | None = None,
    tokens_in: int | None = None,
    tokens_out: int | None = None,
    answered_in_ms: int | None = None,
    fits: bool | None = None,
    **fields: Any,
) -> Receipt:
    named = model_of(step) or ""
    cost = asked.reserved_usd_micros if outcome == "doubtful" else 0
    given = run.plan_assent if step.assent == "plan" else None
    said = {
        "receipt_id": receipt_id_of_question(key, asked.asker or "", outcome),
        "invocation_id": key,
        "run_id": run.run_id,
        "step": step.id,
        "attempt": asked.asked,
        "operation": ASKED,
        "outcome": outcome,
        "at": at,
        "agent_id": run.agent_id,
        "agent_version": run.agent_version,
        "plan_hash": run.plan_hash,
        "arguments_sha256": asked.asked_sha256,
        "approval_id": given.approval_id if given is not None else None,
        "assented_by": given.given_by if given is not None else None,
        "cost_usd_micros": cost,
        "predicted_usd_micros": asked.reserved_usd_micros,
        "model": ModelTurn(
            name=named,
            turn=asked.turns if turn is None else turn,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            prompt=prompt_of(run.run_id, step),
            answered_in_ms=answered_in_ms,
            fits=fits,
        ),
    }
    return Receipt.model_validate({**said, **fields})
