"""Verifies access tokens: JWTs signed with Ed25519, and nothing else."""

import time
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Annotated

from joserfc import jws, jwt
from joserfc.jwk import KeySet
from pydantic import BaseModel, Field, ValidationError

from shared.kit.bookkeeping import PLATFORM_TENANT, RefusalReason
from shared.kit.callers import Identifier, Scopes
from shared.kit.control import Bearer
from shared.kit.errors import Unauthenticated
from shared.kit.principals import is_reserved
from shared.kit.signing import ALGORITHM, UNVERIFIABLE
from shared.kit.tier_limits import LEAST_OF_A_KEY, MOST_OF_A_KEY
from shared.kit.wording import field_errors
from shared.runtime import issuer_keys
from shared.runtime.issuer_keys import IssuerKeys
from shared.runtime.settings import RuntimeSettings

TOKENS_REMEMBERED = 1024
LEEWAY_SECONDS = 5
# Revocations are kept for little longer than our tokens live, so longer ones are refused everywhere
# but on the local platform.
LONGEST_LIFE_SECONDS = 3600
# RFC 9068: an ID token of the same issuer and audience is not an access token.
ACCESS_TOKEN = "at+jwt"  # noqa: S105 - a type
# RFC 8176: by proof of possession of a key.
BY_PASSKEY = "pop"
LONGEST_TOKEN = 8192
# The last second of the year 9999.
LAST_SECOND = 253_402_300_799

Seconds = Annotated[int, Field(ge=0, le=LAST_SECOND)]


class ActClaim(BaseModel):
    """Who acts in the subject's name (RFC 8693)."""

    sub: Identifier


class Claims(BaseModel):
    """The claims that we read. `scope` is space-delimited (RFC 8693). Issuer and audience are
    compared with ours; every other text is ASCII, since cards and the audit show it. Without a
    `tenant` a token opens only calls that say so. `sid` is the session or the key that it was
    issued to, `member_version` that of the principal's place in the tenant then,
    `requests_per_minute` the limit of a key that has one of its own, `agent` the agent with
    whose rights to tools it acts, `auth_time` when its bearer signed in with a browser, and `amr`
    has BY_PASSKEY where that was by passkey (RFC 8176)."""

    iss: str
    aud: str | list[str]
    sub: Identifier
    exp: Seconds
    tenant: Identifier | None = None
    workspace: Identifier | None = None
    scope: Scopes = ""
    roles: tuple[Identifier, ...] = ()
    nbf: Seconds = 0
    act: ActClaim | None = None
    iat: Seconds = 0
    sid: Identifier | None = None
    member_version: Annotated[int, Field(ge=0)] = 0
    requests_per_minute: Annotated[int, Field(ge=LEAST_OF_A_KEY, le=MOST_OF_A_KEY)] | None = None
    agent: Identifier | None = None
    auth_time: Seconds | None = None
    amr: tuple[str, ...] = ()

    @property
    def tenant_id(self) -> str:
        """Whose the token's acts are: the platform's where it is for no tenant."""
        return self.tenant or PLATFORM_TENANT

    def is_for(self, audience: str | None) -> bool:
        """Whether the audience is one of the token's."""
        return audience == self.aud if isinstance(self.aud, str) else audience in self.aud

    @property
    def impersonator(self) -> str | None:
        """Who acts as the subject, where somebody does."""
        return self.act.sub if self.act is not None else None

    @property
    def signed_in_at(self) -> datetime | None:
        """When the bearer signed in with a browser, where they did."""
        return None if self.auth_time is None else datetime.fromtimestamp(self.auth_time, UTC)

    @property
    def bearer(self) -> Bearer:
        """What a revocation is compared with."""
        return Bearer(self.sub, self.sid, self.iat, self.member_version, self.workspace)


class TokenRefused(Unauthenticated):
    """A token that was signed with one of the issuer's keys; `claims` are what it says."""

    def __init__(self, reason: RefusalReason, detail: str, claims: Claims) -> None:
        super().__init__(detail)
        self.reason = reason
        self.claims = claims


class TokenVerifier:
    """Verifies tokens against the issuer's published keys. One per process and event loop."""

    def __init__(self, settings: RuntimeSettings) -> None:
        self._settings = settings
        self._keys = IssuerKeys(settings.jwks_url)
        self._verified: OrderedDict[str, tuple[Claims, float]] = OrderedDict()

    async def verify(self, token: str, now: datetime, resource: str | None = None) -> Claims:
        """The token's claims. Raises Unauthenticated unless the issuer signed it with Ed25519 for
        this audience, or for `resource`, and it is valid at `now`; Unavailable where the keys
        cannot be read."""
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("the token is too long")
        claims, verified_at = self._verified.get(token, (None, 0.0))
        if claims is None or time.monotonic() - verified_at > issuer_keys.KEPT_SECONDS:
            self._verified.pop(token, None)
            claims = await self._verify_signature(token)
            self._verified[token] = claims, time.monotonic()
            if len(self._verified) > TOKENS_REMEMBERED:
                self._verified.popitem(last=False)
        self._check(claims, now, resource)
        return claims

    def _check(self, claims: Claims, now: datetime, resource: str | None) -> None:
        moment = now.timestamp()
        if claims.iss != self._settings.issuer:
            raise TokenRefused("another_issuer", "the token is from another issuer", claims)
        if is_reserved(claims.sub):
            detail = "the token names a principal that nobody may be"
            raise TokenRefused("reserved_principal", detail, claims)
        if not claims.is_for(self._settings.audience) and not claims.is_for(resource):
            raise TokenRefused("another_audience", "the token is for another audience", claims)
        if moment >= claims.exp:
            raise TokenRefused("expired", "the token has expired", claims)
        if moment + LEEWAY_SECONDS < claims.nbf:
            raise TokenRefused("not_valid_yet", "the token is not valid yet", claims)
        is_long = claims.exp - moment > LONGEST_LIFE_SECONDS
        if is_long and self._settings.environment != "local":
            raise TokenRefused("valid_too_long", "the token is valid for too long", claims)

    async def _verify_signature(self, token: str) -> Claims:
        name = _key_name(token)
        keys = await self._keys.current()
        # Only a token that names a key we do not know may be signed with a newer one.
        if name is not None and all(key.kid != name for key in keys):
            keys = await self._keys.sought_again()
        return self._decode(token, keys)

    @staticmethod
    def _decode(token: str, keys: KeySet) -> Claims:
        try:
            verified = jwt.decode(token, keys, algorithms=[ALGORITHM])
            claims = Claims.model_validate(verified.claims)
        except ValidationError as error:
            wrong = "; ".join(f"{each.field} {each.message}" for each in field_errors(error))
            raise Unauthenticated(f"the token's claims cannot be read: {wrong}") from error
        except UNVERIFIABLE as error:
            raise Unauthenticated("the token does not verify") from error
        if str(verified.header.get("typ")).lower().removeprefix("application/") != ACCESS_TOKEN:
            raise TokenRefused("another_type", "the token is not an access token", claims)
        return claims


def _key_name(token: str) -> str | None:
    """The `kid` in the header of a token. Raises Unauthenticated for what is no token."""
    try:
        name = jws.extract_compact(token.encode()).headers().get("kid")
    except UNVERIFIABLE as error:
        raise Unauthenticated("the token does not verify") from error
    return name if isinstance(name, str) else None
