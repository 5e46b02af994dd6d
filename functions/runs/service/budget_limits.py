"""Sets what agents, API keys and the tenant may spend."""

from functions.runs.aggregates import RUN
from functions.runs.rules.budget import note_limits, set_limit
from functions.runs.service.makers import KEYS
from functions.runs.views.budgets import LimitView
from shared.agents.reading import is_there
from shared.aggregates.command import Command
from shared.budgets.aggregates import LIMITS
from shared.budgets.limits import ANY_AGENT, TENANT
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import is_id
from shared.messaging.misses import report_miss
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey


async def put_limit(
    caller: Caller, key: IdempotencyKey, scope: str, limit_usd_micros: int
) -> LimitView:
    """The limit of the budget from now on. Raises NotFound for what is neither `tenant` nor the id
    of an agent or an API key of the tenant; reports the miss of an id."""
    unknown = NotFound(f"there is no budget {scope[:64]!r}: name an agent's or key's id, or tenant")
    is_key = is_id("key", scope)
    if scope != TENANT and not is_key and not is_id("agt", scope):
        raise unknown

    async def use_case(work: Command) -> LimitView:
        if scope != TENANT and not await _has_budget(work.store, scope, is_key=is_key):
            await report_miss(RUN.outbox, caller, scope)
            raise unknown
        await work.prefetch((LIMITS, scope), (LIMITS, ANY_AGENT))
        if scope != TENANT and await work.find(LIMITS, ANY_AGENT) is None:
            await work.save(*note_limits(caller.principal))
        saved = await work.save(*set_limit(scope, limit_usd_micros, caller.principal))
        return LimitView.of(saved[0])

    return await RUN.command(caller, use_case, LimitView, key=key)


async def _has_budget(store: TenantStore, id: str, *, is_key: bool) -> bool:
    if is_key:
        return await store.get(KEYS, id) is not None
    return await is_there(store, id)
