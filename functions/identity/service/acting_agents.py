"""The agents of a tenant as which a person may let a client act, read where `agents` keeps them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from functions.identity.aggregates import RUN, WORKSPACES
from functions.identity.rules.authorization import ConsentRequest, OfferedAgent
from functions.identity.rules.offered_agents import offered, usable
from functions.identity.rules.refusals import AuthorizationRefused
from functions.identity.service.tenants import place_of
from shared.agents import KnownAgent, find_serving, read_agent
from shared.kit.ids import is_id
from shared.storage.firestore import TenantStore

# As many as a page is made of, newest first.
MOST_SHOWN = 100


async def with_agents(
    principal: str, asked: ConsentRequest, tenant_id: str, at: datetime
) -> ConsentRequest:
    """The consent that is asked for, in that one tenant, with its agents. Five round trips. Raises
    AuthorizationRefused for a tenant in which the person lets no client act, Unavailable."""
    tenants = tuple(each for each in asked.tenants if each.tenant_id == tenant_id)
    if not tenants:
        detail = "the person may let no program act as an agent in that tenant"
        raise AuthorizationRefused("access_denied", detail)
    found = await find_serving(TenantStore(tenant_id), at, MOST_SHOWN)
    agents = await _offered(principal, tenant_id, found, at)
    return replace(asked, tenants=tenants, agents=agents)


async def chosen_agent(principal: str, tenant_id: str, agent_id: str, at: datetime) -> OfferedAgent:
    """The agent that the person chose, whatever a page had shown. Raises AuthorizationRefused, in
    the same words, for one that is not of the tenant, does not serve, has no right to tools, or
    lies where the person may start no runs; Unavailable."""
    is_theirs = is_id("agt", agent_id)
    found = await read_agent(TenantStore(tenant_id), agent_id) if is_theirs else None
    agents = await _offered(principal, tenant_id, [found] if found is not None else [], at)
    if not agents:
        detail = "the person chose no agent that they may let a program act as"
        raise AuthorizationRefused("access_denied", detail)
    return agents[0]


async def _offered(
    principal: str, tenant_id: str, agents: Iterable[KnownAgent], at: datetime
) -> tuple[OfferedAgent, ...]:
    _, member = await place_of(principal, tenant_id, at)
    found = usable(agents, member, at)
    places = sorted({each.state.workspace_id for each in found if each.state.workspace_id})
    return offered(found, await RUN.reading(tenant_id, at).find_all(WORKSPACES, places))
