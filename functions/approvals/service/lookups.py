"""Finding what a caller asks for, and telling of what is not there."""

from typing import NoReturn

from functions.approvals.rules.approval import Actor, Approval
from functions.approvals.rules.precedent import Precedent
from functions.approvals.service.wiring import OUTBOX
from functions.approvals.store import APPROVALS, PRECEDENTS, Kept, read_approval, read_precedent
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import is_id
from shared.messaging.misses import report_miss
from shared.storage.firestore import TenantStore


def actor_of(caller: Caller) -> Actor:
    """The caller, as rules see them."""
    return Actor(caller.principal, caller.roles)


async def require_approval(caller: Caller, approval_id: str) -> Kept[Approval]:
    """The caller's tenant's approval. One read. Raises NotFound."""
    refuse_malformed("apr", approval_id)
    document = await TenantStore(caller.tenant_id).get(APPROVALS, approval_id)
    return read_approval(document) or await missed(caller, approval_id)


async def require_precedent(caller: Caller, precedent_id: str) -> Kept[Precedent]:
    """The caller's tenant's precedent. One read. Raises NotFound."""
    refuse_malformed("pre", precedent_id)
    document = await TenantStore(caller.tenant_id).get(PRECEDENTS, precedent_id)
    return read_precedent(document) or await missed(caller, precedent_id)


def refuse_malformed(prefix: str, id: str) -> None:
    """Raises NotFound for what cannot be an id of ours; it asks nobody and tells nobody."""
    if not is_id(prefix, id):
        raise NotFound()


async def missed(caller: Caller, id: str) -> NoReturn:
    """Raises NotFound, once the miss is on its way to the audit."""
    await report_miss(OUTBOX, caller, id)
    raise NotFound()
