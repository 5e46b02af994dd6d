"""Keyed digests: HMAC-SHA-256 over texts, by a ring of keys of which one makes new digests."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from shared.kit import base64url
from shared.kit.signing import new_key


def is_same(one: str, other: str) -> bool:
    """Whether the texts are the same; how long it takes says nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def mac_of(key: bytes, content: bytes) -> bytes:
    """HMAC-SHA-256 by one key, in the form that a protocol of others wants."""
    return hmac.digest(key, content, hashlib.sha256)


@dataclass(frozen=True)
class KeyRing:
    """The keys of one function's digests by name. `maker` names the key of new digests; a digest by
    a `retired` key is old, or whoever has that key made it."""

    maker: str
    keys: Mapping[str, bytes]
    retired: Mapping[str, bytes]

    def digest(self, *texts: str) -> str:
        """`<key>.<digest, base64url>` over the texts in their order."""
        return f"{self.maker}.{_mac(self.keys[self.maker], texts)}"

    def verifies(self, digest: str, *texts: str, also_retired: bool = False) -> bool:
        """Whether one of the keys made the digest of exactly these texts."""
        name, _, mac = digest.partition(".")
        key = self.keys.get(name) or (self.retired.get(name) if also_retired else None)
        return key is not None and hmac.compare_digest(_mac(key, texts).encode(), mac.encode())

    def derived(self, purpose: str) -> dict[str, bytes]:
        """Another key of 32 bytes for each key, by its name, the maker's first. Nobody learns one
        key from another, and a rotation of the ring rotates them all."""
        names = sorted(self.keys, key=lambda name: name != self.maker)
        return {
            name: hmac.digest(self.keys[name], purpose.encode(), hashlib.sha256) for name in names
        }

    def knows(self, digest: str) -> bool:
        """Whether the digest names one of the keys, also a retired one; verifies nothing."""
        name = digest.partition(".")[0]
        return name in self.keys or name in self.retired


@lru_cache(maxsize=32)
def load_key_ring(secret: str) -> KeyRing:
    """The ring in a `*-log-key` secret: `{"maker": <kid>, "keys": [{"kid": …, "seed": <32 bytes,
    base64url>}, …], "retired": [the same]}`. Raises ValueError where it has another shape."""
    try:
        document = json.loads(secret)
        keys, retired = (_keys(document[name]) for name in ("keys", "retired"))
        maker = document["maker"]
        known = keys[maker]
    except (KeyError, TypeError) as error:
        raise ValueError('a key ring is {"maker": ..., "keys": [...], "retired": [...]}') from error
    if len(known) < 32:
        raise ValueError("a key of a key ring has at least 32 bytes")
    return KeyRing(maker, keys, retired)


def new_key_ring(owner: str) -> str:
    """A ring of one fresh key of `owner`, as a `*-log-key` secret holds it."""
    key = new_key(owner)
    return json.dumps({"maker": key["kid"], "keys": [key], "retired": []})


def wrapping_key(key: bytes, *about: str) -> bytes:
    """The key that wraps the key of what `about` names, and no other: one that was moved elsewhere
    does not unwrap there."""
    return hmac.digest(key, "\n".join(("assent-wrapping-v1", *about)).encode(), hashlib.sha256)


def _keys(entries: list[Mapping[str, str]]) -> dict[str, bytes]:
    return {each["kid"]: base64url.decode(each["seed"]) for each in entries}


def _mac(key: bytes, texts: tuple[str, ...]) -> str:
    # Lengths keep the borders between texts: ("ab", "c") is another message than ("a", "bc").
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for text in texts:
        encoded = text.encode()
        mac.update(b"%d:" % len(encoded))
        mac.update(encoded)
    return base64url.encode(mac.digest())
