"""The contents of a signing key's secrets, through its rotation.

Verifiers must know a key before anybody signs with it. So a new key is first published beside the
old one, then signs, and the old one is retired when nothing that it signed matters any more; at
once, if it was stolen."""

import base64
import json
from collections.abc import Mapping

from shared.kit.signing import load_signing_key, public_key_set

SEED_BYTES = 32

Key = Mapping[str, str]


def new_key(owner: str, seed: bytes, distinction: str) -> Key:
    """A key of `owner`; its id ends in `distinction`."""
    encoded = base64.urlsafe_b64encode(seed).rstrip(b"=").decode()
    return {"kid": f"{owner}-{distinction}", "seed": encoded}


def signing_value(key: Key) -> str:
    """The content of the signing-key secret."""
    return json.dumps(dict(key))


def public_value(key: Key, beside: str | None = None) -> str:
    """The content of the public-keys secret: the key's public half, after the keys that it had
    `beside`."""
    kept = json.loads(beside)["keys"] if beside is not None else []
    own = public_key_set(load_signing_key(signing_value(key)))["keys"]
    return json.dumps({"keys": [*kept, *own]})
