"""Compares what a page prints as an answer with what was answered.

`…` stands for what the page leaves out: members of an object, entries of a list, lines, a part of a
text. Ids, hashes, references and times differ in every run: one of the same kind must stand there,
and what is the same on the page must be the same in all answers."""

import json
import re
from collections.abc import Sequence
from typing import Any

LEFT_OUT = "…"
_LETTERS = "0-9A-HJKMNP-TV-Z"
# How a page may show each kind, and how a platform answers it.
_KINDS = {
    "id": (rf"\b[a-z]{{3}}_[{_LETTERS}…]*[{_LETTERS}…]", rf"_[{_LETTERS}]{{26}}"),
    "time": (r"\b\d{4}-\d\d-\d\dT[\d:.]+Z", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"),
    "hash": (r"\b[0-9a-f]{12,64}(?:…|\b)", r"[0-9a-f]{12,64}"),
    "reference": (r"\b[A-Z]{3,4}-[0-9A-Z]{6}\b", r"[A-Z]{3,4}-[0-9A-Z]{6}"),
}
_VARIES = re.compile(
    "|".join(f"(?P<{kind}>{shown})" for kind, (shown, _) in _KINDS.items()) + f"|{LEFT_OUT}"
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|.', re.DOTALL)
_DECODE_ALL = json.JSONDecoder()
_DECODE_SHOWN = json.JSONDecoder(object_pairs_hook=lambda pairs: _Members(pairs))


class _Members(list[tuple[str, Any]]):
    """The members of an object on a page, in their order; several may be left out."""


class Answers:
    """The answers of one run of a page."""

    def __init__(self) -> None:
        self._stands_for: dict[str, str] = {}

    def differences(self, shown: str, answered: str) -> list[str]:
        """Where the answer is not what the page shows; empty where it is."""
        shown_lines, shown_json = _parts(shown)
        lines, values = _parts(answered)
        if not self._in_order(shown_lines, lines):
            return [f"the page shows {shown_lines}, and the answer is {lines}"]
        expected = _documents(_DECODE_SHOWN, _marked(shown_json))
        actual = _documents(_DECODE_ALL, values)
        if len(expected) != len(actual):
            return [f"the page shows {len(expected)} JSON values of {len(actual)}: {answered}"]
        pairs = zip(expected, actual, strict=True)
        return [told for each, value in pairs for told in self._unlike(each, value, "")]

    def _unlike(self, shown: Any, value: Any, place: str) -> list[str]:
        if isinstance(shown, _Members) and isinstance(value, dict):
            names = [name for name, _ in shown]
            if not self._in_order(names, list(value)):
                return [f"{place} has the members {list(value)}, not {names}"]
            told = ((name, each) for name, each in shown if name != LEFT_OUT)
            return [
                line for n, each in told for line in self._unlike(each, value[n], f"{place}/{n}")
            ]
        if isinstance(shown, list) and isinstance(value, list):
            entries = [each for each in shown if each != LEFT_OUT]
            if len(entries) > len(value) or (entries == shown and len(value) > len(shown)):
                return [f"{place} has {len(value)} entries: {value}"]
            places = enumerate(entries)
            return [
                line for n, each in places for line in self._unlike(each, value[n], f"{place}/{n}")
            ]
        same = (
            self._agrees(shown, value)
            if isinstance(shown, str) and isinstance(value, str)
            else (type(shown), shown) == (type(value), value)
        )
        return [] if same else [f"{place} is {value!r}, and the page shows {shown!r}"]

    def _in_order(self, shown: Sequence[str], answered: Sequence[str]) -> bool:
        """Whether these are the ones shown; more stand only where some were left out."""
        place, may_skip = 0, False
        for each in shown:
            if each == LEFT_OUT:
                may_skip = True
                continue
            found = (n for n in range(place, len(answered)) if self._agrees(each, answered[n]))
            at = next(found, None)
            if at is None or (at > place and not may_skip):
                return False
            place, may_skip = at + 1, False
        return may_skip or place == len(answered)

    def _agrees(self, shown: str, answered: str) -> bool:
        found = re.fullmatch(_pattern(shown), answered, re.DOTALL)
        if found is None:
            return False
        names = [each[0] for each in _VARIES.finditer(shown) if each.lastgroup]
        told = {**self._stands_for}
        for name, value in zip(names, found.groups(), strict=True):
            # An id without its end may be any.
            if name[-1] != LEFT_OUT and told.setdefault(name, value) != value:
                return False
        self._stands_for = told
        return True


def _pattern(shown: str) -> str:
    parts, end = [], 0
    for each in _VARIES.finditer(shown):
        prefix = each[0][:3] if each.lastgroup == "id" else ""
        parts.append(re.escape(shown[end : each.start()]))
        parts.append(f"({prefix}{_KINDS[each.lastgroup][1]})" if each.lastgroup else ".*")
        end = each.end()
    return "".join([*parts, re.escape(shown[end:])])


def _parts(text: str) -> tuple[list[str], str]:
    """The lines before the first JSON value, and the text from there on."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    at = next((n for n, line in enumerate(lines) if line[:1] in ("{", "[")), len(lines))
    return [line for line in lines[:at] if line], "\n".join(lines[at:])


def _marked(text: str) -> str:
    """A page's JSON with a member or an entry for what is left out of an object or a list."""
    marked: list[str] = []
    opened: list[str] = []
    for token in _TOKEN.findall(text):
        if token in "{[":
            opened.append(token)
        elif token in "}]":
            opened.pop()
        mark = '"…": "…"' if opened and opened[-1] == "{" else '"…"'
        marked.append(mark if token == LEFT_OUT else token)
    return "".join(marked)


def _documents(decoder: json.JSONDecoder, text: str) -> list[Any]:
    found: list[Any] = []
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found
