"""Who may do what to an agent or a case: roles, who submitted its spec, and whose text it is."""

from collections.abc import Collection, Iterable

from shared.kit.callers import Actor
from shared.kit.errors import Forbidden, VersionConflict
from shared.kit.roles import GENESIS, GOVERNOR, OPERATOR, SERVICE_RUNTIME, TENANT_ADMIN
from shared.kit.wording import one_of

MAY_REACTIVATE = (GOVERNOR, GENESIS)
MAY_SUSPEND = (GOVERNOR, GENESIS, TENANT_ADMIN)
MAY_CHANGE = MAY_SUSPEND
MAY_REPORT = (*MAY_SUSPEND, OPERATOR, SERVICE_RUNTIME)
MAY_CANCEL = (GOVERNOR, TENANT_ADMIN)
MAY_RESUME = (GOVERNOR,)

MOST_AUTHORS = 32
# In words, those who submitted a case.
SUBMITTERS = "its requester and those who revised it"


def refuse_strangers(
    actor: Actor, own: Collection[str], roles: tuple[str, ...], deed: str, whose: str
) -> None:
    """Raises Forbidden, naming who may do the deed, for an actor who is neither among the owners
    (`own`; `whose` says in words who they are) nor has one of the roles."""
    if actor.principal not in own and actor.roles.isdisjoint(roles):
        raise Forbidden(
            f"you may not {deed}: only {whose} may, or somebody with the role {one_of(roles)}"
        )


def with_authors(authors: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """The authors and, after them, those of `more`; each once. Raises VersionConflict where they
    are too many."""
    joined = tuple(dict.fromkeys((*authors, *more)))
    if len(joined) > MOST_AUTHORS:
        raise VersionConflict(
            f"{MOST_AUTHORS} people have text in this agent's spec, and no more may: let one of"
            " them submit this spec, or submit it as a new agent with another name"
        )
    return joined
