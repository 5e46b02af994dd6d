"""How much work matching a text by a regular expression is, read off the expression. Pure."""

import re
from typing import NamedTuple

# The largest expression, with its repetitions counted out.
LARGEST = 20_000
# A part of an expression: an escape, a class, the beginning of a group, a repetition, a character.
_PART = re.compile(
    r"\\[pPuxk](?:\{[^}]*\}|<[^>]*>)?|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]"
    r"|\(\?(?:<?[=!]|<\w+>|[:>a-zA-Z-]*)|\{(?P<least>\d*)(?:,(?P<most>\d*))?\}|.",
    re.DOTALL,
)
_LOOKS_AROUND = re.compile(r"\(\?(?:<?[=!]|>|\()|\\[1-9kKG]|[*+?}]\+")
# What stands for characters of all scripts becomes long to read.
_OF_ALL_SCRIPTS, _WIDE = 500, 20


# In verbose mode a comment may have parentheses.
_VERBOSE = re.compile(r"\(\?[a-zA-Z-]*x")


class PatternWork(NamedTuple):
    """How many states the expression has with its repetitions counted out, how long it takes to
    prepare, in units of a microsecond at most, and whether it looks around or back, so that reading
    a text once is not enough."""

    states: int
    to_prepare: int
    looks_around: bool


def hides_its_parts(pattern: str) -> bool:
    """Whether its mode lets parts look like others, so that its work is not read off it."""
    return _VERBOSE.search(pattern) is not None


def pattern_work(pattern: str) -> PatternWork:
    """The work of the expression, never less than it is; more where its parentheses do not match.
    In time proportional to its length."""
    states, preparing = [0], [0]
    last = (0, 0)
    for part in _PART.finditer(pattern):
        text = part.group()
        if text.startswith("("):
            states.append(0)
            preparing.append(0)
            last = (0, 0)
            continue
        if text == ")" and len(states) > 1:
            last = (states.pop() + 1, preparing.pop() + 1)
        elif part.group("least") is not None:
            times = int((part.group("most") or part.group("least") or "1")[:9] or "1")
            # The first of them is counted already.
            last = (last[0] * max(times - 1, 0), last[1] * max(times - 1, 0))
        elif text in ("*", "+", "?", "|", "^", "$"):
            last = (1, 1)
        else:
            last = (1, _long(text))
        states[-1] = min(states[-1] + last[0], LARGEST + 1)
        preparing[-1] += last[1]
    looks_around = _LOOKS_AROUND.search(pattern) is not None
    return PatternWork(min(sum(states), LARGEST + 1), sum(preparing), looks_around)


def _long(text: str) -> int:
    if "\\p" in text or "\\P" in text:
        return _OF_ALL_SCRIPTS
    is_wide = text in (".", "\\S", "\\W", "\\D") or text.startswith("[^") or "\\S" in text
    return _WIDE if is_wide or not text.isascii() else 1 + len(text) // 8
