"""Steps in which a model answers messages in text: the messages that it gets, and whether its
answer has the step's shape."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from events.model_messages import ModelMessage
from events.plan_content import Completion, ModelStep, PlanStep
from events.prompts import prompt_id
from functions.runs.rules.calls import Context, Rejected
from functions.runs.rules.conversation import CUT, EMPTY, Conversation, said_of
from functions.runs.rules.step_result import LONGEST_OUTPUT
from functions.runs.rules.thinking import Turn
from shared.kit.canonical import as_text, canonical_json
from shared.kit.errors import AssentError
from shared.kit.parsing import parse_json
from shared.kit.shapes import wrong
from shared.kit.templates import filled
from shared.models.messages import Answer, Message

_FENCE = "```"
_OF_A_VERSION = ("prompt", "messages", "variables", "variable_schema")


class Judged(NamedTuple):
    """What the step gives for an answer; or, in words of ours, why that is not taken."""

    value: Any = None
    why_not: str | None = None

    @property
    def size(self) -> int:
        """The bytes that a run would keep of it."""
        return len(canonical_json(self.value))

    @property
    def is_kept(self) -> bool:
        """Whether it is short enough to be kept."""
        return self.size <= LONGEST_OUTPUT

    @property
    def is_given(self) -> bool:
        """Whether it is what the step gives."""
        return self.why_not is None and self.is_kept


def with_version(run_id: str, step: PlanStep) -> ModelStep:
    """What the step of the run does, with the one version of its prompt that it takes. Which one
    that is, the run and the step alone say, so it is the same for each answer that is asked for
    anew, and whoever goes on with the run after a crash or a retry."""
    does = step.does
    assert isinstance(does, ModelStep)
    if not isinstance(does, Completion) or does.compared is None:
        return does
    other = does.compared
    digest = hashlib.sha256(f"{run_id}|{step.id}".encode()).digest()
    if int.from_bytes(digest[:8]) % 100 >= other.percent:
        return does.but(compared=None)
    taken = {name: getattr(other, name) for name in _OF_A_VERSION}
    return does.but(**taken, compared=None)


def prompt_of(run_id: str, step: PlanStep) -> str | None:
    """The version of a prompt that the step of the run takes, as `name@version`; None for a step
    without one."""
    if not isinstance(step.does, Completion):
        return None
    taken = with_version(run_id, step)
    assert isinstance(taken, Completion)
    return None if taken.prompt is None else prompt_id(taken.prompt.name, taken.prompt.version)


def judged(does: Completion, answer: Answer) -> Judged:
    """What the step gives for the answer: its text and, where it has an `output`, the value that
    the text is the JSON of. Takes 50 ms of a processor at most."""
    if answer.is_cut:
        return Judged(why_not=CUT)
    if not answer.text.strip():
        return Judged(why_not=EMPTY)
    if does.output is None:
        return Judged({"text": answer.text})
    try:
        value = parse_json(_unfenced(answer.text).encode())
    except AssentError:
        return Judged(why_not="Your answer is not JSON. Answer with JSON alone.")
    if (told := wrong(does.output, value, "answer")) is not None:
        return Judged(why_not=f"Your answer does not fit its JSON Schema: {told}"[:1_000])
    return Judged({"text": answer.text, "value": value})


def why_not_given(answer: Judged, turns: int) -> tuple[str, str]:
    """The code and the detail of the failure of a step whose last answer is not taken."""
    if answer.why_not is None:
        detail = f"it gave {answer.size} bytes; at most {LONGEST_OUTPUT} are kept"
        return "output_too_large", detail
    return "answer_unfit", f"none of {turns} answers is taken; of the last: {answer.why_not}"


def completion_said(
    step: str, does: Completion, context: Context, turns: Sequence[Turn]
) -> Conversation:
    """What is said for the next answer: the messages with their values, what was answered before,
    and why that is not taken. Raises ExpressionFailed where an expression has no value, Rejected
    for a variable that is not what its prompt takes."""
    messages = [_message(each, values) for each, values in _templates(step, does, context)]
    if does.output is not None:
        schema = canonical_json(does.output).decode()
        told = f"Answer with JSON alone, which fits this JSON Schema: {schema}"
        messages.insert(0, Message("system", told))
    for turn in turns:
        why = judged(does, turn.answer).why_not
        messages += [Message("assistant", turn.answer.text), Message("user", why or EMPTY)]
    return said_of(tuple(messages))


def _templates(
    step: str, does: Completion, context: Context
) -> Iterator[tuple[ModelMessage, Context]]:
    if does.prompt is None:
        yield from ((each, context) for each in does.messages)
        return
    variables = filled(does.variables, context)
    told = wrong(does.variable_schema, variables, "with")
    if told is not None:
        named = prompt_id(does.prompt.name, does.prompt.version)
        raise Rejected(step, "variables_unfit", f"{named} takes other variables: {told}"[:500])
    # A second filling: what a value holds is never an expression.
    yield from ((each, {"variables": variables}) for each in does.messages)


def _message(template: ModelMessage, values: Context) -> Message:
    return Message(template.role, as_text(filled(template.content, values)))


def _unfenced(text: str) -> str:
    """The text without the fence of code that models like to put around JSON."""
    plain = text.strip()
    if not (plain.startswith(_FENCE) and plain.endswith(_FENCE) and "\n" in plain):
        return plain
    return plain.partition("\n")[2].removesuffix(_FENCE)
