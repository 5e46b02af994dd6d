"""Reads a tar archive of which every byte is given by the names and contents of its files."""

from collections.abc import Iterator
from typing import IO

BLOCK = 512
_LONGEST_NAME = 100
_LARGEST = 8**11 - 1


class Damaged(Exception):
    """The archive is not as it was written; the message says where."""


def header_of(name: str, size: int) -> bytes:
    """The ustar header of a file: mode 0644, no owner, no time."""
    fields = b"".join(
        (
            name.encode().ljust(_LONGEST_NAME, b"\0"),
            b"0000644\0" + b"0000000\0" * 2,
            b"%011o\0" % size,
            b"00000000000\0",
            b" " * 8,
            b"0" + b"\0" * 100,
            b"ustar\x0000",
        )
    ).ljust(BLOCK, b"\0")
    return fields[:148] + b"%06o\0 " % sum(fields) + fields[156:]


def files_in(archive: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each file, in their order. Raises Damaged where a header, the
    space after a content or the end of the archive has another byte than it should have."""
    while True:
        at = archive.tell()
        header = archive.read(BLOCK)
        if header == bytes(BLOCK):
            if archive.read() != bytes(BLOCK):
                raise Damaged(f"the end of the archive, from byte {at} on, was altered")
            return
        name, size = _named(header, at)
        content = archive.read(size)
        rest = -size % BLOCK
        if len(content) < size or archive.read(rest) != bytes(rest):
            raise Damaged(f"the archive is cut, or was altered, at the end of {name}")
        yield name, content


def _named(header: bytes, at: int) -> tuple[str, int]:
    try:
        name = header[:_LONGEST_NAME].rstrip(b"\0").decode("ascii")
        size = int(header[124:135], 8)
        is_whole = 0 <= size <= _LARGEST and header == header_of(name, size)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise Damaged(f"the archive is cut, or was altered, at byte {at}")
    return name, size
