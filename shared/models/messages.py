"""What is said to a model and what it answers, whoever serves it."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from shared.kit.models import Model


class Tool(NamedTuple):
    """What a model may choose to call. `schema` is the JSON Schema of its arguments."""

    name: str
    description: str
    schema: Mapping[str, Any]


class Chosen(Model):
    """A call that a model chose: the name of a tool and the text of its arguments, as the model
    wrote them. Nothing of either is believed."""

    name: str
    arguments: str


class Message(NamedTuple):
    """One message of a conversation. An assistant's has its calls, each with our own id; a tool's
    answers the call with the id `answers`."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[tuple[str, Chosen], ...] = ()
    answers: str = ""


class Usage(Model):
    """The tokens that an answer cost, as whoever serves the model says."""

    tokens_in: int
    tokens_out: int


class Answer(Model):
    """What a model answered. `is_cut`: it had more to say than it was given tokens for. `usage` is
    None where nobody said it."""

    text: str = ""
    calls: tuple[Chosen, ...] = ()
    is_cut: bool = False
    usage: Usage | None = None


class ModelFailed(Exception):
    """No answer came. `code` names what happened, `detail` says it in words of ours. `may_pass`:
    another try may help. `may_have_cost`: the model may have worked, and its work be billed."""

    def __init__(
        self, code: str, detail: str, *, may_pass: bool = False, may_have_cost: bool = False
    ) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail
        self.may_pass, self.may_have_cost = may_pass, may_have_cost
