"""A tenant's directory: its people have places in the tenant, and its groups give them roles.

Each call is one commit, with the places that follow from it: what the directory was told is what
holds. Sessions of people who lost their place end afterwards; if the process dies in between, they
give no token all the same, because the place decides (`service/tokens.py`)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from functions.identity.aggregates import GROUPS, MEMBERS, NAMES, RUN, SSO, TENANTS, USERS
from functions.identity.rules import directory
from functions.identity.rules.directory import DirectoryEntry, DirectoryGroup, DirectoryUser
from functions.identity.rules.principal import PREFIX
from functions.identity.rules.refusals import DirectoryRefused
from functions.identity.rules.sso import ID, Sso
from functions.identity.rules.tenant import check_provisioner
from functions.identity.service.directory_places import place_people
from functions.identity.service.sessions import end_sessions
from shared.aggregates import Aggregate, Command, Transition
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import new_id
from shared.storage.firestore import READ_AT_ONCE, TenantStore

E = TypeVar("E", DirectoryUser, DirectoryGroup)
Attributes = Mapping[str, Any]
Change = Callable[[Any], Attributes]

_MOST_GROUPS = 100


async def create_user(caller: Caller, attributes: Attributes) -> DirectoryUser:
    """The new person, with a place in the tenant unless they are not active. Raises Forbidden,
    NameTaken, QuotaExhausted where every seat is taken, FeatureNotInPlan."""

    async def use_case(work: Command) -> DirectoryUser:
        sso = await _provisioning(work)
        id = new_id(PREFIX, work.at)
        user = DirectoryUser(
            entry_id=id,
            principal_id=id,
            attributes=dict(attributes),
            created_at=work.at,
            changed_at=work.at,
        )
        await _save(work, None, user)
        await place_people(work, sso, [user.entry_id], must_join=True)
        return user

    return await RUN.command(caller, use_case, DirectoryUser)


async def change_user(caller: Caller, id: str, change: Change) -> DirectoryUser:
    """The person with the attributes that `change` makes of the entry. Raises NotFound, Forbidden,
    NameTaken, VersionConflict where the tenant would have no admin or no governor, QuotaExhausted
    and FeatureNotInPlan where they become active and the plan has no place for them, and what
    `change` raises."""

    async def use_case(work: Command) -> DirectoryUser:
        sso = await _provisioning(work)
        user = await _known(work, USERS, id)
        newer = user.changed(change(user), work.at)
        await _save(work, user, newer)
        if newer.is_active != user.is_active:
            await place_people(work, sso, [id], must_join=True)
        return newer

    user = await RUN.command(caller, use_case, DirectoryUser)
    if not user.is_active:
        await end_sessions(user.principal_id, caller.received_at)
    return user


async def delete_user(caller: Caller, id: str) -> None:
    """Removes the person from the tenant and its groups, and what was kept of them. Raises
    NotFound, Forbidden, VersionConflict where the tenant would have no admin or no governor."""

    async def use_case(work: Command) -> DirectoryUser:
        sso = await _provisioning(work)
        user = await _known(work, USERS, id)
        is_in = (("is_listed", "==", True), ("members", "array_contains", id))
        groups = await work.query(GROUPS, where=is_in, limit=_MOST_GROUPS + 1)
        if len(groups) > _MOST_GROUPS:
            detail = f"the person is in more than {_MOST_GROUPS} groups; take them out first"
            raise DirectoryRefused("tooMany", detail)
        gone = user.deleted(work.at)
        await _save(work, user, gone)
        await work.save(*(Transition(group.without(id, work.at)) for group in groups))
        await place_people(work, sso, [id])
        return gone

    gone = await RUN.command(caller, use_case, DirectoryUser)
    await end_sessions(gone.principal_id, caller.received_at)


async def create_group(caller: Caller, attributes: Attributes) -> DirectoryGroup:
    """The new group; its members have its roles. Raises Forbidden, NameTaken, DirectoryRefused."""

    async def use_case(work: Command) -> DirectoryGroup:
        sso = await _provisioning(work)
        id = new_id(GROUPS.prefix, work.at)
        group = DirectoryGroup(
            entry_id=id, attributes=dict(attributes), created_at=work.at, changed_at=work.at
        )
        await _save_group(work, sso, None, group)
        return group

    return await RUN.command(caller, use_case, DirectoryGroup)


async def change_group(caller: Caller, id: str, change: Change) -> DirectoryGroup:
    """The group with the attributes that `change` makes of the entry. Raises NotFound, Forbidden,
    NameTaken, DirectoryRefused, VersionConflict, and what `change` raises."""

    async def use_case(work: Command) -> DirectoryGroup:
        sso = await _provisioning(work)
        group = await _known(work, GROUPS, id)
        newer = group.changed(change(group), work.at)
        await _save_group(work, sso, group, newer)
        return newer

    return await RUN.command(caller, use_case, DirectoryGroup)


async def delete_group(caller: Caller, id: str) -> None:
    """Deletes the group; its members lose the roles that only it gave. Raises as `change_group`."""

    async def use_case(work: Command) -> DirectoryGroup:
        sso = await _provisioning(work)
        group = await _known(work, GROUPS, id)
        gone = group.deleted(work.at)
        await _save_group(work, sso, group, gone)
        return gone

    await RUN.command(caller, use_case, DirectoryGroup)


async def show(caller: Caller, aggregate: Aggregate[E], id: str) -> E:
    """The entry. Raises NotFound, Forbidden."""
    return await _known(await _reading(caller), aggregate, id)


async def find(caller: Caller, aggregate: Aggregate[E], field: str, value: str) -> list[E]:
    """The entries whose id, externalId or name is `value`. Raises Forbidden."""
    work = await _reading(caller)
    if field == "externalid":
        where = (("is_listed", "==", True), ("external_id", "==", value))
        return await work.query(aggregate, where=where, limit=_MOST_GROUPS)
    id: str | None = value
    if field != "id":
        name = await work.find(NAMES, directory.name_id(aggregate.model, value))
        id = name.entry_id if name is not None else None
    found = await work.find(aggregate, id) if id and aggregate.may_be_id(id) else None
    return [found] if found is not None and found.is_listed else []


async def page(
    caller: Caller, aggregate: Aggregate[E], first: int, most: int
) -> tuple[list[E], int]:
    """Up to `most` entries by id, after the first `first`, and how many there are. SCIM's pages
    have numbers, so all before are read too. Raises Forbidden."""
    await _reading(caller)
    store, where = TenantStore(caller.tenant_id), (("is_listed", "==", True),)
    items: list[E] = []
    number, cursor, last = 0, None, first + most
    while number < last:
        limit = min(READ_AT_ONCE, last - number)
        found = await store.find(aggregate.collection, where=where, limit=limit, cursor=cursor)
        for document in found.items:
            state = aggregate.read(document).state if number >= first else None
            items += [state] if state is not None else []
            number += 1
        cursor = found.next_cursor
        if cursor is None:
            break
    return items, await store.count(aggregate.collection, where=where)


async def _reading(caller: Caller) -> Command:
    """What reads for the caller. Raises Forbidden unless the caller is an admin now."""
    work = Command(RUN, caller)
    check_provisioner(await work.find(MEMBERS, caller.principal))
    return work


async def _provisioning(work: Command) -> Sso | None:
    """What the tenant says of its directory's people. Raises Forbidden unless the caller is an
    admin now: a key of somebody who was one opens nothing."""
    principal = work.caller.principal
    await work.prefetch((TENANTS, work.caller.tenant_id), (MEMBERS, principal), (SSO, ID))
    check_provisioner(await work.find(MEMBERS, principal))
    if await work.find(TENANTS, work.caller.tenant_id) is None:
        raise NotFound("your key is for a tenant that did not sign up here")
    work.rely_on(MEMBERS, principal)
    work.rely_on(SSO, ID)
    return await work.find(SSO, ID)


async def _known(work: Command, aggregate: Aggregate[E], id: str) -> E:
    entry = await work.get(aggregate, id)
    if not entry.is_listed:
        raise NotFound(f"there is no {aggregate.noun.replace('_', ' ')} {id[:40]!r}")
    return entry


async def _save(work: Command, before: DirectoryEntry | None, after: Any) -> None:
    """Adds the entry to the commit, and the name that it has now to its own."""
    if before is not None and before.name.casefold() == after.name.casefold():
        await work.save(Transition(after))
        return
    if before is not None:
        known = await work.find(NAMES, directory.name_id(type(before), before.name))
        await work.save(*directory.release(known, before))
    if after.is_listed:
        known = await work.find(NAMES, directory.name_id(type(after), after.name))
        await work.save(*directory.claim(known, after, after.name))
    await work.save(Transition(after))


async def _save_group(
    work: Command, sso: Sso | None, before: DirectoryGroup | None, after: DirectoryGroup
) -> None:
    directory.check_group(after)
    joined = set(after.members) - set(before.members if before is not None else ())
    await _people(work, joined)
    mapped = [each.group for each in sso.groups] if sso is not None else []
    people = directory.affected(before, after, mapped)
    await _save(work, before, after)
    await place_people(work, sso, people)


async def _people(work: Command, ids: Iterable[str]) -> list[DirectoryUser]:
    """The people of the directory with those ids. Raises DirectoryRefused for anybody else."""
    wanted = sorted(ids)
    if len(wanted) > directory.MOST_CHANGED:
        detail = f"one call adds at most {directory.MOST_CHANGED} members to a group; send several"
        raise DirectoryRefused("tooMany", detail)
    found = await work.find_all(USERS, wanted)
    people = [each for each in found if each is not None and each.is_listed]
    if len(people) < len(wanted):
        known = {each.entry_id for each in people}
        first = next(each for each in wanted if each not in known)
        raise DirectoryRefused("invalidValue", f"{first[:60]!r} is no user of this directory")
    return people
