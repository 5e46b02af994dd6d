"""What whoever approves answers to the question of a call's server. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from events.elicitation import content_of_answer
from functions.approvals.rules.approval import Approval, Step
from functions.approvals.rules.commands import DecisionBody
from shared.kit.contents import Content
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.shapes import wrong

# What assents also answers.
ANSWERING = frozenset({"approve", "break_glass"})
Elicitation = Mapping[str, Any]


def check_answer(command: DecisionBody, approval: Approval, asked: Elicitation | None) -> None:
    """Raises Invalid for an answer that is missing, not asked for, or not what the question's
    schema takes. `asked` is the `elicitation` of the approval's content; None where it has none,
    or was erased."""
    errors = list(_errors(command, approval, asked))
    if errors:
        raise Invalid(*errors)


def _errors(
    command: DecisionBody, approval: Approval, asked: Elicitation | None
) -> Iterator[FieldError]:
    answers = approval.needs_answer and command.decision in ANSWERING
    if not answers:
        if command.answer is not None:
            yield FieldError("answer", "belongs to approving what asks a question: leave it out")
        return
    if asked is None:
        yield FieldError("decision", "the question was erased: reject, and nothing is answered")
        return
    schema = asked["requested_schema"]
    known = schema.get("properties", {})
    if command.answer is None:
        there = ", ".join(known) or "no fields: send {}"
        yield FieldError("answer", f"must be given, as the server asks a question: {there}")
        return
    unknown = sum(each not in known for each in command.answer)
    if unknown:
        there = ", ".join(known) or "none"
        told = f"has {unknown} fields that the question has not: it has {there}"
        yield FieldError("answer", told[:500])
        return
    told_wrong = wrong(schema, command.answer, "answer")
    if told_wrong is not None:
        yield FieldError("answer", told_wrong.removeprefix("answer: ")[:500])


def refuse_another_answer(
    approval: Approval, command: DecisionBody, asked: Elicitation | None
) -> None:
    """Raises VersionConflict where who approved already sends another answer: the first one
    stands."""
    content = _answered(command, asked)
    if content is not None and approval.answer_hash not in (None, content.hash):
        raise VersionConflict("you gave another answer before, which stands")


def with_answer(
    step: Step, before: Approval, command: DecisionBody, asked: Elicitation | None
) -> Step:
    """The decision with its answer. Raises VersionConflict where somebody whose yes counts has
    answered otherwise: all who approve approve the same."""
    content = _answered(command, asked)
    if content is None:
        return step
    if before.answer_hash not in (None, content.hash):
        raise VersionConflict(
            "somebody who approved before you gave another answer: give the same one, or reject"
        )
    state = step.state.but(answer_hash=content.hash)
    return replace(step, state=state, contents=(*step.contents, content))


def _answered(command: DecisionBody, asked: Elicitation | None) -> Content | None:
    """What the approval names of the answer; None where there is none."""
    if command.answer is None or asked is None:
        return None
    return Content.of(content_of_answer(dict(asked), command.answer))
