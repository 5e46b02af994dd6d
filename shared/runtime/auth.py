"""Authenticates callers by their access tokens, and permits calls by what these say."""

from collections.abc import Awaitable, Callable, Collection
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.kit.api_keys import PREFIX
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.errors import (
    CoversTheTenant,
    OnlyReading,
    ScopeMissing,
    TenantNotChosen,
    Unauthenticated,
)
from shared.kit.per_loop import PerLoop
from shared.kit.wording import one_of
from shared.runtime import logs
from shared.runtime.access_tokens import BY_PASSKEY, TokenRefused, TokenVerifier
from shared.runtime.boundary import received_at
from shared.runtime.credential_refusals import report_refusal, report_refused_caller
from shared.runtime.key_exchange import KeyExchange
from shared.runtime.settings import runtime_settings
from shared.runtime.tenant_status import known_tenant

SCOPES_ATTRIBUTE = "assent_scopes"

_verifiers = PerLoop(lambda: TokenVerifier(runtime_settings()))
_exchanges = PerLoop(lambda: KeyExchange(runtime_settings().address_of_identity))
_bearer = HTTPBearer(bearerFormat="JWT", auto_error=False)


async def _access_token(presented: str) -> str:
    """The token that was presented, or the one that an API key stands for. Raises Unauthenticated,
    Unavailable."""
    if not presented.startswith(PREFIX):
        return presented
    return await _exchanges.here().token_for(presented)


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


async def authenticate(
    request: Request, otherwise: str | None = None, resource: str | None = None
) -> Caller:
    """The verified caller of this request, whatever its scopes: by its bearer token or, without
    one, by what it sent `otherwise`. A token for that `resource` is taken too: its bearer acts on
    behalf of the person who signed it in. Raises Unauthenticated, also for a token that was revoked
    since it was issued, and Unavailable."""
    credentials = await _bearer(request)
    presented = credentials.credentials if credentials is not None else otherwise
    if not presented:
        raise Unauthenticated("send a bearer token in the Authorization header")
    now = received_at(request.scope)
    try:
        token = await _access_token(presented)
        claims = await _verifiers.here().verify(token, now, resource)
        known = await known_tenant(request, claims.tenant_id, claims.sid)
        if known.refuses(claims.bearer):
            raise TokenRefused("revoked", "the sign-in or the key was revoked: get a token", claims)
    except Unauthenticated as refusal:
        await _report(request, refusal)
        raise
    logs.tenant_id.set(claims.tenant_id)
    logs.note(principal=claims.sub)
    if claims.impersonator is not None:
        logs.note(impersonator=claims.impersonator)
    return Caller(
        principal=claims.sub,
        tenant_id=claims.tenant_id,
        scopes=frozenset(claims.scope.split()),
        roles=frozenset(claims.roles),
        received_at=now,
        token=token,
        impersonator=claims.impersonator,
        workspace_id=claims.workspace,
        session_id=claims.sid,
        requests_per_minute=claims.requests_per_minute,
        agent_id=claims.agent,
        signed_in_at=claims.signed_in_at,
        signed_in_by_passkey=BY_PASSKEY in claims.amr,
        on_behalf_of=claims.sub if claims.is_for(resource) else None,
        control=known.control,
    )


async def require_reading(request: Request, caller: Caller) -> None:
    """Raises OnlyReading for a call that may change something, by somebody who acts as another:
    whatever it is, they never decide and never write."""
    if caller.impersonator is not None and request.method not in ("GET", "HEAD"):
        await report_refused_caller(request, "impersonated", caller)
        raise OnlyReading("support sees what a member sees, and neither decides nor writes")


async def require_tenant(request: Request, caller: Caller) -> None:
    """Raises TenantNotChosen for a caller whose token is for no tenant."""
    if caller.tenant_id == PLATFORM_TENANT:
        await report_refused_caller(request, "tenant_missing", caller)
        detail = "choose one when you get the token: send tenant to POST /v1/auth/token"
        raise TenantNotChosen(detail)


async def require_whole_tenant(request: Request, caller: Caller) -> None:
    """Raises CoversTheTenant for a caller whose token is for one workspace."""
    if caller.workspace_id is not None:
        await report_refused_caller(request, "for_one_workspace", caller)
        detail = "get a token without workspace: leave it out of POST /v1/auth/token"
        raise CoversTheTenant(detail)


async def authorize(request: Request, caller: Caller, scopes: Collection[str]) -> None:
    """Raises ScopeMissing unless the caller's token has one of `scopes`."""
    if caller.scopes.isdisjoint(scopes):
        await report_refused_caller(request, "scope_missing", caller)
        raise ScopeMissing(f"this call needs the scope {one_of(scopes)}")


async def _report(request: Request, refusal: Unauthenticated) -> None:
    """Reports a refused token; under its tenant only where it names our own issuer, because another
    issuer's tenants are not ours, even where it has the same keys."""
    if not isinstance(refusal, TokenRefused):
        await report_refusal(request, "unverified")
    elif refusal.reason == "another_issuer" or refusal.claims.iss != runtime_settings().issuer:
        await report_refusal(request, refusal.reason)
    else:
        claims = refusal.claims
        whose = (claims.tenant_id, claims.sub, claims.impersonator, claims.workspace)
        await report_refusal(request, refusal.reason, *whose)
