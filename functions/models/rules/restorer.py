"""Restores what was redacted in the events of a stream, where a placeholder comes in parts."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from events.models import Wire
from functions.models.rules.redaction import LONGEST, Redaction

# By which name a piece of text comes; what is `thinking` is signed, and stays as it is.
_OF_OPENAI = ("content", "refusal")
_OF_ANTHROPIC = ("text", "partial_json")
_BEGUN = re.compile(r"\[[a-z]*(?:-[0-9a-f]*)?\Z")

Channel = tuple[Any, ...]
# Where a piece of text is: the object that has it, and its name there.
Place = tuple[dict[str, Any], str]


class Restorer:
    """One stream. What may be the beginning of a placeholder is held back until its end came, or
    whatever says that the text has ended."""

    def __init__(self, wire: Wire, redaction: Redaction) -> None:
        self._wire, self._redaction = wire, redaction
        self._held: dict[Channel, str] = {}
        self._last: dict[Channel, Mapping[str, Any]] = {}

    def restored(self, raw: bytes, said: Mapping[str, Any] | None) -> bytes:
        """The event as the program is to see it, after what was held back and has ended by now.
        `said` is what is in it, where that is an object."""
        if said is None:
            return raw
        shown, is_changed = copy.deepcopy(dict(said)), False
        for channel, (holder, name) in self._places(shown):
            whole = self._redaction.shown(self._held.pop(channel, "") + holder[name])
            begun = None if self._ends(channel, said) else _begun(whole)
            if begun is not None:
                self._held[channel], self._last[channel] = whole[begun:], said
                whole = whole[:begun]
            is_changed |= whole != holder[name]
            holder[name] = whole
        ended = [each for each in self._held if self._ends(each, said)]
        before = b"".join(self._flushed(each) for each in ended)
        return before + (_event(shown) if is_changed else raw)

    def rest(self) -> bytes:
        """What was held back, at the end of the stream."""
        return b"".join(self._flushed(each) for each in [*self._held])

    def _flushed(self, channel: Channel) -> bytes:
        said, held = self._last.pop(channel), self._held.pop(channel)
        if self._wire == "messages":
            return _event({**said, "delta": {**said["delta"], channel[1]: held}})
        delta: dict[str, Any] = {channel[1]: held}
        if channel[1] == "tool_calls":
            delta = {"tool_calls": [{"index": channel[2], "function": {"arguments": held}}]}
        choice = {"index": channel[0], "delta": delta, "finish_reason": None}
        return _event({**said, "choices": [choice]})

    def _ends(self, channel: Channel, said: Mapping[str, Any]) -> bool:
        """Whether no more of the text comes after this event."""
        if self._wire == "messages":
            return said.get("type") not in ("content_block_delta", "ping")
        choices = said.get("choices")
        return isinstance(choices, list) and any(
            isinstance(each, dict)
            and each.get("index") == channel[0]
            and each.get("finish_reason") is not None
            for each in choices
        )

    def _places(self, said: dict[str, Any]) -> Iterator[tuple[Channel, Place]]:
        if self._wire == "messages":
            delta = said.get("delta")
            for name in _OF_ANTHROPIC:
                if isinstance(delta, dict) and isinstance(delta.get(name), str):
                    yield (said.get("index"), name), (delta, name)
            return
        choices = said.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            delta = choice.get("delta") if isinstance(choice, dict) else None
            if isinstance(delta, dict):
                yield from _places_of_delta(choice.get("index"), delta)


def _places_of_delta(index: Any, delta: dict[str, Any]) -> Iterator[tuple[Channel, Place]]:
    for name in _OF_OPENAI:
        if isinstance(delta.get(name), str):
            yield (index, name), (delta, name)
    calls = delta.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and isinstance(function.get("arguments"), str):
            yield (index, "tool_calls", call.get("index")), (function, "arguments")


def _begun(text: str) -> int | None:
    """Where a placeholder may have begun whose end has not come."""
    found = _BEGUN.search(text, max(len(text) - LONGEST, 0))
    return found.start() if found is not None else None


def _event(said: Mapping[str, Any]) -> bytes:
    kind = said.get("type")
    named = b"event: " + kind.encode() + b"\n" if isinstance(kind, str) else b""
    return named + b"data: " + json.dumps(said, separators=(",", ":")).encode() + b"\n\n"
