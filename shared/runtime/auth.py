"""Authenticates callers by JWTs signed with Ed25519, and by nothing else."""

import asyncio
import json
import time
import urllib.request
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from http.client import HTTPException
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel

from shared.kit.callers import Caller, Identifier
from shared.kit.errors import ScopeMissing, Unauthenticated, Unavailable
from shared.kit.signing import ALGORITHM, UNVERIFIABLE
from shared.runtime import logs
from shared.runtime.boundary import received_at
from shared.runtime.limits import CallLimit
from shared.runtime.settings import RuntimeSettings, runtime_settings

KEYS_KEPT_SECONDS = 600.0
KEYS_REFETCHED_AFTER_SECONDS = 30.0
TOKENS_REMEMBERED = 1024
LEEWAY_SECONDS = 5
# Tokens cannot be revoked, so longer ones are refused everywhere but on the local platform.
LONGEST_LIFE_SECONDS = 3600
# RFC 9068: an ID token of the same issuer and audience is not an access token.
ACCESS_TOKEN = "at+jwt"  # noqa: S105 - a type
SCOPES_ATTRIBUTE = "assent_scopes"
LONGEST_TOKEN = 8192
LONGEST_KEY_SET = 65_536


class Claims(BaseModel):
    """The claims that we read. `scope` is space-delimited (RFC 8693)."""

    iss: str
    aud: str | list[str]
    sub: Identifier
    exp: int
    tenant: Identifier
    scope: str = ""
    roles: tuple[str, ...] = ()
    nbf: int = 0


class TokenVerifier:
    """Verifies tokens against the issuer's published keys. One per process and event loop."""

    def __init__(self, settings: RuntimeSettings) -> None:
        self._settings = settings
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._lock = asyncio.Lock()
        self._verified: OrderedDict[str, tuple[Claims, float]] = OrderedDict()

    async def verify(self, token: str, now: datetime) -> Claims:
        """The token's claims. Raises Unauthenticated unless the issuer signed it with Ed25519 for
        this audience and it is valid at `now`, Unavailable where the keys cannot be read."""
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("the token is too long")
        claims, verified_at = self._verified.get(token, (None, 0.0))
        if claims is None or time.monotonic() - verified_at > KEYS_KEPT_SECONDS:
            self._verified.pop(token, None)
            claims = await self._verify_signature(token)
            self._verified[token] = claims, time.monotonic()
            if len(self._verified) > TOKENS_REMEMBERED:
                self._verified.popitem(last=False)
        self._check(claims, now)
        return claims

    def _check(self, claims: Claims, now: datetime) -> None:
        audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        moment = now.timestamp()
        if claims.iss != self._settings.issuer:
            raise Unauthenticated("the token is from another issuer")
        if self._settings.audience not in audiences:
            raise Unauthenticated("the token is for another audience")
        if moment >= claims.exp:
            raise Unauthenticated("the token has expired")
        if moment + LEEWAY_SECONDS < claims.nbf:
            raise Unauthenticated("the token is not valid yet")
        is_long = claims.exp - moment > LONGEST_LIFE_SECONDS
        if is_long and self._settings.environment != "local":
            raise Unauthenticated("the token is valid for too long")

    async def _verify_signature(self, token: str) -> Claims:
        try:
            return self._decode(token, await self._key_set(refetch=False))
        except Unauthenticated:
            return self._decode(token, await self._key_set(refetch=True))

    @staticmethod
    def _decode(token: str, keys: KeySet) -> Claims:
        try:
            verified = jwt.decode(token, keys, algorithms=[ALGORITHM])
            claims = Claims.model_validate(verified.claims)
        except UNVERIFIABLE as error:
            raise Unauthenticated("the token does not verify") from error
        if str(verified.header.get("typ")).lower().removeprefix("application/") != ACCESS_TOKEN:
            raise Unauthenticated("the token is not an access token")
        return claims

    async def _key_set(self, *, refetch: bool) -> KeySet:
        async with self._lock:
            age = time.monotonic() - self._fetched_at
            if self._keys is None or age > (
                KEYS_REFETCHED_AFTER_SECONDS if refetch else KEYS_KEPT_SECONDS
            ):
                self._keys = await asyncio.to_thread(_fetch, self._settings.jwks_url)
                self._fetched_at = time.monotonic()
            return self._keys


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    # A redirect's target could issue our tokens.
    def redirect_request(self, *args: object) -> None:
        return None


def _fetch(url: str) -> KeySet:
    # http(s) only: the address is configuration, never a caller's.
    try:
        with urllib.request.build_opener(_NoRedirect).open(url, timeout=5) as answer:
            return KeySet.import_key_set(json.loads(answer.read(LONGEST_KEY_SET)))
    except (OSError, HTTPException, ValueError, LookupError, TypeError, JoseError) as error:
        raise Unavailable("the issuer's keys cannot be read now") from error


_verifiers: dict[asyncio.AbstractEventLoop, TokenVerifier] = {}
_calls = CallLimit()
_bearer = HTTPBearer(bearerFormat="JWT", auto_error=False)


def _verifier() -> TokenVerifier:
    loop = asyncio.get_running_loop()
    if loop not in _verifiers:
        _verifiers[loop] = TokenVerifier(runtime_settings())
    return _verifiers[loop]


def requires(*scopes: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency that gives the caller, whose token has one of `scopes`: the route refused all
    others before it read the body (`shared.runtime.routes`)."""

    async def caller_of(
        request: Request,
        _: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Caller:
        caller: Caller = request.state.caller
        return caller

    setattr(caller_of, SCOPES_ATTRIBUTE, scopes)
    return caller_of


async def authorize(request: Request, scopes: Collection[str]) -> Caller:
    """The verified caller of this request. Raises Unauthenticated, ScopeMissing, and except on the
    local platform, where tests call without a limit, TooManyRequests."""
    credentials = await _bearer(request)
    if credentials is None:
        raise Unauthenticated("send a bearer token in the Authorization header")
    now = received_at(request.scope)
    claims = await _verifier().verify(credentials.credentials, now)
    logs.tenant_id.set(claims.tenant)
    logs.note(principal=claims.sub)
    if runtime_settings().environment != "local":
        _calls.take((claims.tenant, claims.sub), time.monotonic())
    granted = frozenset(claims.scope.split())
    if granted.isdisjoint(scopes):
        raise ScopeMissing(f"this call needs the scope {' or '.join(scopes)}")
    return Caller(
        principal=claims.sub,
        tenant_id=claims.tenant,
        scopes=granted,
        roles=frozenset(claims.roles),
        received_at=now,
        token=credentials.credentials,
    )
