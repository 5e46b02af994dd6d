"""Access tokens of callers, as the issuer of tests signs them."""

import time
from collections.abc import Iterable
from datetime import datetime

from joserfc import jwt
from joserfc.jwk import OKPKey

ISSUER = "https://issuer.test"
_SECONDS = 900


def authorization(
    key: OKPKey,
    principal: str,
    tenant: str | None,
    scopes: Iterable[str],
    roles: Iterable[str],
    workspace: str | None = None,
    agent: str | None = None,
    audience: str = "assent",
    signed_in: datetime | None = None,
    by_passkey: bool = False,
) -> dict[str, str]:
    """The header of a call with a token that is valid now: for no tenant where that is None, for
    one workspace where it is named, with the rights of an agent where a key names that, and for
    another server of ours where `audience` says so; of somebody who `signed_in` then, where that is
    given."""
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "sub": principal,
        "scope": " ".join(scopes),
        "roles": list(roles),
        "exp": int(time.time()) + _SECONDS,
        **({"tenant": tenant} if tenant is not None else {}),
        **({"workspace": workspace} if workspace is not None else {}),
        **({"agent": agent, "sid": "key_1"} if agent is not None else {}),
        **({"auth_time": int(signed_in.timestamp())} if signed_in is not None else {}),
        **({"amr": ["pop"]} if by_passkey else {}),
    }
    header = {"alg": "Ed25519", "kid": key.kid, "typ": "at+jwt"}
    return {"Authorization": f"Bearer {jwt.encode(header, claims, key, ['Ed25519'])}"}
