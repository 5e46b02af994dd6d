"""Canonical JSON (RFC 8785): equal values have equal bytes, so a hash identifies a content."""

import hashlib
from json.encoder import encode_basestring
from typing import Annotated, Any

import rfc8785
from pydantic import StringConstraints

from shared.kit.errors import FieldError, Invalid

# A `content_hash` as text.
ContentHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

_SAFE = 2**53 - 1
# From here on RFC 8785 writes doubles with an exponent, which Python reads as a double.
_HUGE = 10**21


def canonical_json(value: Any) -> bytes:
    """The RFC 8785 form of a JSON value; reading it back and writing it gives the same form. Raises
    Invalid where the value has none (an integer that is no double's form, a lone surrogate, NaN)
    or is nested too deeply to be written."""
    try:
        return _written(value)
    except rfc8785.IntegerDomainError as refusal:
        raise _no_form("a whole number is beyond ±(2^53-1)") from refusal
    except rfc8785.FloatDomainError as refusal:
        raise _no_form("a number is not finite") from refusal
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as refusal:
        raise _no_form("a text has a lone surrogate, or a part is no JSON") from refusal
    except RecursionError as refusal:
        raise Invalid(FieldError("content", "is nested too deeply")) from refusal


def as_text(value: Any) -> str:
    """A text as it is, any other JSON value in its RFC 8785 form. Raises Invalid as that does."""
    return value if isinstance(value, str) else canonical_json(value).decode()


def content_hash(value: Any) -> str:
    """Lower-case hex SHA-256 of the canonical form."""
    return hash_of(canonical_json(value))


def hash_of(canonical: bytes) -> str:
    """The `content_hash` of a value, from its canonical form."""
    return hashlib.sha256(canonical).hexdigest()


def _no_form(why: str) -> Invalid:
    return Invalid(FieldError("content", f"has no canonical JSON form: {why}"))


def _written(value: Any) -> bytes:
    try:
        return _form(value).encode()
    except rfc8785.IntegerDomainError:
        return _form(_with_doubles(value)).encode()


def _form(value: Any) -> str:
    # The library takes three times as long for what most contents consist of.
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is dict:
        parts = []
        for name in _in_order(value):
            parts.append(f"{encode_basestring(name)}:{_form(value[name])}")  # noqa: PERF401
        return f"{{{','.join(parts)}}}"
    if kind is list or kind is tuple:
        return f"[{','.join(map(_form, value))}]"
    if kind is int and -_SAFE <= value <= _SAFE:
        return str(value)
    return rfc8785.dumps(value).decode()


def _in_order(names: dict[Any, Any]) -> list[str]:
    try:
        is_ascii = "".join(names).isascii()
    except TypeError as error:
        raise rfc8785.CanonicalizationError("names are texts") from error
    return sorted(names) if is_ascii else sorted(names, key=lambda name: name.encode("utf-16be"))


def _with_doubles(value: Any) -> Any:
    # RFC 8785 writes the double 1e16 as 10000000000000000, which Python reads as an integer.
    if isinstance(value, int) and _SAFE < abs(value) < _HUGE:
        return float(value) if rfc8785.dumps(float(value)).decode() == str(value) else value
    if isinstance(value, dict):
        return {name: _with_doubles(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_with_doubles(each) for each in value]
    return value
