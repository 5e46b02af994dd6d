"""Parses the subset of YAML that is as plain as JSON."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from shared.kit.errors import Invalid
from shared.kit.json_numbers import fraction, whole_number
from shared.kit.parsing import decoded, parse_json, refuse_surrogates, refused, unreadable
from shared.kit.yaml_mistakes import explain, explain_character, place_of

MOST_YAML_VALUES = 4_000
DEEPEST_YAML = 12

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\Z")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
# The parser reads these as line breaks, and would fold them into spaces.
_OTHER_BREAK = re.compile("[\u0085\u2028\u2029]")
_NO_NUMBERS = re.compile(r"[-+]?\.(inf|nan)\Z", re.IGNORECASE)


def parse_yaml(body: bytes) -> Any:
    """The value of the one YAML document in `body`, without anchors, aliases, tags and merge keys;
    only `true`, `false`, `null` and decimal numbers are not text. A body that starts with `{` is
    read as JSON.

    Raises MalformedRequest for what is not YAML, with the place and what to write instead, and
    Invalid for anything else, for repeated keys, numbers that `fraction` or `whole_number` refuses
    and lone surrogates; and, before the rest is read, for more than 4,000 values or 12 levels."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _scanner()

    text = decoded(body)
    if other := _OTHER_BREAK.search(text):
        raise unreadable(f"is not YAML: {explain_character(text, ord(other[0]))}")
    if text.lstrip().startswith("{"):
        return parse_json(body)
    try:
        value = _Builder(yaml.parse(text)).build()
    except MarkedYAMLError as error:
        raise unreadable(f"is not YAML: {explain(error)}") from error
    except (YAMLError, ValueError, OverflowError) as error:
        problem = explain_character(text, getattr(error, "character", None))
        raise unreadable(f"is not YAML: {problem}") from error
    refuse_surrogates(value)
    return value


def _too_deep() -> Invalid:
    return refused(f"has more than {DEEPEST_YAML} levels")


@cache
def _scanner() -> type[Any]:
    from ruamel.yaml.scanner import Scanner

    class Shallow(Scanner):
        # A scanner reads 1,024 characters ahead of its events, and every token there costs a look
        # at each open bracket.
        def fetch_flow_collection_start(self, token_class: Any, to_push: str) -> None:
            if self.flow_level == DEEPEST_YAML:
                raise _too_deep()
            super().fetch_flow_collection_start(token_class, to_push)

    return Shallow


class _Builder:
    """Builds the value of one YAML document from lazy parser events: a document that is too deep or
    too large is refused before the rest is read."""

    def __init__(self, events: Iterable[Any]) -> None:
        self._events = events
        self._stack: list[dict[str, Any] | list[Any]] = []
        self._keys: list[str | None] = []
        self._root: list[Any] = []
        self._documents = 0
        self._values = 0

    def build(self) -> Any:
        for event in self._events:
            self._take(event, type(event).__name__)
        if not self._root:
            raise refused("is empty: write `key: value`")
        return self._root[0]

    def _take(self, event: Any, kind: str) -> None:
        at = place_of(event.start_mark)
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise refused(f"uses an anchor or alias: write the value itself ({at})")
        if kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1 or event.tags:
                raise refused(f"has a second document or a directive: send one without ({at})")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._keys.pop()
            self._place(self._stack.pop(), at)
        elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent"):
            if event.tag not in (None, "!"):
                raise refused(f"uses the tag {ascii(event.tag)[:80]}: leave it out ({at})")
            self._open(event, kind, at)

    def _open(self, event: Any, kind: str, at: str) -> None:
        is_key = bool(self._stack) and self._awaits_key()
        self._values += not is_key
        if self._values > MOST_YAML_VALUES:
            raise refused(f"has more than {MOST_YAML_VALUES} values")
        if kind == "ScalarEvent":
            plain = event.style is None and event.tag is None
            self._place(event.value if is_key or not plain else _resolved(event.value), at)
            return
        if is_key:
            raise refused(f"has a key that is no text: write a text ({at})")
        if len(self._stack) == DEEPEST_YAML:
            raise _too_deep()
        self._stack.append({} if kind == "MappingStartEvent" else [])
        self._keys.append(None)

    def _awaits_key(self) -> bool:
        return isinstance(self._stack[-1], dict) and self._keys[-1] is None

    def _place(self, value: Any, at: str) -> None:
        if not self._stack:
            self._root.append(value)
            return
        parent = self._stack[-1]
        if isinstance(parent, list):
            parent.append(value)
        elif (key := self._keys[-1]) is not None:
            parent[key] = value
            self._keys[-1] = None
        elif value == "<<":
            raise refused(f"merges another value: write its keys out ({at})")
        elif value in parent:
            raise refused(f"names the key {ascii(value)[:80]} twice: write it once ({at})")
        else:
            self._keys[-1] = value


def _resolved(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return whole_number(text)
    if _NUMBER.match(text) and not (text.startswith("0") and text.isdigit()):
        return fraction(text)
    if _NO_NUMBERS.match(text):
        raise refused(f"{text} is no number: write one, or the text in quotes")
    return text
