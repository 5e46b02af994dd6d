"""Agents and violations, from the projection; what agents spend where `runs` keeps it."""

from collections.abc import Sequence

from mobile_api.rules.agents import SHOWN_FIELDS, shown_agent
from mobile_api.rules.documents import AGENTS, VIOLATIONS
from mobile_api.store import require_document
from mobile_api.views import Agent, AgentPage, ReportedViolation, ViolationPage
from shared.budgets.limits import Spending
from shared.budgets.reading import read_agents_spending
from shared.kit.callers import Caller
from shared.kit.workspaces import within
from shared.storage.firestore import TenantStore


async def list_agents(caller: Caller, limit: int, cursor: str | None) -> AgentPage:
    """Agents, by name."""
    page = await TenantStore(caller.tenant_id).find_page(
        AGENTS,
        select=SHOWN_FIELDS,
        where=within(caller.workspace_id),
        order_by=("name",),
        descending=False,
        limit=limit,
        cursor=cursor,
    )
    ids = [document.id for document in page.items]
    spent = await _today(caller, ids)
    agents = tuple(shown_agent(document.data, spent[document.id]) for document in page.items)
    return AgentPage(items=agents, next_cursor=page.next_cursor)


async def read_agent(caller: Caller, agent_id: str) -> Agent:
    """One agent. Raises NotFound."""
    document = await require_document(caller, AGENTS, "agt", agent_id)
    return shown_agent(document.data, (await _today(caller, [agent_id]))[agent_id])


async def _today(caller: Caller, agent_ids: Sequence[str]) -> dict[str, Spending]:
    store = TenantStore(caller.tenant_id)
    return await read_agents_spending(store, agent_ids, caller.received_at)


async def list_violations(caller: Caller, limit: int, cursor: str | None) -> ViolationPage:
    """Violations, newest first."""
    page = await TenantStore(caller.tenant_id).find_page(
        VIOLATIONS,
        select=("violation",),
        where=within(caller.workspace_id),
        order_by=("at",),
        limit=limit,
        cursor=cursor,
    )
    texts = (document.data["violation"] for document in page.items)
    items = tuple(ReportedViolation.model_validate_json(text) for text in texts)
    return ViolationPage(items=items, next_cursor=page.next_cursor)
