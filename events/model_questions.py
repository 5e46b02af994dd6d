"""What `runs` asks `models` for a step whose model is the tenant's own, and what `models` answers
(`POST /v1/model-routes/{name}/questions`). The bearer token of the request is a capability token
(`shared.capabilities`), which names exactly this question."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from events.model_messages import ModelMessage
from shared.kit.canonical import content_hash
from shared.kit.ids import Id, hashed_id
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Data, Model

PREFIX = "inv"
# The most of one question. With its answer it may take as long as a request of `runs` has.
MOST_BYTES = 1024 * 1024
LONGEST_SECONDS = 30.0
_SAID = JsonLimit(most_bytes=MOST_BYTES)


def _judged(said: tuple[ModelMessage, ...]) -> tuple[ModelMessage, ...]:
    _SAID([each.model_dump() for each in said])
    return said


class ModelQuestionBody(Model):
    """One question for one turn of a step: `messages` in their order, and how long the answer may
    be. Whoever asks waits `within_seconds`."""

    question_id: Id
    messages: Annotated[
        tuple[ModelMessage, ...], Field(min_length=1, max_length=200), AfterValidator(_judged)
    ]
    most_tokens: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    within_seconds: Annotated[float, Field(gt=0, le=LONGEST_SECONDS, strict=True)]

    @property
    def arguments(self) -> dict[str, Any]:
        """What the token's hash covers."""
        return self.model_dump(mode="json", include={"messages", "most_tokens"})


class ModelAnswerView(Data):
    """What the provider answered: its text, and the tokens that it counted, None where it counted
    none. `is_cut`: it had more to say. Or, with a `failure`, why there is no answer, in words of
    Assent: `may_pass` says that asking again may help, `may_have_cost` that the provider may have
    worked."""

    text: str = ""
    is_cut: bool = False
    tokens_in: int | None = None
    tokens_out: int | None = None
    failure: Annotated[str, StringConstraints(max_length=100)] | None = None
    detail: str = ""
    may_pass: bool = False
    may_have_cost: bool = False


def question_id(turn: str, asker: str) -> str:
    """The id of a question: the same for one turn of a step, and one request that asks for it."""
    return hashed_id(PREFIX, content_hash({"turn": turn, "asker": asker}))
