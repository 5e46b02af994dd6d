"""Who may tell, correct and erase facts. Pure."""

from collections.abc import Iterable

from events.memories import MemoryScope
from functions.knowledge.rules.memory import Memory
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden, VersionConflict
from shared.kit.principals import FUNCTION
from shared.kit.roles import GOVERNOR, OPERATOR, SERVICE_RUNTIME, TENANT_ADMIN, WORKSPACE_ADMIN

# They may correct and erase what others said, and tell facts to more than one agent.
KEEPERS = frozenset({GOVERNOR, TENANT_ADMIN, WORKSPACE_ADMIN, OPERATOR, "developer"})


def is_program(caller: Caller) -> bool:
    """Whether the caller is a function, a service or a key that acts as an agent."""
    is_named = caller.principal.startswith((FUNCTION, "service_", "agt_"))
    return is_named or caller.agent_id is not None or SERVICE_RUNTIME in caller.roles


def is_keeper(caller: Caller, run_id: str | None) -> bool:
    """Whether a person tells the fact who may tell facts to more than one agent."""
    return run_id is None and not is_program(caller) and not KEEPERS.isdisjoint(caller.roles)


def require_teller(scope: MemoryScope, roles: Iterable[str]) -> None:
    """Raises Forbidden where these roles may not tell a fact to more than one agent."""
    if scope != "agent" and not _may_keep(roles):
        told = f"what more than one agent recalls, one of {', '.join(sorted(KEEPERS))} tells"
        raise Forbidden(f"{told}: tell it to an agent with scope agent")


def require_keeper(memory: Memory, principal: str, roles: Iterable[str]) -> None:
    """Raises Forbidden where a person may not correct or erase the memory."""
    if principal != memory.said_by and not _may_keep(roles):
        told = f"who said it, or one of {', '.join(sorted(KEEPERS))}, corrects and erases it"
        raise Forbidden(told)


def require_own(memory: Memory, shelves: Iterable[str]) -> None:
    """Raises VersionConflict where an agent, which recalls what is on `shelves`, may not correct or
    take back the memory: it does so with what agents learned, of itself or its team."""
    if memory.said_by is not None:
        raise VersionConflict(f"{memory.said_by} said it: people correct what people said")
    if memory.shelf not in set(shelves):
        raise VersionConflict(f"the memory {memory.memory_id} is another agent's")


def _may_keep(roles: Iterable[str]) -> bool:
    """An API key has no roles, and acts for whoever made it."""
    known = frozenset(roles)
    return not known or not known.isdisjoint(KEEPERS)
