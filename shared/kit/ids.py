"""Typed, sortable identifiers: `<prefix>_<26 Crockford characters>` (the ULID layout)."""

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80
_LENGTH = 26
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
# An id in a body: text that is no id is not found.
Id = Annotated[str, StringConstraints(max_length=64)]
_SHAPE = re.compile(rf"[a-z]{{3}}_[0-7][{CROCKFORD}]{{25}}")


def new_id(prefix: str, at: datetime) -> str:
    """A fresh id that sorts by `at` (to the millisecond) among ids of its prefix."""
    return _compose(prefix, at, secrets.randbits(_RANDOM_BITS))


def derive_id(prefix: str, at: datetime, *parts: str) -> str:
    """The same id for the same `at` and `parts`, for ever: it makes reactions idempotent."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return _compose(prefix, at, int.from_bytes(digest[: _RANDOM_BITS // 8], "big"))


def hashed_id(prefix: str, digest: str) -> str:
    """The id that stands for a hash: 128 bits of the hexadecimal `digest`. It sorts by nothing."""
    number = int(digest[:32], 16)
    return f"{prefix}_{_crockford(number)}"


def is_id(prefix: str, text: str) -> bool:
    """Whether `text` has the form of an id with `prefix`; the id need not exist."""
    return text.startswith(f"{prefix}_") and _SHAPE.fullmatch(text) is not None


def instant_of(id: str) -> datetime:
    """The instant that an id sorts by, to the millisecond; for one after the year 9999, the last
    one. Raises ValueError for what is no id."""
    if not _SHAPE.fullmatch(id):
        raise ValueError(f"{id!r} is no id")
    number = 0
    for character in id.partition("_")[2]:
        number = number * 32 + CROCKFORD.index(character)
    return _EPOCH + min(number >> _RANDOM_BITS, _LAST) * _MILLISECOND


def _compose(prefix: str, at: datetime, low: int) -> str:
    return f"{prefix}_{_crockford((at - _EPOCH) // _MILLISECOND << _RANDOM_BITS | low)}"


def _crockford(number: int) -> str:
    characters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 32)
        characters.append(CROCKFORD[digit])
    return "".join(reversed(characters))
