"""Long texts, packed: what is stored for ever is paid for by its bytes."""

import zlib

# As long as a document may be: packed, a text could be longer, and whoever reads it must hold it.
LONGEST = 1_048_576


def packed(text: str) -> bytes:
    """The text, packed. Raises ValueError for one longer than a document may be."""
    plain = text.encode()
    if len(plain) > LONGEST:
        raise ValueError(f"{len(plain)} bytes are more than a document may hold")
    return zlib.compress(plain, 9)


def unpacked(data: bytes) -> str:
    """The text that was packed. Raises ValueError for anything else, also for what would become
    longer than a document may be."""
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(data, LONGEST)
    except zlib.error as error:
        raise ValueError("these bytes are no packed text") from error
    if not unpacking.eof:
        raise ValueError("these bytes are no whole packed text, or one that is too long")
    return plain.decode()
