"""A directory and a tenant's issuer while processes die and act at once: every person has one
place, and the roles of all their groups."""

import asyncio
import contextlib
import uuid

import pytest

from functions.identity.aggregates import GROUPS, MEMBERS, RUN, SSO
from functions.identity.rules.id_token import Person
from functions.identity.rules.refusals import DirectoryRefused, SignInRefused
from functions.identity.rules.sso import ID, Sso, SsoBody, configure, configured
from functions.identity.rules.tenant import TenantBody
from functions.identity.service import directory, tenants
from functions.identity.service.admission import start_session_at_home
from functions.identity.service.sessions import list_sessions
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden, NotFound, VersionConflict
from shared.storage.idempotency import IdempotencyKey
from tests.deaths import Death, at_each_death, dies
from tests.functions.identity.service.test_identity_after_crashes import (
    NOON,
    _events_of,
    _signed_in,
)
from tests.shared.cloud import Cloud

MAIL = "ada@clinic.example"


async def _company(*groups: str, joins: bool = True) -> Caller:
    """The admin's key of a tenant whose people sign in at its own issuer."""
    founder, _ = await _signed_in()
    slug = f"clinic-{uuid.uuid4().hex[:8]}"
    body = TenantBody(name="Clinic", slug=slug)
    tenant = await tenants.create_tenant(founder, IdempotencyKey(founder), body)
    admin = Caller.acting(founder.principal, tenant.tenant_id, NOON)
    roles = ("developer", "operator", "analyst")
    given = [{"group": name, "roles": [roles[n % 3]]} for n, name in enumerate(groups)]
    said = SsoBody.model_validate(
        {
            "issuer": "https://login.example.com",
            "client_id": "assent",
            "domain": "clinic.example",
            "joins": joins,
            "groups": given,
        }
    )

    async def configures(work: Command) -> Sso:
        sso = configure(None, said, "sealed", "user_1", NOON)
        await work.save(configured(sso))
        return sso

    await RUN.command(admin, configures, Sso)
    return admin


async def _signs_in(admin: Caller, subject: str = "one", mail: str = MAIL) -> str:
    person = Person(
        provider=admin.tenant_id, subject=subject, mail=mail, issuer="https://login.example.com"
    )
    sso = await RUN.find(admin, SSO, ID)
    assert sso is not None
    return await start_session_at_home(person, sso, admin.tenant_id, "Firefox", NOON)


async def _roles(admin: Caller, id: str) -> tuple[str, ...] | None:
    member = await RUN.find(admin, MEMBERS, id)
    return member.roles if member is not None and member.is_here else None


async def _members(admin: Caller) -> list[str]:
    page = await tenants.list_members(admin, 25, None)
    return [each.principal_id for each in page.items if each.removed_at is None]


@pytest.mark.by_day(1)
@at_each_death
async def test_a_person_has_one_place_whenever_the_processdies(cloud: Cloud, death: Death) -> None:
    cloud.mend()
    admin = await _company()

    async def act() -> str:
        return await _signs_in(admin)

    await dies(cloud, act, death)
    await act()
    await act()
    (ada,) = set(await _members(admin)) - {admin.principal}
    owner = Caller.acting(ada, admin.tenant_id, NOON)
    assert len((await list_sessions(owner, 25, None)).items) >= 2
    joined = await _events_of(admin.tenant_id, "service:identity")
    assert joined == ["assent.member.joined.v1"]


@pytest.mark.by_day(1)
@at_each_death
async def test_a_deletion_is_whole_whenever_the_processdies(cloud: Cloud, death: Death) -> None:
    cloud.mend()
    admin = await _company("team")
    user = await directory.create_user(admin, {"userName": MAIL})
    members = [{"value": user.entry_id}]
    team = await directory.create_group(admin, {"displayName": "Team", "members": members})
    await _signs_in(admin)

    async def act() -> None:
        await directory.delete_user(admin, user.entry_id)

    await dies(cloud, act, death)
    with contextlib.suppress(NotFound):
        await act()
    assert await _roles(admin, user.principal_id) is None

    left = await RUN.find(admin, GROUPS, team.entry_id)
    assert left is not None
    assert left.members == ()
    with pytest.raises(SignInRefused):
        await _signs_in(admin)


