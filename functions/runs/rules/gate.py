"""Whether a call that a model or a program chose is made: at once, once a person has seen it, or
not at all."""

from typing import NamedTuple

from events.labels import Labels
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.cards import content_of_calls
from functions.runs.rules.choices import Allowed, Outside
from functions.runs.rules.labels import UNTRUSTED_EFFECT, labelled_call, needs_a_person
from functions.runs.rules.moves import Act, Ask
from functions.runs.rules.order import Placed
from functions.runs.rules.run import Run


class Unwanted(NamedTuple):
    """Somebody was asked about the call, and refused it."""


def gated(
    run: Run, placed: Placed, number: int, choice: Allowed | Outside, labels: Labels
) -> Act | Ask | Unwanted:
    """The call with that number among those of its step, which is made of what has the labels.
    Raises Rejected for more labels than a token takes."""
    if isinstance(choice, Outside):
        return _asked(run, placed, number, choice, labels)
    call = ConcreteCall(placed, choice.call, number, choice.arguments)
    call = labelled_call(call, labels)
    if needs_a_person(call):
        return _asked(run, placed, number, Outside(*choice, UNTRUSTED_EFFECT), labels)
    if placed.step.assent == "step":
        why = "the capsule wants a person to see each call"
        return _asked(run, placed, number, Outside(*choice, why), labels)
    return Act((call,))


def _asked(
    run: Run, placed: Placed, number: int, choice: Outside, labels: Labels
) -> Act | Ask | Unwanted:
    """Somebody has to assent to exactly this call."""
    seen = Placed(placed.number, placed.step.but(assent="step"))
    call = ConcreteCall(seen, choice.call, number, choice.arguments)
    call = labelled_call(call, labels)
    content = content_of_calls(run, (call,))
    asked = run.step_assent
    if asked is None or asked.content_hash != content.hash:
        return Ask((call,), content, choice.why)
    if asked.refused_by is not None:
        return Unwanted()
    # Without an answer it is asked again, which is the same question.
    return Act((call,)) if asked.given_by is not None else Ask((call,), content, choice.why)
