"""Records the tokens and other proofs that a public side refused, so that they are audited."""

import logging

from fastapi import Request

from shared.kit.bookkeeping import PLATFORM_TENANT, CredentialRefused, RefusalReason
from shared.kit.callers import Caller
from shared.kit.errors import RecordedRefusal
from shared.kit.principals import is_reserved
from shared.messaging.outbox import Outbox
from shared.messaging.rates import Rate, record_at_most
from shared.messaging.recorder import Recorder
from shared.runtime import logs
from shared.runtime.boundary import received_at

COLLECTION = "credential_refusals"
OF_A_PRINCIPAL = Rate("credential", "crd", COLLECTION, per_minute=20)
# Whoever can send bytes causes these: one a minute and reason shows that somebody tries.
OF_STRANGERS = Rate("credential", "crd", COLLECTION, per_minute=1)

_log = logging.getLogger(__name__)


async def report_refusal(
    request: Request,
    reason: RefusalReason,
    tenant_id: str = PLATFORM_TENANT,
    principal: str | None = None,
    impersonator: str | None = None,
    workspace_id: str | None = None,
) -> None:
    """Records that a token was refused: in the log of the tenant and the workspace that it proves,
    up to twenty times a minute and principal; otherwise in the platform's own, once a minute,
    function and reason. The request's log line has the reason each time. The refusal stands where
    the record fails: never raises."""
    logs.note(refused=reason)
    outbox: Outbox | None = getattr(request.app.state, "outbox", None)
    if outbox is None:
        return
    at = received_at(request.scope)
    actor = f"service:{outbox.noun}"
    acts = impersonator or principal
    if acts is not None and not is_reserved(acts):
        actor = acts
    recorder = Recorder(outbox.noun, tenant_id, actor, at, workspace_id=workspace_id)
    data = CredentialRefused(
        function=outbox.noun,
        call=f"{request.method} {request.scope['route'].path}",
        reason=reason,
        principal=principal,
        refused_at=at,
        impersonator=impersonator,
    )
    try:
        if principal is None:
            await record_at_most(OF_STRANGERS, outbox, recorder, f"{outbox.noun} {reason}", data)
        else:
            await record_at_most(OF_A_PRINCIPAL, outbox, recorder, principal, data)
    except Exception:  # noqa: BLE001 - the refusal stands
        _log.exception("a refused token was not recorded")


async def report_refused_caller(request: Request, reason: RefusalReason, caller: Caller) -> None:
    """Records that a call was refused to a caller whose token is good. Never raises."""
    who = (caller.tenant_id, caller.principal, caller.impersonator, caller.workspace_id)
    await report_refusal(request, reason, *who)


async def record_refusal(request: Request, refusal: RecordedRefusal) -> None:
    """Records what ended the call, where it has a reason. Never raises."""
    if refusal.reason is None:
        return
    tenant_id, principal = refusal.tenant_id, refusal.principal
    workspace_id = refusal.workspace_id
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is not None:
        tenant_id, principal = tenant_id or caller.tenant_id, principal or caller.principal
        if tenant_id == caller.tenant_id:
            workspace_id = workspace_id or caller.workspace_id
    await report_refusal(
        request,
        refusal.reason,
        tenant_id or PLATFORM_TENANT,
        principal,
        workspace_id=workspace_id,
    )
