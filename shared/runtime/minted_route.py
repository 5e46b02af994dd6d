"""Routes that a token opens which one of our functions minted, and nothing else."""

from datetime import datetime

from fastapi import Request
from fastapi.security.utils import get_authorization_scheme_param

from shared.kit.callers import Caller
from shared.kit.errors import SignatureInvalid, Unauthenticated
from shared.policy.authorization import Authorization
from shared.runtime import logs
from shared.runtime.authorization import authorization_of
from shared.runtime.boundary import received_at
from shared.runtime.credential_refusals import report_refusal
from shared.runtime.routes import Admission, Route
from shared.runtime.tenant_status import known_tenant, require_open


class MintedRoute(Route):
    """One call with a token that a function minted. Guarantees what `Route` does, but for scopes,
    which such a token has none of: a subclass says which tokens it takes, and who then calls."""

    named = "a token"

    async def _caller_of(self, request: Request) -> Caller:
        scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
        try:
            if scheme.lower() != "bearer":
                raise SignatureInvalid(f"send {self.named} as the bearer token")
            return await self._minted_for(request, token, received_at(request.scope))
        except SignatureInvalid as refusal:
            await report_refusal(request, "unverified")
            raise Unauthenticated(refusal.detail) from refusal

    async def _minted_for(self, request: Request, token: str, at: datetime) -> Caller:
        """Who calls with the token. Raises SignatureInvalid for one that is not taken."""
        raise NotImplementedError

    def _admission(self) -> Admission:
        async def admit(request: Request, caller: Caller) -> Authorization:
            await require_open(request, caller)
            request.state.caller = caller
            return await authorization_of(request, caller, self.acts)

        return admit


async def minted_caller(
    request: Request,
    at: datetime,
    *,
    principal: str,
    tenant_id: str,
    workspace_id: str | None,
    roles: frozenset[str],
) -> Caller:
    """The caller that such a token stands for, with what is known of its tenant. Raises
    Unavailable."""
    logs.tenant_id.set(tenant_id)
    logs.note(principal=principal)
    known = await known_tenant(request, tenant_id, None)
    return Caller(
        principal=principal,
        tenant_id=tenant_id,
        scopes=frozenset(),
        roles=roles,
        received_at=at,
        token="",
        workspace_id=workspace_id,
        control=known.control,
    )
