"""OpenAI's wire of chat completions, as a model on this machine speaks it."""

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
)

from shared.inference.chat import Message
from shared.inference.decoding import Sampling
from shared.inference.writing import Ended

MOST_STOPS = 4
_Text = Annotated[str, StringConstraints(max_length=1_000_000)]
_Stop = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Penalty = Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)]
_Most = Annotated[int, Field(ge=1, strict=True)]
_FINISHED: Mapping[Ended, str] = {"stop": "stop", "length": "length", "time": "length"}
# OpenAI's seeds have a sign.
_SEEDS = 2**64


class _Part(BaseModel):
    """A part of a message. Kinds that such a model does not take were refused before."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class TextPart(_Part):
    """A part of what a message says."""

    type: Literal["text"]
    text: _Text


class MessagePart(_Part):
    """A message, whose parts are read as one text."""

    role: Literal["system", "developer", "user", "assistant"]
    content: _Text | Annotated[tuple[TextPart, ...], Field(max_length=1_000)]

    @property
    def message(self) -> Message:
        if isinstance(self.content, str):
            return Message(self.role, self.content)
        return Message(self.role, "".join(each.text for each in self.content))


class StreamPart(_Part):
    """What a stream has besides."""

    include_usage: StrictBool = False


class Question(_Part):
    """A call. Without `temperature` the answer is drawn by chance, and without `seed` by another
    one each time."""

    messages: Annotated[tuple[MessagePart, ...], Field(min_length=1, max_length=10_000)]
    max_tokens: _Most | None = None
    max_completion_tokens: _Most | None = None
    stream: StrictBool | None = None
    stream_options: StreamPart | None = None
    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    seed: Annotated[int, Field(ge=-_SEEDS, lt=_SEEDS, strict=True)] | None = None
    stop: _Stop | Annotated[tuple[_Stop, ...], Field(max_length=MOST_STOPS)] | None = None
    frequency_penalty: _Penalty | None = None
    presence_penalty: _Penalty | None = None

    @property
    def said(self) -> tuple[Message, ...]:
        return tuple(each.message for each in self.messages)

    @property
    def stops(self) -> tuple[str, ...]:
        return (self.stop,) if isinstance(self.stop, str) else self.stop or ()

    @property
    def sampling(self) -> Sampling:
        return Sampling(
            seed=secrets.randbits(63) if self.seed is None else self.seed % _SEEDS,
            temperature=1.0 if self.temperature is None else self.temperature,
            top_p=1.0 if self.top_p is None else self.top_p,
            frequency_penalty=self.frequency_penalty or 0.0,
            presence_penalty=self.presence_penalty or 0.0,
        )

    def most_tokens(self, at_most: int) -> int:
        """How many tokens it asks for, and no more than that."""
        return min(self.max_completion_tokens or self.max_tokens or at_most, at_most)

    @property
    def wants_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage


class Answering:
    """The documents of one answer, whole or in events. `created` is in seconds."""

    def __init__(self, model: str, created: int) -> None:
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": created, "model": model}

    def whole(self, text: str, ended: Ended, tokens_in: int, tokens_out: int) -> dict[str, Any]:
        """The whole answer."""
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": _FINISHED[ended]}
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": _usage(tokens_in, tokens_out),
        }

    def part(self, text: str, *, is_first: bool = False) -> bytes:
        """An event with the next part of the text."""
        role = {"role": "assistant"} if is_first else {}
        return self._event({"delta": {**role, "content": text}, "finish_reason": None})

    def last(
        self, ended: Ended, tokens_in: int, tokens_out: int, *, wants_usage: bool
    ) -> Iterator[bytes]:
        """The events after the text."""
        yield self._event({"delta": {}, "finish_reason": _FINISHED[ended]})
        if wants_usage:
            yield self._chunk([], usage=_usage(tokens_in, tokens_out))
        yield b"data: [DONE]\n\n"

    def _event(self, choice: Mapping[str, Any]) -> bytes:
        return self._chunk([{"index": 0, **choice}])

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        said = {**self._head, "object": "chat.completion.chunk", "choices": choices, **more}
        return b"data: " + json.dumps(said, separators=(",", ":")).encode() + b"\n\n"


def what_is_wrong(error: ValidationError) -> str:
    """The first thing that a call says wrong."""
    first = error.errors(include_url=False)[0]
    place = first["loc"]
    if "content" in place:
        told = "must have a text as its content, or parts of the type text"
        return f"messages[{place[1]}]: {told}"
    return f"{'.'.join(map(str, place))}: {first['msg']}"


def refusal(code: str, told: str) -> dict[str, Any]:
    """The document of a refusal."""
    return {"error": {"code": code, "message": told, "type": "invalid_request_error"}}


def _usage(tokens_in: int, tokens_out: int) -> dict[str, int]:
    together = tokens_in + tokens_out
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": together,
    }
