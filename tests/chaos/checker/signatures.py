"""Compact JWS with Ed25519 (RFC 7515, RFC 8037, RFC 9864), written from the RFCs alone."""

import base64
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.chaos.checker.evidence import Json

_ALGORITHM = "Ed25519"


class Forged(Exception):
    """A signature that does not verify."""


def verified(compact: str, key_set: Json) -> Json:
    """The statement that was signed. Raises Forged."""
    try:
        header, payload, signature = compact.split(".")
        said = json.loads(_decoded(header))
        if said["alg"] != _ALGORITHM:
            raise Forged(f"signed with {said['alg']}")
        keys = {key["kid"]: key for key in key_set["keys"]}
        public = Ed25519PublicKey.from_public_bytes(_decoded(keys[said["kid"]]["x"]))
        public.verify(_decoded(signature), f"{header}.{payload}".encode())
        statement: Json = json.loads(_decoded(payload))
    except (ValueError, KeyError, InvalidSignature) as error:
        raise Forged(f"{type(error).__name__} {error}".strip()) from error
    return statement


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
