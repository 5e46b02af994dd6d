"""One byte form for one value, so that a hash means a content (RFC 8785)."""

import hashlib
from typing import Any

import rfc8785

from shared.kit.errors import FieldError, Invalid


def canonical_json(value: Any) -> bytes:
    """The RFC 8785 form of a JSON value. Raises Invalid where the value has none (an integer
    beyond 2**53, a lone surrogate, NaN)."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as refusal:
        raise Invalid(FieldError("content", f"has no canonical JSON form: {refusal}")) from refusal


def content_hash(value: Any) -> str:
    """Lower-case hex SHA-256 of the canonical form."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
