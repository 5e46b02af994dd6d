"""The OpenID Connect issuer for people and for service accounts, on the local platform only."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeyParameters, KeySet, OKPKey, RSAKey

from emulators.gateway.messages import Answer, Call
from emulators.gateway.problems import json_answer, problem
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.errors import NotFound
from shared.kit.signing import ALGORITHM, load_signing_key, new_key, public_key_set

AUDIENCE = "assent"
JWKS_PATH = "/jwks.json"
_SERVICE_TOKEN_LIFE = timedelta(hours=1)
_RENEW_BEFORE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SavedIssuer:
    """An issuer's name and its two private keys as JSON Web Keys."""

    url: str
    users: dict[str, Any]
    services: dict[str, Any]


class Issuer:
    """Signs users' tokens with Ed25519 and service identities with RS256, as Google does, by the
    given clock. The keys differ, so that neither kind of token passes as the other."""

    def __init__(self, now: Callable[[], datetime], saved: SavedIssuer | None = None) -> None:
        """A new issuer with new keys, or a saved one, whose tokens still verify."""
        self._now = now
        # Public keys of another who issues tokens under this name.
        self.also_of: list[dict[str, Any]] = []
        self.url = saved.url if saved else ""
        self._users = (
            OKPKey.import_key(dict(saved.users))
            if saved
            else OKPKey.generate_key("Ed25519", _kid())
        )
        self._services = (
            RSAKey.import_key(dict(saved.services)) if saved else RSAKey.generate_key(2048, _kid())
        )
        self._service_keys = KeySet([self._services])
        self._minted: dict[tuple[str, str], tuple[str, datetime]] = {}
        self._checked = lru_cache(maxsize=4096)(self._check)

    def save(self) -> SavedIssuer:
        """The state from which a later issuer continues."""
        users, services = (key.as_dict(private=True) for key in (self._users, self._services))
        return SavedIssuer(self.url, users, services)

    def user_token(
        self,
        principal: str,
        tenant: str,
        *,
        scopes: Sequence[str],
        roles: Sequence[str],
        expires_in: int,
        workspace: str | None = None,
        agent: str | None = None,
        audience: str = AUDIENCE,
    ) -> str:
        """An access token as a sign-in would issue it: for no tenant where that is `_platform`."""
        now = int(self._now().timestamp())
        claims = {
            "iss": self.url,
            "aud": audience,
            "sub": principal,
            **({} if tenant == PLATFORM_TENANT else {"tenant": tenant}),
            **({} if workspace is None else {"workspace": workspace}),
            **({} if agent is None else {"agent": agent}),
            "scope": " ".join(scopes),
            "roles": list(roles),
            "iat": now,
            "nbf": now,
            "exp": now + expires_in,
            "jti": secrets.token_urlsafe(12),
        }
        header = {"alg": ALGORITHM, "kid": self._users.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self._users, [ALGORITHM])

    def service_token(self, email: str, audience: str) -> str:
        """A Google-style identity token of a service account for one audience; reused until it is
        about to expire."""
        now = self._now()
        token, expires = self._minted.get((email, audience), ("", now))
        if expires - now < _RENEW_BEFORE:
            expires = now + _SERVICE_TOKEN_LIFE
            token = self._mint(email, audience, now, expires)
            self._minted[email, audience] = token, expires
        return token

    def caller(self, token: str, audience: str) -> str | None:
        """The email in a valid, unexpired service token for `audience`, or None."""
        claims = self._checked(token)
        if claims is None or claims.get("aud") != audience or not claims.get("email_verified"):
            return None
        now = self._now().timestamp()
        return claims["email"] if claims["iat"] <= now + 60 and now < claims["exp"] else None

    async def answer(self, call: Call) -> Answer:
        """The issuer's own HTTP side: discovery and key set."""
        if call.path == "/.well-known/openid-configuration":
            return json_answer(
                {
                    "issuer": self.url,
                    "jwks_uri": f"{self.url}{JWKS_PATH}",
                    "id_token_signing_alg_values_supported": [ALGORITHM],
                    "response_types_supported": ["token"],
                    "subject_types_supported": ["public"],
                }
            )
        if call.path == JWKS_PATH:
            return json_answer({"keys": [*public_key_set(self._users)["keys"], *self.also_of]})
        return problem(NotFound(f"the issuer has no {call.path}"))

    def _mint(self, email: str, audience: str, now: datetime, expires: datetime) -> str:
        claims = {
            "iss": f"{self.url}/service-accounts",
            "aud": audience,
            "sub": email,
            "email": email,
            "email_verified": True,
            "iat": int(now.timestamp()),
            "exp": int(expires.timestamp()),
        }
        header = {"alg": "RS256", "kid": self._services.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self._services, ["RS256"])

    def _check(self, token: str) -> Mapping[str, Any] | None:
        try:
            return jwt.decode(token, self._service_keys, ["RS256"]).claims
        except (JoseError, ValueError, TypeError):
            return None


def _kid() -> KeyParameters:
    return {"kid": f"local-{secrets.token_hex(4)}"}


def new_signing_key(name: str) -> tuple[bytes, bytes]:
    """The payloads of a new `*-signing-key` secret and of its `*-public-keys` secret."""
    private = json.dumps(new_key(name))
    return private.encode(), json.dumps(public_key_set(load_signing_key(private))).encode()
