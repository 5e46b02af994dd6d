"""The kinds of resources that a directory keeps here: users and groups."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from functions.identity import aggregates
from functions.identity.rules.directory import DirectoryEntry
from functions.identity.scim.resources import Group, User
from functions.identity.service import directory
from functions.identity.service.directory import Attributes, Change
from shared.aggregates import Aggregate
from shared.kit.callers import Caller


class Kind(NamedTuple):
    """A resource of SCIM with the attribute that names it, the entries that it shows, and what
    makes and changes them."""

    resource: type[User] | type[Group]
    endpoint: str
    name: str
    aggregate: Aggregate[Any]
    create: Callable[[Caller, Attributes], Awaitable[DirectoryEntry]]
    change: Callable[[Caller, str, Change], Awaitable[DirectoryEntry]]


USERS = Kind(
    resource=User,
    endpoint="/Users",
    name="userName",
    aggregate=aggregates.USERS,
    create=directory.create_user,
    change=directory.change_user,
)
GROUPS = Kind(
    resource=Group,
    endpoint="/Groups",
    name="displayName",
    aggregate=aggregates.GROUPS,
    create=directory.create_group,
    change=directory.change_group,
)
KINDS = (USERS, GROUPS)
