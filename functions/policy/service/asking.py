"""Decisions that callers ask for over the API, recorded with what they were decided on."""

from functions.policy.aggregates import DECISIONS, RUN
from functions.policy.rules.deciding import RequestBody, decide, refuse_other_tenants
from functions.policy.views import DecisionPage, DecisionView
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.transitions import Transition
from shared.policy.published import policies_of
from shared.storage.idempotency import IdempotencyKey


async def ask(caller: Caller, key: IdempotencyKey, body: RequestBody) -> DecisionView:
    """The recorded answer under the tenant's published policies, at most twenty seconds old. Raises
    Invalid for entities of another tenant, PolicyInvalid, Unavailable."""
    refuse_other_tenants(body, caller.tenant_id)
    policies = await policies_of(caller.tenant_id)

    async def use_case(work: Command) -> DecisionView:
        decided = decide(policies, body, caller.principal, work.at)
        await work.save(Transition(decided))
        return DecisionView.of(decided)

    return await RUN.command(caller, key, use_case, DecisionView)


async def list_decisions(caller: Caller, limit: int, cursor: str | None) -> DecisionPage:
    """The tenant's recorded decisions, newest first."""
    page = await RUN.page(caller, DECISIONS, order_by=("at",), limit=limit, cursor=cursor)
    return DecisionPage(items=tuple(page.items), next_cursor=page.next_cursor)
