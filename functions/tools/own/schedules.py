"""`assent/schedules.create` and `assent/schedules.end`: `runs`, which keeps schedules, makes them
and ends them by the token of the call."""

from pydantic import ValidationError

from events.schedules import ScheduleCallBody, ScheduleGiven
from functions.tools.own.acting import Act, Done, TargetRefused, Unanswered
from shared.kit.errors import AssentError, NotFound, Unavailable, VersionConflict
from shared.kit.refusal_documents import refusal_in
from shared.runtime.calling import post

RUNS = "runs"
# It compiles and rehearses within eight; the run waits for twelve.
ANSWERED_WITHIN_SECONDS = 10.0


async def ask_runs(act: Act) -> Done:
    """The schedule that the call made, or ended, with the labels of what its maker was told: the
    same however often it is asked for. Raises TargetRefused for what whoever started the run would
    be refused, and for a call without a run; Unanswered."""
    call = act.invocation
    if not act.token:
        raise TargetRefused("only a step of a run makes schedules, or ends them")
    try:
        body = ScheduleCallBody(
            invocation_id=call.invocation_id,
            operation=call.operation,
            arguments=act.arguments,
        )
    except ValidationError as error:
        raise TargetRefused("the arguments are longer than those of a schedule") from error
    try:
        within = ANSWERED_WITHIN_SECONDS
        answer = await post(RUNS, "/v1/schedules/calls", body, act.token, within_seconds=within)
        if answer.status_code == 200:
            given = ScheduleGiven.model_validate_json(answer.content)
            output = given.model_dump(mode="json", exclude={"labels"})
            return Done(output, labels=given.labels)
        refusal = refusal_in(answer.json())
    except (Unavailable, ValueError) as error:
        raise Unanswered("it is not known whether the schedule was made or ended") from error
    if refusal.retriable or refusal.http_status >= 500:
        raise Unanswered(f"the schedule was neither made nor ended: {refusal.detail}")
    # Those of the others quote policies and capsules.
    is_ours = isinstance(refusal, NotFound | VersionConflict)
    why = refusal.detail if is_ours else refusal.code
    reason = f"the schedule was refused: {why}"[:500]
    # A full book empties.
    repeats = isinstance(refusal, VersionConflict)
    raise TargetRefused(reason, _told(refusal), may_be_repeated=repeats)


def _told(refusal: AssentError) -> str:
    fields = "; ".join(f"{each.field}: {each.message}" for each in refusal.errors[:3])
    return f"{refusal.detail} {fields}".strip()[:1_000]
