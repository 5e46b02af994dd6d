"""What a provider says of one call, as it comes: what it used, and whether anything was said."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from events.models import Tokens, Wire
from functions.models.rules.costs import Bound
from functions.models.rules.usage import tokens_of_anthropic, tokens_of_openai
from shared.kit.errors import AssentError
from shared.kit.parsing import parse_json

LAST = b"[DONE]"
LONGEST_EVENT = 2_000_000


class ProviderAnswer:
    """One answer, whole or in events. It keeps counts and a hash, and none of the text."""

    def __init__(self, wire: Wire, bound: Bound) -> None:
        self._wire, self._bound = wire, bound
        self._usage: dict[str, Any] | None = None
        self._has_output = False
        self._hash = hashlib.sha256()
        self.is_over = False

    @property
    def answer_sha256(self) -> str:
        """The SHA-256 of all that came."""
        return self._hash.hexdigest()

    @property
    def tokens(self) -> Tokens | None:
        """What the answer used, once it is whole; None where the provider does not say so, or what
        cannot be."""
        if not self.is_over:
            return None
        count = tokens_of_anthropic if self._wire == "messages" else tokens_of_openai
        return count(self._usage, self._bound, has_output=self._has_output)

    def whole(self, body: bytes) -> bool:
        """Takes a whole answer; whether it is an object in JSON."""
        self._hash.update(body)
        said = _object(body)
        if said is None:
            return False
        self._note(said)
        self.is_over = True
        return True

    def event(self, raw: bytes) -> Mapping[str, Any] | None:
        """Takes one event of a stream, and gives what it says, where that is an object."""
        self._hash.update(raw)
        data = b"\n".join(_data_lines(raw))
        if data.strip() == LAST:
            self.is_over = True
            return None
        said = _object(data) if data else None
        if said is None:
            return None
        self._note(said)
        if self._wire == "messages" and said.get("type") == "message_stop":
            self.is_over = True
        return said

    def _note(self, said: Mapping[str, Any]) -> None:
        if self._wire != "messages":
            self._take(said.get("usage"))
            self._has_output |= any(map(_says_something, _list(said.get("choices"))))
            return
        message = said.get("message")
        self._take(message.get("usage") if isinstance(message, Mapping) else said.get("usage"))
        self._has_output |= bool(_list(said.get("content"))) or "delta" in said

    def _take(self, usage: Any) -> None:
        # Anthropic's later counts complete the first ones.
        if isinstance(usage, Mapping):
            told = {name: value for name, value in usage.items() if value is not None}
            self._usage = {**(self._usage or {}), **told}


def is_only_usage(said: Mapping[str, Any] | None) -> bool:
    """Whether an event of a chat completion has nothing else: a program that did not ask for it
    does not expect an event without choices."""
    return said is not None and said.get("choices") == [] and "usage" in said


def events_in(held: bytes) -> tuple[list[bytes], bytes]:
    """The whole events of a stream at the beginning of these bytes, as they came, and the rest."""
    found: list[bytes] = []
    while True:
        ends = [(at, len(end)) for end in (b"\n\n", b"\r\n\r\n") if (at := held.find(end)) >= 0]
        if not ends:
            return found, held
        at, length = min(ends)
        found.append(held[: at + length])
        held = held[at + length :]


def _data_lines(raw: bytes) -> Iterator[bytes]:
    for line in raw.splitlines():
        if line.startswith(b"data:"):
            yield line[5:].removeprefix(b" ")


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        said = parse_json(data)
    except AssentError:
        return None
    return said if isinstance(said, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _says_something(choice: Any) -> bool:
    if not isinstance(choice, Mapping):
        return False
    said = choice.get("message", choice.get("delta"))
    return isinstance(said, Mapping) and any(
        said.get(name) for name in ("content", "tool_calls", "refusal", "reasoning_content")
    )
