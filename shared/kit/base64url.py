"""Base64 in the alphabet of URLs, without padding (RFC 7515, section 2)."""

import base64


def encode(raw: bytes) -> str:
    """The bytes as text."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of such a text, with or without padding. Characters outside of the alphabet are
    skipped, so several texts are the same bytes. Raises ValueError for a length that no bytes
    have."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
