"""Single tokens of runs."""

from functions.runs.service.revocation import revoke_token
from functions.runs.views.recalls import TokenView
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Router
from shared.runtime.tier_limits import beyond_quota

ROUTER = Router(read=("runs:read",), write=("runs:write",), narrows=True)


@ROUTER.post("/v1/tokens/{token_id}/revoke", status_code=202)
@does("tokens.revoke", within=("cancel_or_retry_workflow",), deed="revoking a token of a run")
@beyond_quota
async def post_revocation(caller: Caller, key: Key, token_id: str) -> TokenView:
    """Revokes a token of a run, as the run, an invocation or a receipt names it: neither it nor
    what was made of it acts again. A run that goes by the assent in it is cancelled."""
    return await revoke_token(caller, key, token_id)
