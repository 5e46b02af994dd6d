"""Templates: JSON values whose texts hold expressions, as `${{ … }}`. A text that is one expression
stands for its value; any other text holds the values as text."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from shared.kit.canonical import as_text
from shared.kit.expressions import (
    Expression,
    ExpressionFailed,
    ExpressionInvalid,
    Path,
    evaluate,
    read,
)

# What a template may become at most: expressions that name a large value again and again make much
# of little.
MOST_CHARACTERS = 2 * 1024 * 1024
OPENING, CLOSING = "${{", "}}"
# A text of CEL, or a brace outside of one.
_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[{}]", re.DOTALL)


@lru_cache(maxsize=4096)
def parts_of(text: str) -> tuple[str | Expression, ...]:
    """The text, cut into plain texts and expressions. Raises ExpressionInvalid."""
    found: list[str | Expression] = []
    at = 0
    while (begin := text.find(OPENING, at)) >= 0:
        end = _end(text, begin + len(OPENING))
        found += [text[at:begin], read(text[begin + len(OPENING) : end])]
        at = end + len(CLOSING)
    return tuple(each for each in (*found, text[at:]) if each != "") or ("",)


def is_template(text: str) -> bool:
    """Whether the text holds an expression."""
    return OPENING in text


def alone(text: str) -> Expression | None:
    """The expression that the text is as a whole, where it is one. Raises ExpressionInvalid."""
    parts = parts_of(text)
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Expression) else None


def condition(text: str) -> Expression:
    """The expression of a condition or a list, which may be written without braces. Raises
    ExpressionInvalid."""
    if not is_template(text):
        return read(text)
    expression = alone(text)
    if expression is None:
        raise ExpressionInvalid("has text around its expression: write one expression")
    return expression


def expressions_in(value: Any, at: Path = ()) -> Iterator[tuple[Path, Expression]]:
    """Every expression in the texts of a template, with the place of its text. Raises
    ExpressionInvalid."""
    for place, text in texts_in(value, at):
        yield from ((place, each) for each in parts_of(text) if isinstance(each, Expression))


def texts_in(value: Any, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a value that holds an expression, with its place."""
    if isinstance(value, str):
        if is_template(value):
            yield at, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from texts_in(each, (*at, name))
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from texts_in(each, (*at, number))


def filled(value: Any, data: Mapping[str, Any]) -> Any:
    """The template with the values of its expressions over JSON data. Raises ExpressionInvalid,
    and ExpressionFailed where one has none, or where they have over two million characters in
    all."""
    return _Filling(data).of(value)


class _Filling:
    """One template on its way; it stops where it would become too long."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data, self._left = data, MOST_CHARACTERS

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value) if is_template(value) else value
        if isinstance(value, Mapping):
            return {name: self.of(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.of(each) for each in value]
        return value

    def _text(self, text: str) -> Any:
        parts = parts_of(text)
        if len(parts) == 1:
            value = self._value(parts[0])
            self._take(value if isinstance(value, str) else json.dumps(value))
            return value
        return "".join(self._take(as_text(self._value(each))) for each in parts)

    def _value(self, part: str | Expression) -> Any:
        return part if isinstance(part, str) else evaluate(part.text, self._data)

    def _take(self, written: str) -> str:
        self._left -= len(written)
        if self._left < 0:
            raise ExpressionFailed(f"its values have over {MOST_CHARACTERS} characters in all")
        return written


def _end(text: str, begin: int) -> int:
    """Where the expression that begins there ends."""
    depth, skipped = 0, begin
    for token in _TOKEN.finditer(text, begin):
        if token.start() < skipped:
            continue
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            if depth == 0 and text.startswith(CLOSING, token.start()):
                return token.start()
            depth -= 1
    raise ExpressionInvalid("has no closing }}: write ${{ expression }}")
