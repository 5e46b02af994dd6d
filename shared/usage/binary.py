"""Arrays of keys and of numbers in PostgreSQL's own form, since it reads their texts as slowly as
it finds keys. Imported where a statement is made, because the driver is heavy."""

import struct
from collections.abc import Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.adapt import Dumper
from psycopg.pq import Format

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_UUID, _UUIDS = 2950, 2951
_BIGINT, _BIGINTS = 20, 1016
_SIZE = (16).to_bytes(4)


class Keys(NamedTuple):
    """Keys of sixteen bytes each, at least one."""

    keys: Sequence[bytes]


class Numbers(NamedTuple):
    """Numbers of up to 64 bits, at least one."""

    numbers: Sequence[int]


class _KeysDumper(Dumper):
    oid, format = _UUIDS, Format.BINARY

    def dump(self, obj: Keys) -> bytes:
        return _header(_UUID, len(obj.keys)) + _SIZE + _SIZE.join(obj.keys)


class _NumbersDumper(Dumper):
    oid, format = _BIGINTS, Format.BINARY

    def dump(self, obj: Numbers) -> bytes:
        sized = chain.from_iterable(zip(repeat(8), obj.numbers, strict=False))
        count = len(obj.numbers)
        return _header(_BIGINT, count) + struct.pack("!" + "iq" * count, *sized)


def _header(element: int, count: int) -> bytes:
    return struct.pack("!iiIii", 1, 0, element, count, 1)


def take_arrays(connection: "AsyncConnection[Any]") -> None:
    """Lets the connection take Keys as an array of uuids, and Numbers as one of bigints."""
    connection.adapters.register_dumper(Keys, _KeysDumper)
    connection.adapters.register_dumper(Numbers, _NumbersDumper)
