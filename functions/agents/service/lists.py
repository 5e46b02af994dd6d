"""Reads agents and cases without changing anything."""

from events.cases import CaseStatus
from functions.agents.aggregates import AGENTS, CASES, RUN
from functions.agents.views import (
    AgentDetail,
    AgentList,
    AgentView,
    CaseList,
    CaseSummary,
    CreationCaseView,
)
from shared.kit.callers import Caller
from shared.messaging.contents import read_contents
from shared.storage.firestore import TenantStore


async def list_agents(caller: Caller, limit: int, cursor: str | None) -> AgentList:
    """The tenant's agents without their specs, newest first. Raises Invalid for a cursor that no
    list gave."""
    page = await RUN.page(caller, AGENTS, order_by=("created_at",), limit=limit, cursor=cursor)
    return AgentList(items=tuple(map(AgentView.of, page.items)), next_cursor=page.next_cursor)


async def show_agent(caller: Caller, agent_id: str) -> AgentDetail:
    """One agent with its spec. Raises NotFound."""
    agent = await RUN.read(caller, AGENTS, agent_id)
    contents = await read_contents(TenantStore(caller.tenant_id), [agent.current.spec_hash])
    return AgentDetail.showing(agent, contents)


async def list_cases(
    caller: Caller, status: CaseStatus | None, limit: int, cursor: str | None
) -> CaseList:
    """The tenant's creation cases without their findings, newest first, all of them or those with
    the status. Raises Invalid for a cursor that no list gave."""
    where = [("status", "==", status)] if status else []
    order = ("requested_at",)
    page = await RUN.page(caller, CASES, where=where, order_by=order, limit=limit, cursor=cursor)
    return CaseList(items=tuple(map(CaseSummary.of, page.items)), next_cursor=page.next_cursor)


async def show_case(caller: Caller, case_id: str) -> CreationCaseView:
    """One creation case with its findings, and its correlation id. Raises NotFound."""
    case, latest = await RUN.read_with_event(caller, CASES, case_id)
    contents = await read_contents(TenantStore(caller.tenant_id), [case.findings_hash])
    correlation_id = latest.correlation_id if latest else None
    return CreationCaseView.showing(case, contents, correlation_id)
