"""Access tokens of callers, as the issuer of tests signs them."""

import json
import time
from collections.abc import Iterable
from datetime import datetime

from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.kit import clock

ISSUER = "https://issuer.test"
_SECONDS = 900
# Somebody's calls of a minute carry one token, as a client's do: it is verified once.
_AS_LONG = 60
_REMEMBERED = 1_000
# By the key, which is kept with them, and their claims.
_made: dict[tuple[int, str], tuple[OKPKey, str]] = {}


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
        "exp": _latest_now() // _AS_LONG * _AS_LONG + _SECONDS,
        **({"tenant": tenant} if tenant is not None else {}),
        **({"workspace": workspace} if workspace is not None else {}),
        **({"agent": agent, "sid": "key_1"} if agent is not None else {}),
        **({"auth_time": int(signed_in.timestamp())} if signed_in is not None else {}),
        **({"amr": ["pop"]} if by_passkey else {}),
    }
    return {"Authorization": f"Bearer {_signed(key, json.dumps(claims))}"}


def _latest_now() -> int:
    """The later one of the platform's clock, which a story may move on by years, and the wall's."""
    return int(max(time.time(), clock.now().timestamp()))


def _signed(key: OKPKey, claims: str) -> str:
    if len(_made) > _REMEMBERED:
        _made.clear()
    _, token = _made.get((id(key), claims), (key, ""))
    if not token:
        header = {"alg": "Ed25519", "kid": key.kid, "typ": "at+jwt"}
        token = jwt.encode(header, json.loads(claims), key, ["Ed25519"])
        _made[id(key), claims] = key, token
    return token
