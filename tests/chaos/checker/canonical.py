"""Canonical JSON (RFC 8785) and its hash, written from the RFC alone."""

import hashlib
import json
from decimal import Decimal
from typing import Any

_LONGEST_PLAIN = 21
_SMALLEST_PLAIN = -6


def content_hash(value: Any) -> str:
    """Lower-case hex SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def canonical(value: Any) -> str:
    """The one text that stands for `value`: names in the order of their UTF-16 code units, numbers
    as ECMAScript writes them, no white space."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """RFC 8785, 3.2.2.3: the shortest digits that read back as the same double."""
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int), "no canonical form for what is no number"
    shown = "".join(map(str, digits))
    point = len(shown) + exponent
    minus = "-" if sign and value else ""
    if value == 0:
        return "0"
    if len(shown) <= point <= _LONGEST_PLAIN:
        return minus + shown + "0" * (point - len(shown))
    if 0 < point <= _LONGEST_PLAIN:
        return f"{minus}{shown[:point]}.{shown[point:]}"
    if _SMALLEST_PLAIN < point <= 0:
        return f"{minus}0.{'0' * -point}{shown}"
    mantissa = shown[0] + (f".{shown[1:]}" if len(shown) > 1 else "")
    return f"{minus}{mantissa}e{point - 1:+d}"
