"""The canonical form of JSON (RFC 8785) and its SHA-256, as of Assent's contents. Pure."""

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

# Every whole number up to it is a double.
_LARGEST = 2**53 - 1


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value. Raises TypeError for what JSON cannot say, ValueError for
    numbers and texts that it cannot say exactly."""
    return _text(value).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, in lower-case hex."""
    return sha256(canonical(value)).hexdigest()


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError(f"{value} is too large for a number in JSON: write it as text")
        return str(int(value))
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise TypeError("the keys of a dict must be text")
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_quoted(each)}:{_text(value[each])}" for each in names) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    raise TypeError(f"{type(value).__name__} is no JSON: give text, numbers, lists and dicts")


def _quoted(text: str) -> str:
    if any("\ud800" <= each <= "\udfff" for each in text):
        raise ValueError(f"{text!a} has half of a character")
    return json.dumps(text, ensure_ascii=False)


def _number(value: float) -> str:
    """As ECMAScript writes it (RFC 8785, 3.2.2.3)."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number in JSON")
    if value == 0:
        return "0"
    _, found, exponent = Decimal(repr(abs(value))).normalize().as_tuple()
    digits = "".join(map(str, found))
    point = len(digits) + int(exponent)
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return f"{sign}{digits}{'0' * (point - len(digits))}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    mantissa = digits[0] + (f".{digits[1:]}" if digits[1:] else "")
    return f"{sign}{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"
