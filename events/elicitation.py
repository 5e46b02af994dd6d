"""What a server of the Model Context Protocol asks a person in the middle of a call."""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, StringConstraints

from shared.kit.canonical import content_hash
from shared.kit.models import Data

LONGEST_MESSAGE = 2_000
# The part of an approval's content that says what is asked, and that of an answer.
ELICITATION, ANSWER = "elicitation", "answer"
# Instances of a form: no more than a person fills in on a phone.
MOST_FIELDS = 20


class Elicitation(Data):
    """A question, word for word as the server asks it, with the JSON Schema of its answer. Nobody
    believes any of it. `number` counts the questions of one call."""

    mode: Literal["form"] = "form"
    message: Annotated[str, StringConstraints(max_length=LONGEST_MESSAGE)]
    requested_schema: dict[str, Any]
    number: Annotated[int, Field(ge=1)] = 1


def content_of_elicitation(
    elicitation: Elicitation, invocation_id: str, operation: str
) -> dict[str, Any]:
    """What a person sees who is asked, and what their answer is to: exactly this question of
    exactly this call."""
    return {
        "invocation_id": invocation_id,
        "operation": operation,
        **elicitation.model_dump(mode="json"),
    }


def content_of_answer(elicitation: dict[str, Any], answer: dict[str, JsonValue]) -> dict[str, Any]:
    """The content that an answer is kept as; `elicitation` is the one of the approval's content."""
    return {ANSWER: answer, "to": content_hash(elicitation)}
