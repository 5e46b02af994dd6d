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
    for longest, most in _CUTS:
        cut = _cut(value, longest, most)
        shown = json.dumps(cut, ensure_ascii=False)
        if len(shown) <= LONGEST_QUOTE:
            return NOTHING if _is_blank(cut) else shown
    return f'"{_LEFT_OUT}"'


def in_lines(width: int, title: str, texts: Sequence[str]) -> list[str]:
    """All of the texts, in as many lines of that width as they need, each after the title."""
    start = f"{title}: "
    lines = TextWrapper(width, start, start, break_on_hyphens=False)
    return lines.wrap(", ".join(texts) or "none")


def _cut(value: Any, longest: int, most: int) -> Any:
    if isinstance(value, str):
        return shortened(" ".join(value.split()), longest)
    if isinstance(value, dict):
        names = (_cut(name, longest, most) for name in value)
        told = zip(names, (_cut(each, longest, most) for each in value.values()), strict=True)
        first = list(islice((pair for pair in told if not _is_blank(pair[1])), most + 1))
        return dict([*first[:most], *[(_LEFT_OUT, _LEFT_OUT)] * (len(first) > most)])
    if isinstance(value, list | tuple):
        cut = (_cut(each, longest, most) for each in value)
        entries = list(islice((each for each in cut if not _is_blank(each)), most + 1))
        return [*entries[:most], *[_LEFT_OUT] * (len(entries) > most)]
    return value


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str | dict | list) and not value)
