"""Signatures of webhooks, as https://www.standardwebhooks.com has them. Pure."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.kit.digests import mac_of

PREFIX = "whsec_"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
# While one secret replaces another, both sign.
MOST_SECRETS = 2
_FEWEST_BYTES, _MOST_BYTES = 24, 64


class WrongSecret(ValueError):
    """It is no secret of webhooks. Its text says what to write instead, and quotes none of it."""


def keys_of(secret: str) -> tuple[bytes, ...]:
    """The keys in a secret: one or two texts with a space between. Raises WrongSecret."""
    texts = secret.split(" ")
    if len(texts) > MOST_SECRETS:
        raise WrongSecret("must be one secret, or the new one, a space, and the one before")
    return tuple(_keys(texts))


def signed(secret: str, id: str, body: bytes, at: datetime) -> Mapping[str, str]:
    """The headers of a webhook: its id, by which a receiver takes it once, when it was sent, and a
    signature by each key. Raises WrongSecret."""
    timestamp = str(int(at.timestamp()))
    content = b".".join((id.encode(), timestamp.encode(), body))
    signatures = (mac_of(key, content) for key in keys_of(secret))
    shown = " ".join(f"v1,{base64.b64encode(each).decode()}" for each in signatures)
    return {ID: id, TIMESTAMP: timestamp, SIGNATURE: shown}


def _keys(texts: list[str]) -> Iterator[bytes]:
    for each in texts:
        try:
            key = base64.b64decode(each.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not (each.startswith(PREFIX) and _FEWEST_BYTES <= len(key) <= _MOST_BYTES):
            raise WrongSecret(
                f"must be {PREFIX} and {_FEWEST_BYTES} to {_MOST_BYTES} bytes in base64"
            )
        yield key
