"""The places in a tenant that the people of its directory have, by the roles of their groups."""

from collections.abc import Iterable

from functions.identity.aggregates import GROUPS, MEMBERS, NAMES, TENANTS, USERS
from functions.identity.rules import directory
from functions.identity.rules.directory import DirectoryGroup
from functions.identity.rules.refusals import DirectoryRefused
from functions.identity.rules.sso import Sso, given_by, roles_of
from functions.identity.service.seats import check_join
from functions.identity.service.tenants import control_of
from shared.aggregates import Command
from shared.quotas.refusals import FeatureNotInPlan, QuotaExhausted


async def place_people(
    work: Command, sso: Sso | None, ids: Iterable[str], *, must_join: bool = False
) -> None:
    """Adds to the commit the places of these people. Whoever becomes admin or governor comes first,
    so that a tenant which exchanges its last one has one at every moment. Whom the plan has no
    place for stays outside, unless they `must_join`: no change of a group fails for them."""
    wanted = list(ids)
    if not wanted:
        return
    people = [each for each in await work.find_all(USERS, wanted) if each is not None]
    # Read before the groups: whoever makes another group after these were read changes a place that
    # this commit then finds changed.
    await work.prefetch(*((MEMBERS, each.principal_id) for each in people))
    groups = await _named(work, {each.group.casefold() for each in sso.groups} if sso else ())
    given = {each.entry_id: roles_of(sso, each.entry_id, groups) for each in people}
    for user in sorted(people, key=lambda one: not directory.leads(given[one.entry_id])):
        member = await work.find(MEMBERS, user.principal_id)
        tenant = await work.find(TENANTS, work.caller.tenant_id)
        assert tenant is not None, "whoever provisions has one"
        roles = given[user.entry_id]
        control = await control_of(work)
        if directory.joins(user, member):
            try:
                check_join(tenant, control, work.at, "directory")
            except (FeatureNotInPlan, QuotaExhausted):
                if must_join:
                    raise
                continue
        await work.save(*directory.place(tenant, member, user, roles, control, work.at))


async def regroup(work: Command, before: Sso | None, after: Sso) -> None:
    """Adds to the commit the roles of all in groups that give other roles from now on. Raises
    DirectoryRefused for more people than one commit holds."""
    old, new = given_by(before), given_by(after)
    differ = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    people = {one for group in await _named(work, differ) for one in group.members}
    if len(people) > directory.MOST_CHANGED:
        detail = f"this changes the roles of more than {directory.MOST_CHANGED} people at once; "
        raise DirectoryRefused("tooMany", detail + "change one group after the other")
    await place_people(work, after, sorted(people))


async def _named(work: Command, names: Iterable[str]) -> list[DirectoryGroup]:
    """The groups of those names, on which the commit then relies."""
    ids = [directory.name_id(DirectoryGroup, each) for each in sorted(names)]
    if not ids:
        return []
    claims = await work.find_all(NAMES, ids)
    for id in ids:
        work.rely_on(NAMES, id)
    owners = [each.entry_id for each in claims if each is not None and each.entry_id is not None]
    found = await work.find_all(GROUPS, owners)
    for owner in owners:
        work.rely_on(GROUPS, owner)
    return [each for each in found if each is not None]
