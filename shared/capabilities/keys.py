"""The keys of Assent's secrets, as Biscuit takes them."""

from collections.abc import Sequence
from typing import Any

import biscuit_auth
from biscuit_auth import PrivateKey, PublicKey
from joserfc.jwk import KeySet, OKPKey

from shared.kit import base64url

# The library's stubs know neither curves nor limits.
BISCUIT: Any = biscuit_auth


def private_key(key: OKPKey) -> PrivateKey:
    """The key that signs a block."""
    seed = base64url.decode(str(key.as_dict(private=True)["d"]))
    made: PrivateKey = BISCUIT.PrivateKey.from_bytes(seed, BISCUIT.Algorithm.Ed25519)
    return made


def public_key(key: OKPKey) -> PublicKey:
    """The key that verifies a block."""
    point = base64url.decode(str(key.as_dict(private=False)["x"]))
    made: PublicKey = BISCUIT.PublicKey.from_bytes(point, BISCUIT.Algorithm.Ed25519)
    return made


def public_keys_of(keys: KeySet) -> tuple[PublicKey, ...]:
    """All keys of a `*-public-keys` secret: of two that overlap in a rotation, both."""
    return tuple(public_key(each) for each in keys.keys if isinstance(each, OKPKey))


def named(keys: Sequence[PublicKey]) -> tuple[str, dict[str, PublicKey]]:
    """The keys as a scope of Datalog names them, and what the names stand for."""
    names = {f"key_{number}": key for number, key in enumerate(keys)}
    return ", ".join(f"{{{name}}}" for name in names), names
