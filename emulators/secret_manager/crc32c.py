"""The checksum that Secret Manager stores with every payload."""

CASTAGNOLI = 0x82F63B78  # The polynomial, bits reversed.


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (CASTAGNOLI if byte & 1 else 0)
    return byte


TABLE = [_entry(byte) for byte in range(256)]


def crc32c(data: bytes) -> int:
    """CRC-32C of `data`, as an unsigned 32-bit number."""
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder = remainder >> 8 ^ TABLE[(remainder ^ byte) & 0xFF]
    return remainder ^ 0xFFFFFFFF
