"""What becomes of a run around one call of its model: before it is committed, after it has
answered, and where it does not."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from events.plan_content import ModelStep
from functions.runs.rules import burst_end
from functions.runs.rules.choices import operation_meant
from functions.runs.rules.completions import prompt_of
from functions.runs.rules.moves import Rest, Think, failed
from functions.runs.rules.progress import Progress
from functions.runs.rules.questions import report_failure, report_now
from functions.runs.rules.run import Run, Steps
from functions.runs.rules.thinking import Thinking, Turn, turn_id
from shared.connectors.operations import Operations
from shared.models.messages import Answer, ModelFailed

LONGEST_PAUSE_SECONDS = 24 * 3600.0
# In the texts of a conversation tokens have fewer characters on the average.
LONGEST_TOKEN = 16


def turn_key(run: Run, move: Think) -> str:
    """The id of the turn that the model is asked for."""
    return turn_id(run.run_id, move.placed.number, _thinking(run).turns)


def count_lost(run: Run, asker: str) -> Run:
    """The run, in which what somebody else asked the model is spent as far as it may have cost: its
    answer is lost, or will come too late."""
    thinking = _thinking(run)
    if thinking.asker in (None, asker):
        return run
    lost = thinking.reserved_usd_micros
    spent = thinking.spent_usd_micros + lost
    return run.but(
        thinking=thinking.but(asker=None, reserved_usd_micros=0, spent_usd_micros=spent),
        spent_usd_micros=run.spent_usd_micros + lost,
    )


def before_asking(
    progress: Progress, move: Think, asker: str, at: datetime, *, is_late: bool
) -> Steps | None:
    """What is committed before the model is asked: that it will be, and what that may cost; that
    the run stops, where somebody wants that; or, where it `is_late` in the request,
    that another one asks. None once nothing more has to be: the model is asked now."""
    run = progress.run
    if run.stop is not None:
        # Nobody was asked for what we reserved.
        progress.run = _noted(run, 0, 0) if move.is_reserved else run
        return burst_end.stop(progress, at)
    if move.is_reserved:
        return None
    if is_late:
        return burst_end.rest(progress, Rest(move.placed.step.id, at))
    progress.run = _reserved(run, move, asker, at)
    return burst_end.commit_part(progress, at)


def _operations_in(answer: Answer, move: Think, operations: Operations) -> Iterator[str | None]:
    does = move.placed.step.does
    assert isinstance(does, ModelStep)
    for each in answer.calls:
        meant = operation_meant(each.name, does.envelope.calls, operations)
        yield None if operations.find(meant) is None else meant


def after_answer(
    progress: Progress, move: Think, answer: Answer, asker: str, at: datetime, *, is_late: bool
) -> Steps:
    """The turn is kept, and what it did cost is what is spent. Nothing follows from it before that
    is committed; then the run goes on, in another request where it `is_late` in this one, unless
    somebody wants it to stop."""
    run = progress.run
    cost = move.terms.cost_of(answer.usage, move.reserved_usd_micros)
    turn = Turn(
        run_id=run.run_id,
        number=move.placed.number,
        turn=_thinking(run).turns,
        step=move.placed.step.id,
        at=at,
        model=move.terms.name,
        answer=answer,
        cost_usd_micros=cost,
        operations=tuple(_operations_in(answer, move, progress.mind.operations)),
        asked=_asked(run, move, asker, at),
        prompt=prompt_of(run.run_id, move.placed.step),
    )
    progress.answered.append(turn)
    cursor = run.cursor.but(attempt=1)
    progress.run = _noted(run, cost, 1, _tokens_used(answer, move)).but(cursor=cursor)
    # Where the run goes on at once, its next burst reports the turn with what followed from it.
    if run.stop is not None or is_late:
        report_now(progress, turn, move.placed.step)
    if run.stop is not None:
        return burst_end.stop(progress, at)
    if is_late:
        return burst_end.rest(progress, Rest(move.placed.step.id, at))
    return burst_end.commit_part(progress, at)


def after_failure(progress: Progress, move: Think, failure: ModelFailed, at: datetime) -> Steps:
    """The model is asked again where that may help and the capsule says so, else the step has
    failed. What may have been worked stays spent."""
    run, step = progress.run, move.placed.step
    cost = _thinking(run).reserved_usd_micros if failure.may_have_cost else 0
    report_failure(progress, move, failure, at)
    used = _most_tokens(move) if failure.may_have_cost else 0
    progress.run = run = _noted(run, cost, 0, used)
    if run.stop is not None:
        return burst_end.stop(progress, at)
    attempt = run.cursor.attempt
    if failure.may_pass and attempt < step.retry.attempts:
        progress.run = run.but(cursor=run.cursor.but(attempt=attempt + 1))
        seconds = step.retry.backoff_seconds * 2 ** (attempt - 1)
        until = at + timedelta(seconds=min(seconds, LONGEST_PAUSE_SECONDS))
        return burst_end.rest(progress, Rest(step.id, until))
    return burst_end.halt(progress, failed(step.id, failure.code, failure.detail), at)


def _thinking(run: Run) -> Thinking:
    return run.thinking or Thinking()


def _reserved(run: Run, move: Think, asker: str, at: datetime) -> Run:
    return run.but(thinking=_asking(_thinking(run), move, asker, at))


def _asked(run: Run, move: Think, asker: str, at: datetime) -> Thinking:
    """Who had asked for the turn. Where somebody counted that as lost, only the asker knows."""
    thinking = _thinking(run)
    if thinking.asker == asker:
        return thinking
    return _asking(thinking, move, asker, at).but(asked=thinking.asked)


def _asking(thinking: Thinking, move: Think, asker: str, at: datetime) -> Thinking:
    return thinking.but(
        asked=thinking.asked + 1,
        asker=asker,
        asked_at=at,
        asked_sha256=move.said.digest,
        reserved_usd_micros=move.reserved_usd_micros,
    )


def _tokens_used(answer: Answer, move: Think) -> int:
    """What counts in the tenant's month: the server may be the tenant's own, so no fewer than the
    length of what was said and answered has at least, and no more than the call may have used."""
    most, said = _most_tokens(move), answer.usage
    if said is None:
        return most
    answered = len(answer.text) + sum(len(each.name) + len(each.arguments) for each in answer.calls)
    fewest = (move.said.size + answered) // LONGEST_TOKEN
    return min(max(said.tokens_in + said.tokens_out, fewest), most)


def _most_tokens(move: Think) -> int:
    """The most that the call may have used, where nobody says how many."""
    return move.said.most_tokens + move.most_tokens


def _noted(run: Run, cost: int, turns: int, tokens: int = 0) -> Run:
    """It is known what the latest call of the model cost, how many tokens it used, and whether it
    gave a turn."""
    thinking = _thinking(run)
    spent = thinking.spent_usd_micros + cost
    known = Thinking(turns=thinking.turns + turns, spent_usd_micros=spent, told=thinking.told)
    return run.but(
        thinking=known,
        spent_usd_micros=run.spent_usd_micros + cost,
        tokens=run.tokens + tokens,
    )
