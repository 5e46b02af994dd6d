"""Routes that a capability token opens, and nothing else."""

from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.security import HTTPBearer
from joserfc.jwk import KeySet

from shared.capabilities.keys import public_keys_of
from shared.capabilities.reading import Capability, parse
from shared.kit.callers import Caller
from shared.kit.errors import SignatureInvalid
from shared.kit.roles import SERVICE_RUNTIME
from shared.runtime.minted_route import MintedRoute, minted_caller
from shared.storage.secrets import public_keys

RUNS_KEYS, APPROVALS_KEYS = "runs-public-keys", "approvals-public-keys"
# Only describes the header for the API's reference: the route reads it itself.
CAPABILITY = HTTPBearer(bearerFormat="Biscuit", scheme_name="CapabilityToken", auto_error=False)
# No token of ours or of an issuer can name it.
RUNS = "service:runs"


class CapabilityRoute(MintedRoute):
    """One call with a capability token. Guarantees what `Route` does: whoever calls is the service
    that minted the token, in the tenant and the workspace that it names. Whether it allows the call
    is judged once the body was read (`capability_of`)."""

    named = "a capability token"

    async def _minted_for(self, request: Request, token: str, at: datetime) -> Caller:
        request.state.capability = capability = await _verified(token)
        return await minted_caller(
            request,
            at,
            principal=RUNS,
            tenant_id=capability.right.tenant_id,
            workspace_id=capability.right.workspace_id,
            roles=frozenset({SERVICE_RUNTIME}),
        )


def calls_router() -> APIRouter:
    """A router whose routes are calls of runs, each with its own capability token."""
    route: Any = partial(CapabilityRoute, within=("execute_tool_call",))
    return APIRouter(route_class=route)


def capability_of(request: Request) -> Capability:
    """The token that opened the route."""
    capability: Capability = request.state.capability
    return capability


async def _verified(token: str) -> Capability:
    approvals = await public_keys(APPROVALS_KEYS)
    runs = await public_keys(RUNS_KEYS, to_verify=[token], named=_is_minted_by)
    return Capability(token, runs=runs, approvals=approvals)


def _is_minted_by(token: str, keys: KeySet) -> bool:
    try:
        parse(token, public_keys_of(keys))
    except SignatureInvalid:
        return False
    return True
