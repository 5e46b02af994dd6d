"""The keys of access tokens, which follow from the ring of identity's log: so identity has one
secret, and rotating it ends every session and every token."""

import base64
import json

from joserfc.jwk import OKPKey

from shared.kit.digests import KeyRing
from shared.kit.signing import load_signing_key

# The secret with the ring, which identity alone reads.
RING = "identity-log-key"
_PURPOSE = "access tokens"


def token_keys(ring: KeyRing) -> list[OKPKey]:
    """The keys whose tokens are taken; the first one signs. A retired key has none."""
    seeds = ring.derived(_PURPOSE).items()
    return [load_signing_key(_as_secret(name, seed)) for name, seed in seeds]


def _as_secret(name: str, seed: bytes) -> str:
    return json.dumps({"kid": name, "seed": base64.urlsafe_b64encode(seed).decode()})
