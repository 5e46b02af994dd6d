"""The bytes of a slab: its events by columns, compressed. Pure.

The number of the layout comes first. Slabs of the first layout are read for ever, and none is
written any more: it has no number, and begins with 0, the upper byte of a small size."""

import struct
import zlib
from base64 import b32encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from operator import sub

from shared.kit.ids import CROCKFORD

_LAYOUT = b"\x01"
_LARGEST = 1 << 20
_DIGITS = CROCKFORD.encode()
# Python reads and writes base 32 with two alphabets, neither of which is that of ids.
_READ = bytes.maketrans(_DIGITS, b"0123456789abcdefghijklmnopqrstuv")
_WRITTEN = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _DIGITS)
# Two letters of base 256 say how many events, three how many bytes their ids take.
_EVENTS, _IDS = slice(1, 3), slice(3, 6)

Row = tuple[int, str, int, str, str]


def packed(
    entries: Sequence[int],
    ids: Sequence[str],
    times: Sequence[int],
    subjects: Sequence[str],
    used: Sequence[str],
) -> bytes:
    """The bytes of the columns: the same for the same columns. No text may contain a tabulator or
    the end of a line. Raises ValueError for a number of more than 64 bits."""
    prefix, length, first = _packed_ids(ids)
    try:
        numbers = struct.pack(f"<{2 * len(ids)}q", *_steps(entries), *_steps(times))
    except struct.error as error:
        raise ValueError("entries and times must each take 64 bits at most") from error
    texts = "\n".join((f"{prefix}\t{length}", "\t".join(subjects), "\t".join(used)))
    rest = zlib.compress(numbers + texts.encode(), 1)
    return b"".join((_LAYOUT, len(ids).to_bytes(2), len(first).to_bytes(3), first, rest))


def unpacked(content: bytes) -> Iterator[Row]:
    """The rows of the columns. Raises ValueError for other bytes."""
    return _second(content) if content[:1] == _LAYOUT else _first(content)


def _first(content: bytes) -> Iterator[Row]:
    size = int.from_bytes(content[:4])
    ids = _inflated(content[4 : 4 + size]).decode().split("\n")
    columns = (each.split("\t") for each in _inflated(content[4 + size :]).decode().split("\n"))
    entries, times, subjects, used = columns
    return _rows(ids, map(int, entries), map(int, times), subjects, used)


def _second(content: bytes) -> Iterator[Row]:
    events, size = int.from_bytes(content[_EVENTS]), int.from_bytes(content[_IDS])
    plain = _inflated(content[_IDS.stop + size :])
    try:
        steps = struct.unpack_from(f"<{2 * events}q", plain)
    except struct.error as error:
        raise ValueError("these bytes are no whole slab") from error
    about, subjects, used = plain[16 * events :].decode().split("\n")
    prefix, _, length = about.rpartition("\t")
    ids = _unpacked_ids(content[_IDS.stop : _IDS.stop + size], prefix, int(length), events)
    return _rows(ids, steps[:events], steps[events:], subjects.split("\t"), used.split("\t"))


def _rows(
    ids: Sequence[str],
    entries: Iterable[int],
    times: Iterable[int],
    subjects: Sequence[str],
    used: Sequence[str],
) -> Iterator[Row]:
    """Entries and times are the steps from each to the next."""
    return zip(accumulate(entries), ids, accumulate(times), subjects, used, strict=True)


def _packed_ids(ids: Sequence[str]) -> tuple[str, int, bytes]:
    """The common beginning of the ids, the length of the rests, and the rests: as one number where
    all are digits of ids and have one length; otherwise as compressed text, with the length 0. That
    is compressed by the frequency of letters alone, since ids repeat nothing else."""
    lines = "\n".join(("", *ids))
    prefix = _common(ids[0], ids[-1])
    if lines.count(f"\n{prefix}") != len(ids):
        prefix = _common(min(ids), max(ids))
    tails = lines.replace(f"\n{prefix}", "\n").encode()
    each = len(tails) // len(ids)
    digits = tails.translate(None, b"\n")
    if (
        tails[::each] == b"\n" * len(ids)
        and len(digits) == (each - 1) * len(ids) > 0
        and not digits.translate(None, _DIGITS)
    ):
        bits = len(digits) * 5
        return prefix, each - 1, int(digits.translate(_READ), 32).to_bytes((bits + 7) // 8)
    packer = zlib.compressobj(1, strategy=zlib.Z_HUFFMAN_ONLY)
    return prefix, 0, packer.compress(tails[1:]) + packer.flush()


def _common(one: str, other: str) -> str:
    """The common beginning of both."""
    pairs = enumerate(zip(one, other, strict=False))
    shorter = min(len(one), len(other))
    return one[: next((place for place, (a, b) in pairs if a != b), shorter)]


def _unpacked_ids(data: bytes, prefix: str, length: int, events: int) -> list[str]:
    if not length:
        return [prefix + each for each in _inflated(data).decode().split("\n")]
    size = length * events
    # Eight digits are five bytes.
    whole = int.from_bytes(data).to_bytes(-(-size // 8) * 5)
    digits = b32encode(whole).translate(_WRITTEN).decode()[-size:]
    return [prefix + digits[at : at + length] for at in range(0, size, length)]


def _steps(numbers: Sequence[int]) -> Iterable[int]:
    return chain(numbers[:1], map(sub, numbers[1:], numbers))


def _inflated(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(data, _LARGEST)
    except zlib.error as error:
        raise ValueError("these bytes are no slab") from error
    if not unpacking.eof:
        raise ValueError("these bytes are no whole slab")
    return plain
