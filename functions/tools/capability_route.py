"""Routes that a capability token opens, and nothing else."""

from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.security import HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from joserfc.jwk import KeySet

from functions.tools.aggregates import APPROVALS_KEYS, RUNS_KEYS
from shared.capabilities.keys import public_keys_of
from shared.capabilities.reading import Capability, parse
from shared.kit.callers import Caller
from shared.kit.errors import SignatureInvalid, Unauthenticated
from shared.kit.roles import SERVICE_RUNTIME
from shared.policy.authorization import Authorization
from shared.runtime.authorization import authorization_of
from shared.runtime.boundary import received_at
from shared.runtime.credential_refusals import report_refusal
from shared.runtime.routes import Admission, Route
from shared.runtime.tenant_status import known_tenant, require_open
from shared.storage.secrets import public_keys

# Of the API's description; the route reads the header itself.
CAPABILITY = HTTPBearer(bearerFormat="Biscuit", scheme_name="CapabilityToken", auto_error=False)
# No token of ours or of an issuer can name it.
RUNS = "service:runs"


class CapabilityRoute(Route):
    """One call with a capability token. Guarantees what `Route` does: whoever calls is the service
    that minted the token, in the tenant and the workspace that it names. Whether it allows the call
    is judged once the body was read (`capability_of`)."""

    async def _caller_of(self, request: Request) -> Caller:
        scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
        try:
            if scheme.lower() != "bearer":
                raise SignatureInvalid("send a capability token as the bearer token")
            capability = await _verified(token)
        except SignatureInvalid as refusal:
            await report_refusal(request, "unverified")
            raise Unauthenticated(refusal.detail) from refusal
        request.state.capability = capability
        return await _caller(request, capability, received_at(request.scope))

    def _admission(self) -> Admission:
        async def admit(request: Request, caller: Caller) -> Authorization:
            await require_open(request, caller)
            request.state.caller = caller
            return await authorization_of(request, caller, self.acts)

        return admit


def capability_of(request: Request) -> Capability:
    """The token that opened the route."""
    capability: Capability = request.state.capability
    return capability


async def _verified(token: str) -> Capability:
    approvals = await public_keys(APPROVALS_KEYS)
    runs = await public_keys(RUNS_KEYS, to_verify=[token], named=_is_minted_by)
    return Capability(token, runs=runs, approvals=approvals)


async def _caller(request: Request, capability: Capability, at: datetime) -> Caller:
    right = capability.right
    known = await known_tenant(request, right.tenant_id, None)
    more: dict[str, Any] = {"workspace_id": right.workspace_id, "control": known.control}
    return Caller(
        principal=RUNS,
        tenant_id=right.tenant_id,
        scopes=frozenset(),
        roles=frozenset({SERVICE_RUNTIME}),
        received_at=at,
        token="",
        **more,
    )


def _is_minted_by(token: str, keys: KeySet) -> bool:
    try:
        parse(token, public_keys_of(keys))
    except SignatureInvalid:
        return False
    return True
