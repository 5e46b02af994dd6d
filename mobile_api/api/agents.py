"""Agents, and the rules that were broken."""

from fastapi import APIRouter

from mobile_api.api.parameters import Cursor, Limit, Reader
from mobile_api.service import reading
from mobile_api.views import Agent, AgentPage, ViolationPage

ROUTER = APIRouter(prefix="/v1/mobile", tags=["agents"])


@ROUTER.get("/agents")
async def list_agents(caller: Reader, limit: Limit = 25, cursor: Cursor = None) -> AgentPage:
    """Agents, by name."""
    return await reading.list_agents(caller, limit, cursor)


@ROUTER.get("/agents/{agent_id}")
async def get_agent(caller: Reader, agent_id: str) -> Agent:
    """One agent."""
    return await reading.read_agent(caller, agent_id)


@ROUTER.get("/violations")
async def list_violations(
    caller: Reader, limit: Limit = 25, cursor: Cursor = None
) -> ViolationPage:
    """Broken rules with their evidence, newest first."""
    return await reading.list_violations(caller, limit, cursor)
