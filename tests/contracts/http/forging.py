"""Tokens that nobody issued."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from emulators.running import RunningPlatform
from shared.kit.clock import now
from tests.contracts.http.calls import (
    EVERY_SCOPE,
)


def claims(running: RunningPlatform, **changed: Any) -> dict[str, Any]:
    moment = int(now().timestamp())
    return {
        "iss": running.env["ASSENT_ISSUER"],
        "aud": running.env["ASSENT_AUDIENCE"],
        "sub": "mallory",
        "tenant": "mallory",
        "scope": EVERY_SCOPE,
        "roles": ["governor"],
        "iat": moment,
        "exp": moment + 600,
        **changed,
    }


def signed(header: dict[str, Any], content: dict[str, Any], key: Any) -> str:
    registry = jws.JWSRegistry(algorithms=[header["alg"]])
    return jws.serialize_compact(header, json.dumps(content), key, registry=registry)


def forgeries(running: RunningPlatform) -> Iterator[tuple[str, str]]:
    """Tokens that must not open anything, each with what is wrong with it."""
    key_set = running.client.http.get(running.env["ASSENT_JWKS_URL"]).json()
    published = next(key for key in key_set["keys"] if key["crv"] == "Ed25519")
    genuine = running.client.token("mallory", "mallory", scopes=EVERY_SCOPE.split())
    head, body, signature = genuine.split(".")
    own = OKPKey.generate_key("Ed25519", {"kid": published["kid"]})
    as_secret = OctKey.import_key(published["x"])
    kid = published["kid"]
    yield "not a token", "nonsense"
    yield "alg none", _unsigned(claims(running), kid)
    yield (
        "HS256 with the public key",
        signed({"alg": "HS256", "kid": kid}, claims(running), as_secret),
    )
    yield "signed by another key", signed({"alg": "Ed25519", "kid": kid}, claims(running), own)
    yield "altered claims", f"{head}.{_encoded(claims(running))}.{signature}"
    yield "no signature", f"{head}.{body}."


def _unsigned(content: dict[str, Any], kid: str) -> str:
    return f"{_encoded({'alg': 'none', 'kid': kid})}.{_encoded(content)}."


def _encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
