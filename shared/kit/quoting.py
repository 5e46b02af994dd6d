"""Values as a line of evidence quotes them: as JSON, on one line, shortened, without blanks."""

import json
import re
from collections.abc import Sequence
from itertools import islice
from textwrap import TextWrapper
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints

from shared.kit.wording import shortened

LONGEST_QUOTE = 150
NOTHING = "nothing is declared"
_LEFT_OUT = "…"
# The longest text and the most entries, tried until the quote is short enough.
_CUTS = ((120, 8), (60, 4), (30, 2), (12, 1))
# A quotation mark inside quoted text follows a backslash.
_BLANK_QUOTE = re.compile(r'(?<!\\)"\s*"')


def _quotes_something(text: str) -> str:
    if _BLANK_QUOTE.search(text):
        raise ValueError("must not quote a blank text")
    return text


# A sentence for people: not blank, and without a blank quotation.
Sentence = Annotated[str, StringConstraints(pattern=r"\S"), AfterValidator(_quotes_something)]


def quote(value: Any) -> str:
    """The value as JSON of at most 150 characters, where "…" stands for what is left out. Leaves
    out blank texts and empty parts; where nothing is left, says so."""
    if not _says_something(value):
        return NOTHING
    for longest, most in _CUTS:
        try:
            shown = json.dumps(_Cut(longest, most).of(value), ensure_ascii=False)
        except _TooLong:
            continue
        if len(shown) <= LONGEST_QUOTE:
            return shown
    return f'"{_LEFT_OUT}"'


def in_lines(width: int, title: str, texts: Sequence[str]) -> list[str]:
    """All of the texts, in as many lines of that width as they need, each after the title."""
    start = f"{title}: "
    lines = TextWrapper(width, start, start, break_on_hyphens=False)
    return lines.wrap(", ".join(texts) or "none")


class _TooLong(Exception):
    """The texts alone are longer than a quote."""


class _Cut:
    """Shortens a value's texts and entries, and stops once they cannot fit into a quote: a large
    value costs no more than a small one."""

    def __init__(self, longest: int, most: int) -> None:
        self._longest = longest
        self._most = most
        self._left = LONGEST_QUOTE

    def of(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            told = ((name, each) for name, each in value.items() if _says_something(each))
            first = list(islice(told, self._most))
            cut = {self.of(name): self.of(each) for name, each in first}
            return {**cut, **({_LEFT_OUT: _LEFT_OUT} if next(told, None) else {})}
        if isinstance(value, list | tuple):
            entries = (each for each in value if _says_something(each))
            shown = [self.of(each) for each in islice(entries, self._most)]
            return [*shown, *([_LEFT_OUT] if any(True for _ in entries) else [])]
        return value

    def _text(self, text: str) -> str:
        cut = shortened(" ".join(text.split()), self._longest)
        self._left -= len(cut)
        if self._left < 0:
            raise _TooLong
        return cut


def _says_something(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value) and not value.isspace()
    if isinstance(value, dict):
        return any(map(_says_something, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_says_something, value))
    return value is not None
