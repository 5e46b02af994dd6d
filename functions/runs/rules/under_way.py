"""What a run does while a call of it has no outcome yet."""

from datetime import datetime, timedelta

from events.invocations import InvocationView
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.cards import ASKS, content_of_question
from functions.runs.rules.moves import Ask, Rest
from functions.runs.rules.run import Run

# How long a call that has not answered yet is left alone.
ASKED_AGAIN_AFTER, ASKED_AT_LEAST_AFTER = timedelta(seconds=5), timedelta(seconds=1)


def wait_for(run: Run, call: ConcreteCall, view: InvocationView, at: datetime) -> Ask | Rest:
    """The run asks a person what the call's server asks; else it asks for the call again, once its
    server may have ended it."""
    if view.elicitation is not None:
        content = content_of_question(run, call, view, view.elicitation)
        asked = run.answer
        if asked is None or asked.content_hash != content.hash:
            return Ask((call,), content, ASKS, view.invocation_id)
    again_at = view.again_at or at + ASKED_AGAIN_AFTER
    return Rest(call.step, max(again_at, at + ASKED_AT_LEAST_AFTER))
