"""From the bytes somebody sent to a plain value: JSON, or the part of YAML that is as plain."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from functions.agents.rules.characters import oddity
from shared.kit.errors import FieldError, Invalid

MOST_BYTES = 128 * 1024
MOST_NODES = 4_000
DEEPEST = 12
LARGEST_NUMBER = 2**53 - 1

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\Z")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_NO_NUMBERS = re.compile(r"[-+]?\.(inf|nan)\Z", re.IGNORECASE)


def read_value(body: bytes, media_type: str = "") -> Any:
    """The JSON value in `body`: as JSON where the media type says so or it starts with `{`, else
    as YAML without anchors, aliases, tags, merge keys and further documents, where only `true`,
    `false`, `null` and decimal numbers are not text.

    Returns or raises Invalid within a second for any input: at most 128 KiB, 4,000 nodes and a
    nesting of 12; no duplicate keys, no infinite or huge numbers, no deceptive characters."""
    if len(body) > MOST_BYTES:
        raise _refused(f"a spec is at most {MOST_BYTES // 1024} KiB; this is {len(body)} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(f"is not UTF-8: {error.reason} at byte {error.start}") from error
    is_json = "json" in media_type.lower() or text.lstrip().startswith("{")
    value = _read_json(text) if is_json else _read_yaml(text)
    _check_nodes(value)
    return value


def _read_json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise _refused(f"is nested deeper than {DEEPEST} levels") from error
    except ValueError as error:
        # json.JSONDecodeError, and integers of thousands of digits
        raise _refused(f"is not JSON: {str(error)[:200]}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, item in pairs:
        if key in value:
            raise _refused(f"names the key {ascii(key)[:80]} twice")
        value[key] = item
    return value


def _refuse_constant(name: str) -> None:
    raise _refused(f"{name} is no JSON number")


def _read_yaml(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return _Builder(YAML(typ="safe", pure=True).parse(text)).build()
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refused(f"is not YAML: {error.problem or error.context} in line {line}") from error
    except (YAMLError, ValueError) as error:
        raise _refused(f"is not YAML: {str(error)[:200]}") from error


class _Builder:
    """Builds the value of one YAML document from parser events, which come lazily: whatever is too
    deep or too much is refused before the rest is read."""

    def __init__(self, events: Iterable[Any]) -> None:
        self._events = events
        self._stack: list[dict[str, Any] | list[Any]] = []
        self._keys: list[str | None] = []
        self._root: list[Any] = []
        self._documents = 0

    def build(self) -> Any:
        for number, event in enumerate(self._events):
            if number > 2 * MOST_NODES or len(self._stack) > DEEPEST:
                raise _refused(f"has more than {MOST_NODES} parts or {DEEPEST} levels")
            self._take(event, type(event).__name__)
        if not self._root:
            raise _refused("is empty")
        return self._root[0]

    def _take(self, event: Any, kind: str) -> None:
        line = event.start_mark.line + 1
        if kind == "AliasEvent" or getattr(event, "anchor", None):
            raise _refused(f"uses an anchor or alias in line {line}")
        if kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1 or event.tags:
                raise _refused(f"has more than one document, or a tag directive, in line {line}")
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._keys.pop()
            self._place(self._stack.pop(), line)
        elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent"):
            if event.tag not in (None, "!"):
                raise _refused(f"uses the tag {ascii(event.tag)[:80]} in line {line}")
            self._open(event, kind, line)

    def _open(self, event: Any, kind: str, line: int) -> None:
        if kind == "ScalarEvent":
            plain = event.style is None and event.tag is None
            is_key = bool(self._stack) and self._awaits_key()
            self._place(event.value if is_key or not plain else _resolved(event.value), line)
            return
        if self._stack and self._awaits_key():
            raise _refused(f"has a key that is not text in line {line}")
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
            raise _refused(f"names the key {ascii(value)[:80]} twice, or merges, in line {line}")
        else:
            self._keys[-1] = value


def _resolved(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _NUMBER.match(text) and not (text.startswith("0") and text.isdigit()):
        return float(text)
    if _NO_NUMBERS.match(text):
        raise _refused(f"{text} is no number")
    return text


def _check_nodes(root: Any) -> None:
    waiting: list[tuple[str, int, Any]] = [("", 0, root)]
    count = 0
    while waiting:
        path, depth, value = waiting.pop()
        count += 1
        if depth > DEEPEST:
            raise _refused(f"is nested deeper than {DEEPEST} levels", path)
        if count > MOST_NODES:
            raise _refused(f"has more than {MOST_NODES} parts")
        _check_leaf(path, value)
        waiting += ((f"{path}.{key}".lstrip("."), depth + 1, item) for key, item in _parts(value))


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if problem := oddity(key):
                raise _refused(f"the key {ascii(key)[:80]} {problem}")
            yield key, item
    elif isinstance(value, list):
        yield from ((str(index), item) for index, item in enumerate(value))


def _check_leaf(path: str, value: Any) -> None:
    if isinstance(value, str):
        if problem := oddity(value):
            raise _refused(problem, path)
    elif isinstance(value, float | int) and not abs(value) <= LARGEST_NUMBER:
        raise _refused("is not a number between -(2^53-1) and 2^53-1", path)


def _refused(message: str, path: str = "") -> Invalid:
    return Invalid(FieldError(path or "body", message))
