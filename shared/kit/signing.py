"""Signed statements: compact JWS over canonical JSON, `alg: Ed25519` (RFC 9864) only."""

import json
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.kit import base64url
from shared.kit.canonical import canonical_json
from shared.kit.errors import SignatureInvalid

ALGORITHM = "Ed25519"
SEED_BYTES = 32
# The library trusts parts of a header before it verifies it, so a crafted header can raise these.
UNVERIFIABLE = (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


class _Registry(jws.JWSRegistry):
    # A signed payload may be as long as a document; the library's own limit is 128 kB.
    max_payload_length = 2_000_000


def new_key(owner: str) -> dict[str, str]:
    """A fresh Ed25519 key of `owner`, as a `*-signing-key` secret holds it in JSON."""
    seed = base64url.encode(secrets.token_bytes(SEED_BYTES))
    return {"kid": f"{owner}-{secrets.token_hex(4)}", "seed": seed}


@lru_cache(maxsize=32)
def load_signing_key(secret: str) -> OKPKey:
    """The private key in a `*-signing-key` secret: `{"kid": …, "seed": <32 bytes, base64url>}`.
    Raises ValueError where the secret has another shape."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        document = json.loads(secret)
        kid, text = str(document["kid"]), document["seed"]
        seed = base64url.decode(text)
    except (KeyError, TypeError) as error:
        raise ValueError('a signing key is {"kid": ..., "seed": ...}') from error
    public = (
        Ed25519PrivateKey.from_private_bytes(seed)
        .public_key()
        .public_bytes(Encoding.Raw, PublicFormat.Raw)
    )
    return OKPKey.import_key(
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "kid": kid,
            "d": base64url.encode(seed),
            "x": base64url.encode(public),
        }
    )


@lru_cache(maxsize=32)
def load_public_keys(secret: str) -> KeySet:
    """The keys in a `*-public-keys` secret: a JSON Web Key Set."""
    return KeySet.import_key_set(json.loads(secret))


def public_key_set(*keys: OKPKey) -> dict[str, Any]:
    """The JSON Web Key Set that verifies what `keys` sign; holds no private part."""
    return {"keys": [{**key.as_dict(private=False), "alg": ALGORITHM} for key in keys]}


def sign(statement: Mapping[str, Any], key: OKPKey, *, typ: str | None = None) -> str:
    """A compact JWS whose payload is the canonical JSON of `statement` and whose header names the
    key, and the type where one is given."""
    header = {"alg": ALGORITHM, "kid": key.kid, **({"typ": typ} if typ is not None else {})}
    return jws.serialize_compact(header, canonical_json(dict(statement)), key, [ALGORITHM])


def verify(signature: str, keys: KeySet) -> dict[str, Any]:
    """The signed statement. Raises SignatureInvalid for another algorithm, an unknown key, an
    altered payload, or text that is not a JWS."""
    try:
        registry = _Registry(algorithms=[ALGORITHM])
        verified = jws.deserialize_compact(signature, keys, registry=registry)
        statement = json.loads(verified.payload)
    except UNVERIFIABLE as refusal:
        raise SignatureInvalid("the signature does not verify") from refusal
    if not isinstance(statement, dict):
        raise SignatureInvalid("the signed payload is not an object")
    return statement


def names_key_of(signature: str, keys: KeySet) -> bool:
    """Whether the header of `signature` names one of `keys`; verifies nothing."""
    try:
        kid = jws.extract_compact(signature.encode()).headers()["kid"]
    except UNVERIFIABLE:
        return False
    return any(key.kid == kid for key in keys.keys)
