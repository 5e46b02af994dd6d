"""Reads agents and cases without changing anything."""

from functions.agents.aggregates import AGENTS, CASES, RUN
from functions.agents.views import AgentList, AgentView, CreationCaseView
from shared.kit.callers import Caller
from shared.kit.models import part_of


async def list_agents(caller: Caller, limit: int, cursor: str | None) -> AgentList:
    """The tenant's agents, newest first. Raises Invalid for a cursor that no list gave."""
    page = await RUN.page(caller, AGENTS, order_by="created_at", limit=limit, cursor=cursor)
    items = tuple(AgentView.of(agent) for agent in page.items)
    return AgentList(items=items, next_cursor=page.next_cursor)


async def show_case(caller: Caller, case_id: str) -> CreationCaseView:
    """One creation case, and its correlation id. Raises NotFound."""
    case, latest = await RUN.read_with_event(caller, CASES, case_id)
    correlation_id = latest.correlation_id if latest else None
    return part_of(CreationCaseView, case, correlation_id=correlation_id)
