"""Where each part of a YAML or JSON text stands, for refusals that name line and column."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.kit.errors import FieldError

_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)


@dataclass(frozen=True)
class Places:
    """The line and column of each part of a text, by its dotted path: of a key's value, where the
    key stands."""

    found: Mapping[str, tuple[int, int]]

    @classmethod
    def of(cls, text: str) -> "Places":
        """The places in a text that `parse_yaml` or `parse_json` read."""
        is_json = text.lstrip("\ufeff \t\r\n").startswith(("{", "["))
        found: dict[str, tuple[int, int]] = {}
        for path, place in _in_json(text) if is_json else _in_yaml(text):
            found.setdefault(path, place)
        return cls(found)

    def of_path(self, path: str) -> tuple[int, int]:
        """The place of a part; where it is missing, that of the nearest part around it."""
        while path and path not in self.found:
            path = path.rpartition(".")[0]
        return self.found.get(path, (1, 1))

    def told(self, error: FieldError) -> FieldError:
        """The error with its place in its message."""
        line, column = self.of_path(error.field)
        return FieldError(error.field, f"{error.message} (line {line}, column {column})")


def _below(path: str, part: str | int) -> str:
    return f"{path}.{part}" if path else str(part)


class _Walk:
    """Follows the parts of a document in their order, and knows the path of each."""

    def __init__(self) -> None:
        self._open: list[tuple[str, dict[str, Any]]] = []

    def value(self) -> str:
        """The path of the value that begins."""
        if not self._open:
            return ""
        path, state = self._open[-1]
        if state["is_list"]:
            state["next"] += 1
            return _below(path, state["next"] - 1)
        key, state["key"] = state["key"], None
        return _below(path, key)

    @property
    def awaits_key(self) -> bool:
        """Whether a key of an object is next."""
        return bool(self._open) and not self._open[-1][1]["is_list"] and self._key() is None

    def key(self, text: str) -> str:
        """The path of the value that the key begins."""
        path, state = self._open[-1]
        state["key"] = text
        return _below(path, text)

    def enter(self, path: str, *, is_list: bool) -> None:
        """A list or an object begins."""
        self._open.append((path, {"is_list": is_list, "next": 0, "key": None}))

    def leave(self) -> None:
        """It ends."""
        self._open.pop()

    def _key(self) -> Any:
        return self._open[-1][1]["key"]


def _in_yaml(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    from ruamel.yaml import YAML

    walk = _Walk()
    for event in YAML(typ="safe", pure=True).parse(text):
        kind = type(event).__name__
        if kind in ("MappingEndEvent", "SequenceEndEvent"):
            walk.leave()
        elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent"):
            at = (event.start_mark.line + 1, event.start_mark.column + 1)
            if walk.awaits_key:
                yield walk.key(event.value), at
                continue
            path = walk.value()
            yield path, at
            if kind != "ScalarEvent":
                walk.enter(path, is_list=kind == "SequenceStartEvent")


def _in_json(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    walk = _Walk()
    line, at = 1, 0
    for token in _JSON_TOKEN.finditer(text):
        line += text.count("\n", at, token.start())
        at = token.start()
        place = (line, at - text.rfind("\n", 0, at))
        word = token[0]
        if word in "]}":
            walk.leave()
        elif word in ",:":
            continue
        elif walk.awaits_key:
            yield walk.key(json.loads(word)), place
        else:
            path = walk.value()
            yield path, place
            if word in "[{":
                walk.enter(path, is_list=word == "[")
