"""Who may do what to an agent or a case: roles, and the people whose text it is."""

from typing import NamedTuple

from shared.kit.errors import Forbidden, VersionConflict

MAY_REACTIVATE = ("governor", "genesis")
MAY_SUSPEND = ("governor", "genesis", "tenant_admin")
MAY_REPORT = (*MAY_SUSPEND, "operator", "service_runtime")
MAY_CANCEL = ("governor", "tenant_admin")

MOST_AUTHORS = 32


class Actor(NamedTuple):
    """The acting principal with its current roles."""

    principal: str
    roles: frozenset[str]


def refuse_without(actor: Actor, roles: tuple[str, ...], deed: str) -> None:
    """Raises Forbidden, with the roles that may do the deed, for an actor who has none of them."""
    if actor.roles.isdisjoint(roles):
        raise Forbidden(f"{deed} needs the role {', '.join(roles[:-1])} or {roles[-1]}")


def with_author(authors: tuple[str, ...], by: str) -> tuple[str, ...]:
    """The authors and, after them, `by`; each once. Raises VersionConflict for one too many."""
    if by in authors:
        return authors
    if len(authors) >= MOST_AUTHORS:
        raise VersionConflict(
            f"{MOST_AUTHORS} people have revised this case, and no more may: one of them revises"
            " it, or somebody cancels it and submits the spec as a new case"
        )
    return (*authors, by)
