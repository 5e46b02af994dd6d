"""Reading agents and cases for a caller."""

from typing import Any

from functions.agents.rules.skills import CATALOGUE
from functions.agents.service.loading import load_agent, load_case
from functions.agents.service.views import agent_view, case_view
from functions.agents.store import AGENTS, read_agent
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.messaging.outbox import Outbox
from shared.storage.firestore import TenantStore


async def list_agents(caller: Caller, limit: int, cursor: str | None) -> dict[str, Any]:
    """The tenant's agents, newest first. Raises Invalid for a cursor that is not one of ours."""
    page = await TenantStore(caller.tenant_id).find(
        AGENTS, order_by="created_at", descending=True, limit=limit, cursor=cursor
    )
    agents = [kept.value for kept in map(read_agent, page.items) if kept is not None]
    return {"items": [agent_view(agent) for agent in agents], "next_cursor": page.next_cursor}


def list_skills(limit: int, cursor: str | None) -> dict[str, Any]:
    """The catalogue, by name. Raises Invalid for a cursor that is not one of ours."""
    names = sorted(CATALOGUE)
    if cursor is not None and cursor not in CATALOGUE:
        raise Invalid(FieldError("cursor", "is not a cursor this list gave"))
    start = 0 if cursor is None else names.index(cursor) + 1
    page = names[start : start + limit]
    more = start + limit < len(names)
    items = [CATALOGUE[name].model_dump(mode="json") for name in page]
    return {"items": items, "next_cursor": page[-1] if more else None}


async def show_agent(outbox: Outbox, caller: Caller, agent_id: str) -> dict[str, Any]:
    """One agent. Raises NotFound."""
    kept = await load_agent(TenantStore(caller.tenant_id), outbox, caller, agent_id)
    return agent_view(kept.value)


async def show_case(outbox: Outbox, caller: Caller, case_id: str) -> dict[str, Any]:
    """One creation case. Raises NotFound."""
    return case_view(await load_case(TenantStore(caller.tenant_id), outbox, caller, case_id))
