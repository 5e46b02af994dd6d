"""The agents of a tenant, for whoever acts with their rights: read where `agents` keeps them."""

from shared.agents.known import KnownAgent
from shared.agents.reading import find_serving, read_agent, read_agent_alone, read_agent_named
from shared.agents.rights import HeldRight, KnownRights

__all__ = [
    "HeldRight",
    "KnownAgent",
    "KnownRights",
    "find_serving",
    "read_agent",
    "read_agent_alone",
    "read_agent_named",
]
