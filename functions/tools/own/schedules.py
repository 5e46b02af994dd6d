"""`assent/schedules.create` and `assent/schedules.end`: `runs`, which keeps schedules, makes them
and ends them by the token of the call."""

from pydantic import ValidationError

from events.schedules import ScheduleCallBody, ScheduleGiven
from functions.tools.own.act import Act, Done, TargetRefused
from functions.tools.own.by_token import FunctionRoute, ask

# It compiles and rehearses within eight; the run waits for twelve.
MAKES = FunctionRoute("runs", "/v1/schedules/calls", "schedule", within_seconds=10.0)


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
    given = await ask(act, MAKES, body, ScheduleGiven)
    return Done(given.model_dump(mode="json", exclude={"labels"}), labels=given.labels)