async def test_groups_that_change_at_once_give_all_their_roles(cloud: Cloud) -> None:
    cloud.mend()
    names = [f"team {number}" for number in range(6)]
    admin = await _company(*names)
    user = await directory.create_user(admin, {"userName": MAIL})
    members = [{"value": user.entry_id}]
    await asyncio.gather(
        *(
            directory.create_group(admin, {"displayName": name.upper(), "members": members})
            for name in names
        )
    )
    expected = ("analyst", "developer", "end_user", "operator")
    assert await _roles(admin, user.principal_id) == expected


@pytest.mark.wired
async def test_a_group_that_comes_between_any_two_reads_gives_its_role_too(cloud: Cloud) -> None:
    for read in range(1, 6):
        cloud.mend()
        admin = await _company("team 0", "team 1")
        user = await directory.create_user(admin, {"userName": MAIL})
        members = [{"value": user.entry_id}]
        cloud.firestore.mend()
        cloud.firestore.slow("BatchGetDocuments", 0.5, number=read)
        late = asyncio.create_task(
            directory.create_group(admin, {"displayName": "team 0", "members": members})
        )
        # The wire tells nobody of its calls.
        while (  # noqa: ASYNC110
            cloud.firestore.calls.count("BatchGetDocuments") < read and not late.done()
        ):
            await asyncio.sleep(0.01)
        await directory.create_group(admin, {"displayName": "team 1", "members": members})
        await late
        roles = await _roles(admin, user.principal_id)
        assert roles == ("developer", "end_user", "operator"), read


async def test_a_name_is_taken_once_by_many_at_once(cloud: Cloud) -> None:
    cloud.mend()
    admin = await _company()
    made = await asyncio.gather(
        *(directory.create_user(admin, {"userName": MAIL}) for _ in range(6)),
        return_exceptions=True,
    )
    assert sum(not isinstance(each, Exception) for each in made) == 1
    assert len(await _members(admin)) == 2


async def test_the_last_admin_and_its_successor_change_places_in_one_call(cloud: Cloud) -> None:
    cloud.mend()
    admin = await _company("admins")
    bo = await directory.create_user(admin, {"userName": "bo@clinic.example"})
    cy = await directory.create_user(admin, {"userName": "cy@clinic.example"})
    both = ("governor", "tenant_admin")

    async def gives(work: Command) -> Sso:
        sso = await work.find(SSO, ID)
        assert sso is not None
        group = sso.groups[0].but(roles=both)
        newer = sso.but(groups=(group,))
        await work.save(configured(newer))
        return newer

    await RUN.command(admin, gives, Sso)
    one = [{"value": bo.entry_id}]
    team = await directory.create_group(admin, {"displayName": "admins", "members": one})
    assert await _roles(admin, bo.principal_id) == ("end_user", *both)
    key_of_bo = Caller.acting(bo.principal_id, admin.tenant_id, NOON)
    await tenants.remove_member(admin, IdempotencyKey(admin), admin.principal)
    with pytest.raises(Forbidden):
        await directory.create_user(admin, {"userName": "dee@clinic.example"})
    with pytest.raises(VersionConflict):
        await directory.delete_user(key_of_bo, bo.entry_id)
    with pytest.raises(VersionConflict):
        await directory.delete_group(key_of_bo, team.entry_id)
    other = {"displayName": "admins", "members": [{"value": cy.entry_id}]}
    await directory.change_group(key_of_bo, team.entry_id, lambda _: other)
    assert await _roles(admin, bo.principal_id) == ("end_user",)
    assert await _roles(admin, cy.principal_id) == ("end_user", *both)


async def test_one_call_changes_no_more_people_than_one_commit_holds(cloud: Cloud) -> None:
    cloud.mend()
    admin = await _company()
    members = [{"value": f"user_{number}"} for number in range(201)]
    with pytest.raises(DirectoryRefused) as refused:
        await directory.create_group(admin, {"displayName": "all", "members": members})
    assert refused.value.scim_type == "tooMany"
