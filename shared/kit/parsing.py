"""Parses request bytes into plain values: JSON, or the subset of YAML that is as plain."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Any

from shared.kit.errors import WHOLE_BODY, FieldError, Invalid

# A value of two bytes can take a hundred and fifty in memory.
MOST_JSON_VALUES = 50_000
MOST_YAML_VALUES = 4_000
DEEPEST_YAML = 12

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\Z")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_NO_NUMBERS = re.compile(r"[-+]?\.(inf|nan)\Z", re.IGNORECASE)
# Matches from any quote on, also a text without an end, so that no part is read twice.
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(body: bytes) -> Any:
    """The JSON value in `body`. Raises Invalid for anything else, and for repeated keys, numbers
    that are not finite, lone surrogates and nesting beyond Python's own limit; and, before it is
    read, for more than 50,000 values."""
    text = _decoded(body)
    value = _loaded(text, object_pairs_hook=_object, parse_constant=_finite, parse_float=_finite)
    if _SURROGATE_ESCAPE.search(text):
        _refuse_surrogates(value)
    return value


def parse_json_apart(body: bytes) -> Any:
    """The JSON value in `body`, whose parts are judged one by one, by `refuse_part`: what it
    refuses is refused here only for the keys of the outermost object. Raises Invalid."""
    value = _loaded(_decoded(body), object_pairs_hook=_Object)
    if isinstance(value, _Object):
        value.refuse_repeated()
    return value


def refuse_part(value: Any) -> None:
    """Raises Invalid for a part of a value from `parse_json_apart` that `parse_json` refuses."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, _Object):
            part.refuse_repeated()
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, float):
            _finite(str(part))
    _refuse_surrogates(value)


def parse_yaml(body: bytes) -> Any:
    """The value of the one YAML document in `body`, without anchors, aliases, tags and merge keys;
    only `true`, `false`, `null` and decimal numbers are not text. A body that starts with `{` is
    read as JSON.

    Raises Invalid for anything else, for repeated keys, numbers that are not finite and lone
    surrogates; and, before the rest is read, for more than 4,000 values or 12 levels."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    yaml.Scanner = _scanner()

    text = _decoded(body)
    if text.lstrip().startswith("{"):
        return parse_json(body)
    try:
        value = _Builder(yaml.parse(text)).build()
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise refused(f"is not YAML: {error.problem or error.context} in line {line}") from error
    except (YAMLError, ValueError) as error:
        raise refused(f"is not YAML: {str(error)[:200]}") from error
    _refuse_surrogates(value)
    return value


def is_text(value: str) -> bool:
    """Whether the text can be written: it has no lone surrogate."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def refused(message: str, path: str = "") -> Invalid:
    """The refusal of a value, or of the part of it at the dotted `path`."""
    return Invalid(FieldError(path or WHOLE_BODY, message))


def refused_cursor() -> Invalid:
    """The refusal of a cursor that the list, with this query, did not give to this tenant."""
    return Invalid(
        FieldError("cursor", "is not one that this list gave for this query; leave it out to begin")
    )


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


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"is not UTF-8: {error.reason} at byte {error.start}") from error


def _separators(text: str) -> int:
    """How many values JSON text has at most: each follows one of these. Where the text has few, its
    strings need not be left out."""
    few = sum(map(text.count, ",:[{"))
    return few if few <= MOST_JSON_VALUES else sum(map(_JSON_TEXT.sub("", text).count, ",:[{"))


def _loaded(text: str, **hooks: Any) -> Any:
    if _separators(text) > MOST_JSON_VALUES:
        raise refused(f"has more than {MOST_JSON_VALUES} values")
    try:
        return json.loads(text, **hooks)
    except RecursionError as error:
        raise refused("is nested too deeply") from error
    except ValueError as error:
        # json.JSONDecodeError, and integers of thousands of digits
        raise refused(f"is not JSON: {str(error)[:200]}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise _repeated(key)
        value[key] = item
    return value


def _repeated(key: str) -> Invalid:
    return refused(f"names the key {ascii(key)[:80]} twice")


class _Object(dict[str, Any]):
    """An object of which the first repeated key is known."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self._again: str | None = None
        if len(self) < len(pairs):
            ((self._again, _),) = Counter(name for name, _ in pairs).most_common(1)

    def refuse_repeated(self) -> None:
        if self._again is not None:
            raise _repeated(self._again)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise refused(f"{text[:40]} is no finite number")
    return number


def _refuse_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise refused("is nested too deeply") from error
    except UnicodeEncodeError as error:
        raise refused("has a lone surrogate, which no text has") from error


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
            raise refused("is empty")
        return self._root[0]

    def _take(self, event: Any, kind: str) -> None:
        line = event.start_mark.line + 1
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise refused(f"uses an anchor or alias in line {line}")
        if kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1 or event.tags:
                raise refused(f"has more than one document, or a tag directive, in line {line}")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._keys.pop()
            self._place(self._stack.pop(), line)
        elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent"):
            if event.tag not in (None, "!"):
                raise refused(f"uses the tag {ascii(event.tag)[:80]} in line {line}")
            self._open(event, kind, line)

    def _open(self, event: Any, kind: str, line: int) -> None:
        is_key = bool(self._stack) and self._awaits_key()
        self._values += not is_key
        if self._values > MOST_YAML_VALUES:
            raise refused(f"has more than {MOST_YAML_VALUES} values")
        if kind == "ScalarEvent":
            plain = event.style is None and event.tag is None
            self._place(event.value if is_key or not plain else _resolved(event.value), line)
            return
        if is_key:
            raise refused(f"has a key that is not text in line {line}")
        if len(self._stack) == DEEPEST_YAML:
            raise _too_deep()
        self._stack.append({} if kind == "MappingStartEvent" else [])
        self._keys.append(None)

    def _awaits_key(self) -> bool:
        return isinstance(self._stack[-1], dict) and self._keys[-1] is None

    def _place(self, value: Any, line: int) -> None:
        if not self._stack:
            self._root.append(value)
            return
        parent = self._stack[-1]
        if isinstance(parent, list):
            parent.append(value)
        elif (key := self._keys[-1]) is not None:
            parent[key] = value
            self._keys[-1] = None
        elif value == "<<" or value in parent:
            raise refused(f"names the key {ascii(value)[:80]} twice, or merges, in line {line}")
        else:
            self._keys[-1] = value


def _resolved(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _NUMBER.match(text) and not (text.startswith("0") and text.isdigit()):
        return _finite(text)
    if _NO_NUMBERS.match(text):
        raise refused(f"{text} is no number")
    return text
