"""What a tenant's directory says of its people and groups, and the places that follow from it."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from functions.identity.rules.refusals import DirectoryRefused, NameTaken
from functions.identity.rules.tenant import Member, Tenant, change_roles, join, remove
from functions.identity.rules.tenant import Step as PlaceStep
from shared.kit.control import Control
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.roles import GOVERNOR, TENANT_ADMIN
from shared.kit.transitions import Transition

# One call of a directory changes the places of at most so many people: it is one commit.
MOST_CHANGED = 200
# A deletion says nobody's name, so it leads to fewer messages.
MOST_LEFT = 60
MOST_MEMBERS = 5000


class DirectoryEntry(Model):
    """A user or a group as the directory calls it. `attributes` has SCIM's names; nothing is left
    of them where the directory deleted the entry."""

    entry_id: str
    attributes: dict[str, Any]
    created_at: Instant
    changed_at: Instant
    is_listed: bool = True

    @property
    def external_id(self) -> str | None:
        """The directory's own name of it."""
        return self._text("externalId")

    @property
    def name(self) -> str:
        """What people call it; one entry of its kind has it."""
        raise NotImplementedError

    def changed(self, attributes: Mapping[str, Any], at: datetime) -> Self:
        """The entry with other attributes; the same where they are the same."""
        if attributes == self.attributes:
            return self
        return self.but(attributes=dict(attributes), changed_at=at)

    def deleted(self, at: datetime) -> Self:
        """The entry of which nothing is shown or kept any more."""
        return self.but(attributes={}, changed_at=at, is_listed=False)

    def _text(self, name: str) -> str | None:
        value = self.attributes.get(name)
        return value if isinstance(value, str) else None


class DirectoryUser(DirectoryEntry):
    """A person of the directory, and the principal that they are here, from before their first
    sign-in on. `link_id` is that of the account which signed in as them first."""

    principal_id: str
    link_id: str | None = None

    @property
    def name(self) -> str:
        return self._text("userName") or ""

    @property
    def display_name(self) -> str:
        """What the directory calls them, beside the name that they sign in with; may be empty."""
        return self._text("displayName") or ""

    @property
    def is_active(self) -> bool:
        """Whether they have a place in the tenant. A directory that does not say means yes."""
        return self.is_listed and self.attributes.get("active") is not False


class DirectoryGroup(DirectoryEntry):
    """A group of the directory: whoever is in it has the roles that the tenant gives it."""

    @property
    def name(self) -> str:
        return self._text("displayName") or ""

    @property
    def members(self) -> tuple[str, ...]:
        found = (each.get("value", "") for each in self.attributes.get("members") or ())
        return tuple(dict.fromkeys(found))

    def without(self, principal_id: str, at: datetime) -> Self:
        """The group without one of its members."""
        left = [{"value": each} for each in self.members if each != principal_id]
        return self.changed({**self.attributes, "members": left}, at)


class DirectoryName(Model):
    """Whose a name is: of users and of groups each has one owner in a tenant, or none any more."""

    name_id: str
    entry_id: str | None


Step = Transition[Any]


def name_id(kind: type[DirectoryEntry], name: str) -> str:
    """Where the name's owner is found, in one read. Case does not tell names apart (RFC 7643)."""
    text = f"{kind.__name__}\n{name.casefold()}"
    return hashlib.sha256(text.encode()).hexdigest()


def claim(
    claimed: DirectoryName | None, entry: DirectoryEntry, name: str
) -> tuple[Transition[DirectoryName], ...]:
    """The name as the entry's own; no change where it is. Raises NameTaken for another's."""
    if claimed is not None and claimed.entry_id not in (None, entry.entry_id):
        raise NameTaken(f"another entry of this directory is called {name[:100]!r}")
    owned = DirectoryName(name_id=name_id(type(entry), name), entry_id=entry.entry_id)
    return (Transition(owned),) if owned != claimed else ()


def release(
    claimed: DirectoryName | None, entry: DirectoryEntry
) -> tuple[Transition[DirectoryName], ...]:
    """The name as nobody's; no change where it is not the entry's."""
    if claimed is None or claimed.entry_id != entry.entry_id:
        return ()
    return (Transition(claimed.but(entry_id=None)),)


def check_group(group: DirectoryGroup) -> None:
    """Raises DirectoryRefused for more members than a group has."""
    if len(group.members) > MOST_MEMBERS:
        raise DirectoryRefused(
            "invalidValue", f"a group has at most {MOST_MEMBERS} members; use several groups"
        )


def affected(
    before: DirectoryGroup | None, after: DirectoryGroup, mapped: Iterable[str]
) -> tuple[str, ...]:
    """Whose roles may differ after the change of a group: nobody's where the tenant gives it no
    role. Raises DirectoryRefused for more than one commit holds."""
    old = before.members if before is not None and before.is_listed else ()
    new = after.members if after.is_listed else ()
    names = {each.casefold() for each in mapped}
    had, has = (each is not None and each.name.casefold() in names for each in (before, after))
    if not had and not has:
        return ()
    changed = set(old) ^ set(new) if had == has else {*old, *new}
    if len(changed) > MOST_CHANGED:
        detail = f"one call changes the roles of at most {MOST_CHANGED} people; send several"
        raise DirectoryRefused("tooMany", detail)
    if not after.is_listed and len(changed) > MOST_LEFT:
        detail = f"of the group's members more than {MOST_LEFT} lose roles; take members out first"
        raise DirectoryRefused("tooMany", detail)
    return tuple(sorted(changed))


def leads(roles: Iterable[str]) -> bool:
    """Whether a tenant must keep somebody with one of the roles."""
    return not {TENANT_ADMIN, GOVERNOR}.isdisjoint(roles)


def joins(user: DirectoryUser, member: Member | None) -> bool:
    """Whether the directory gives them a place that they do not have."""
    return user.is_active and (member is None or not member.is_here)


def place(
    tenant: Tenant,
    member: Member | None,
    user: DirectoryUser,
    roles: tuple[str, ...],
    control: Control,
    at: datetime,
) -> tuple[PlaceStep, ...]:
    """The tenant with the person in the place that the directory gives them: none where they are
    not active. Raises VersionConflict where the tenant would have no admin, or no governor."""
    if not user.is_active:
        return remove(tenant, control, member, at) if member is not None else ()
    if member is None or joins(user, member):
        return join(tenant, member, user.principal_id, roles, None, at)
    return change_roles(tenant, control, member, roles, at)
