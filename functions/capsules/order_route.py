"""The route that an order of `runs` opens, and nothing else."""

from datetime import datetime

from fastapi import Request
from fastapi.security import HTTPBearer

from events.jobs import RUNS_KEYS, JobOrder, verify_order
from shared.kit.callers import Caller
from shared.runtime.minted_route import MintedRoute, minted_caller
from shared.storage.secrets import public_keys

# Only describes the header for the API's reference: the route reads it itself.
ORDER = HTTPBearer(bearerFormat="JWS", scheme_name="JobOrder", auto_error=False)


class OrderRoute(MintedRoute):
    """One call with an order. Guarantees what `Route` does: whoever calls is the principal that the
    order names, with its roles, in its tenant and workspace. That the order is for this body is
    judged once it was read (`order_of`)."""

    named = "an order of runs"

    async def _minted_for(self, request: Request, token: str, at: datetime) -> Caller:
        keys = await public_keys(RUNS_KEYS, to_verify=[token])
        request.state.order = order = verify_order(token, keys, at)
        return await minted_caller(
            request,
            at,
            principal=order.principal,
            tenant_id=order.tenant_id,
            workspace_id=order.workspace_id,
            roles=frozenset(order.roles),
        )


def order_of(request: Request) -> JobOrder:
    """The order that opened the route."""
    order: JobOrder = request.state.order
    return order
