"""Agents and violations, from the projection only."""

from mobile_api.rules.agents import shown_agent
from mobile_api.rules.documents import AGENTS, VIOLATIONS
from mobile_api.store import require_document
from mobile_api.views import Agent, AgentPage, ReportedViolation, ViolationPage
from shared.kit.callers import Caller
from shared.storage.firestore import TenantStore


async def list_agents(caller: Caller, limit: int, cursor: str | None) -> AgentPage:
    """Agents, by name."""
    page = await TenantStore(caller.tenant_id).find(
        AGENTS, order_by="name", limit=limit, cursor=cursor
    )
    agents = tuple(shown_agent(document.data) for document in page.items)
    return AgentPage(items=agents, next_cursor=page.next_cursor)


async def read_agent(caller: Caller, agent_id: str) -> Agent:
    """One agent. Raises NotFound."""
    return shown_agent((await require_document(caller, AGENTS, "agt", agent_id)).data)


async def list_violations(caller: Caller, limit: int, cursor: str | None) -> ViolationPage:
    """Violations, newest first."""
    page = await TenantStore(caller.tenant_id).find(
        VIOLATIONS, order_by="at", descending=True, limit=limit, cursor=cursor
    )
    items = tuple(ReportedViolation.model_validate(document.data) for document in page.items)
    return ViolationPage(items=items, next_cursor=page.next_cursor)
