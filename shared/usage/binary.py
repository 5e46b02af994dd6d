"""Arrays of keys in PostgreSQL's own form, since it reads their texts as slowly as it finds keys.
Imported where a statement is made, because the driver is heavy."""

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.adapt import Dumper
from psycopg.pq import Format

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_UUID, _UUIDS = 2950, 2951
_SIZE = (16).to_bytes(4)


class Keys(NamedTuple):
    """Keys of sixteen bytes each, at least one."""

    keys: Sequence[bytes]


class _KeysDumper(Dumper):
    oid, format = _UUIDS, Format.BINARY

    def dump(self, obj: Keys) -> bytes:
        header = struct.pack("!iiIii", 1, 0, _UUID, len(obj.keys), 1)
        return header + _SIZE + _SIZE.join(obj.keys)


def take_keys(connection: "AsyncConnection[Any]") -> None:
    """Lets the connection take Keys as an array of uuids."""
    connection.adapters.register_dumper(Keys, _KeysDumper)
