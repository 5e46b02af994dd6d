"""The agents as which a person may let a client act. Pure."""

from collections.abc import Iterable
from datetime import datetime

from functions.identity.rules.authorization import OfferedAgent
from functions.identity.rules.roles import lets_act
from functions.identity.rules.tenant import Member
from functions.identity.rules.workspace import Workspace, is_in_use
from shared.agents.known import KnownAgent


def usable(
    agents: Iterable[KnownAgent], member: Member | None, at: datetime
) -> tuple[KnownAgent, ...]:
    """Those that serve, have a right to tools, and lie where the member may start runs: an agent
    that is only being made acts for nobody."""
    if member is None or not member.is_here:
        return ()
    return tuple(
        each
        for each in agents
        if each.why_not(at) is None
        and (each.rights.alone or each.rights.with_approval)
        and lets_act(member.roles_at(at, each.state.workspace_id))
    )


def offered(
    agents: Iterable[KnownAgent], workspaces: Iterable[Workspace | None]
) -> tuple[OfferedAgent, ...]:
    """The same as a page shows them, without those whose workspace is out of use."""
    used = (each for each in workspaces if each is not None and is_in_use(each))
    names: dict[str | None, str] = {each.workspace_id: each.name for each in used}
    return tuple(
        OfferedAgent(each.agent_id, each.name, each.workspace_id, names.get(each.workspace_id, ""))
        for each in (agent.state for agent in agents)
        if each.workspace_id is None or each.workspace_id in names
    )
