"""Cursors of lists: opaque to callers, and validated when they come back."""

import json
import re
from collections.abc import Sequence
from typing import Any

from shared.kit import base64url
from shared.kit.parsing import refused_cursor
from shared.storage.batches import Document

LONGEST_CURSOR = 4096
LONGEST_ID_BYTES = 1500
_INTEGERS = range(-(2**63), 2**63)
_RESERVED = re.compile(r"\.|\.\.|__.*__", re.DOTALL)


def is_document_id(text: str) -> bool:
    """Whether a document can have this id."""
    if not text or "/" in text or _RESERVED.fullmatch(text):
        return False
    try:
        return len(text.encode()) <= LONGEST_ID_BYTES
    except UnicodeEncodeError:
        return False


def encode_cursor(document: Document, order_by: Sequence[str]) -> str:
    """The cursor after `document` in the order of these fields, then of ids."""
    place = [*(_plain(document.data[field]) for field in order_by), document.id]
    return base64url.encode(json.dumps(place).encode())


def decode_cursor(cursor: str, order_by: Sequence[str]) -> tuple[list[Any], str]:
    """The values of these fields and the id in a cursor. Raises Invalid for one that no list
    gave."""
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError("too long")
        place = json.loads(base64url.decode(cursor))
        if not isinstance(place, list) or len(place) != len(order_by) + 1:
            raise ValueError("no place in this order")
        *values, id = place
        if not isinstance(id, str) or not is_document_id(id):
            raise ValueError("no id")
        return [_comparable(value) for value in values], id
    except (ValueError, RecursionError) as error:
        raise refused_cursor() from error


def _plain(value: Any) -> Any:
    from google.api_core.datetime_helpers import DatetimeWithNanoseconds

    if isinstance(value, DatetimeWithNanoseconds):
        return {"at": value.rfc3339()}  # type: ignore[no-untyped-call]
    return value


def _comparable(value: Any) -> Any:
    """A value that the store can compare fields with. Raises ValueError for any other."""
    from google.api_core.datetime_helpers import DatetimeWithNanoseconds

    if isinstance(value, dict) and set(value) == {"at"} and isinstance(value["at"], str):
        return DatetimeWithNanoseconds.from_rfc3339(value["at"])  # type: ignore[no-untyped-call]
    if isinstance(value, dict | list) or (isinstance(value, int) and value not in _INTEGERS):
        raise ValueError("no comparable value")
    if isinstance(value, str):
        value.encode()
    return value
