"""Reads numbers as they stand in JSON and in YAML: exactly, or not at all."""

import math
import re
from decimal import Decimal

from shared.kit.errors import WHOLE_BODY, FieldError, Invalid

# The digits of the largest double.
MOST_DIGITS = 309

_DIGITS = re.compile(r"[0-9]+")
_SHOWN = 40


def whole_number(text: str) -> int:
    """The whole number in digits, with or without a sign. Raises Invalid for more than 309."""
    _refuse_long(text)
    return int(text)


def fraction(text: str) -> float:
    """The number that the text writes with a point or an exponent. Raises Invalid for more than 309
    digits, for a number that is not finite, and for one that is no double's shortest form: it would
    be kept, hashed and shown as another number than the one that was sent."""
    _refuse_long(text)
    number = float(text)
    if not math.isfinite(number):
        raise _refused(f"{text[:_SHOWN]} is no finite number")
    kept = repr(number)
    if not _writes(text, number, kept):
        sent = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise _refused(
            f"has the number {sent}, which would be kept as {kept}: write {kept}, or the number "
            "in quotes where a text is taken"
        )
    return number


def _writes(text: str, number: float, kept: str) -> bool:
    """Whether the text writes the very number that is kept."""
    if kept == text:
        return True
    if number == 0:
        # Its exponent may have more digits than a decimal's.
        return not re.search(r"[1-9]", re.split(r"[eE]", text, maxsplit=1)[0])
    return Decimal(text) == Decimal(kept)


def _refuse_long(text: str) -> None:
    digits = sum(map(len, _DIGITS.findall(text)))
    if digits > MOST_DIGITS:
        raise _refused(f"has a number of {digits} digits; at most {MOST_DIGITS} are read")


def _refused(message: str) -> Invalid:
    return Invalid(FieldError(WHOLE_BODY, message))
