"""A process that dies at any call to a store: whoever asked asks again, and everything happened
once."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.identity.aggregates import CONTROLS, MEMBERS, RUN, SESSIONS
from functions.identity.reactions import HANDLERS
from functions.identity.rules.id_token import Person
from functions.identity.rules.invitation import InvitationBody
from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.secrets import NumberedToken
from functions.identity.rules.suspension import CLOSING_DUE, SuspensionBody
from functions.identity.rules.tenant import TenantBody
from functions.identity.service import invitations, tenants
from functions.identity.service.platform import digest_keys, on_platform
from functions.identity.service.sessions import revoke_session
from functions.identity.service.sign_in import start_session
from functions.identity.service.suspension import close_tenant, resume_tenant, suspend_tenant
from functions.identity.service.tokens import renew_session
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.control import ID, Bearer, Control, place_of_ended
from shared.kit.errors import VersionConflict
from shared.messaging.changes import Timer
from shared.messaging.log import EVENT_LOG
from shared.messaging.timers import timer_event
from shared.runtime.control import read_known_tenant
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from tests.deaths import Death, at_each_death, dies
from tests.shared.cloud import Cloud

pytestmark = pytest.mark.repeats

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
Act = Callable[[], Awaitable[Any]]


async def _signed_in() -> tuple[Caller, str]:
    """Somebody new, and the first token of their session."""
    person = Person(provider="google", subject=uuid.uuid4().hex)
    session_id = await start_session(person, "Firefox", NOON)
    session = await RUN.reading(PLATFORM_TENANT, NOON).find(SESSIONS, session_id)
    assert session is not None
    token = NumberedToken(session_id, 0).written(await digest_keys())
    return Caller.acting(session.principal_id, PLATFORM_TENANT, NOON), token


async def _events_of(tenant_id: str, actor: str) -> list[str]:
    found = TenantStore(tenant_id).find_all(EVENT_LOG, where=[("actorid", "==", actor)])
    return sorted([each.data["type"] async for each in found])


@at_each_death
async def test_a_person_is_one_principal_whenever_the_process_dies(
    cloud: Cloud, death: Death
) -> None:
    person = Person(provider="google", subject=uuid.uuid4().hex)

    async def act() -> str:
        return await start_session(person, "Firefox", NOON)

    await dies(cloud, act, death)
    sessions = [await act(), await act()]
    found = [await RUN.reading(PLATFORM_TENANT, NOON).find(SESSIONS, each) for each in sessions]
    assert len({each.principal_id for each in found if each}) == 1


@at_each_death
async def test_a_lost_renewal_is_given_again(cloud: Cloud, issuer: str, death: Death) -> None:
    _, token = await _signed_in()

    async def act() -> str | None:
        return (await renew_session(token, "", "", NOON)).refresh

    await dies(cloud, act, death)
    successors = {await act(), await act()}
    assert len(successors) == 1
    newer = successors.pop()
    assert newer is not None
    assert (await renew_session(newer, "", "", NOON)).refresh != newer


async def test_of_many_renewals_at_once_all_get_the_same_successor(
    cloud: Cloud, issuer: str
) -> None:
    cloud.mend()
    _, token = await _signed_in()
    answers = await asyncio.gather(*(renew_session(token, "", "", NOON) for _ in range(8)))
    assert len({each.refresh for each in answers}) == 1


async def test_of_owner_and_thief_at_once_the_later_ends_the_session(
    cloud: Cloud, issuer: str
) -> None:
    cloud.mend()
    _, token = await _signed_in()
    await renew_session(token, "", "", NOON)
    late = NOON + timedelta(seconds=31)
    answers = await asyncio.gather(
        *(renew_session(token, "", "", late) for _ in range(4)), return_exceptions=True
    )
    assert {type(each) for each in answers} == {GrantRefused}
    platform = TenantStore(PLATFORM_TENANT)
    session_id = token.partition(".")[0]
    subject = [("subject", "==", f"session/{session_id}")]
    found = [each.data["type"] async for each in platform.find_all(EVENT_LOG, where=subject)]
    assert sorted(found) == ["assent.session.ended.v1", "assent.session.started.v1"]


@at_each_death
@pytest.mark.parametrize("key", ["", "one"])
async def test_a_tenant_is_founded_once_whenever_the_process_dies(
    cloud: Cloud, death: Death, key: str
) -> None:
    cloud.mend()
    founder, _ = await _signed_in()
    body = TenantBody(name="Clinic", slug=f"clinic-{uuid.uuid4().hex[:8]}")
    repeated = IdempotencyKey(founder, f"{key}-{uuid.uuid4().hex}" if key else "", "same")

    async def act() -> Any:
        return await tenants.create_tenant(founder, repeated, body)

    await dies(cloud, act, death)
    try:
        await act()
    except VersionConflict:
        # Without a key a repeat of what is done is a second sign-up with the same name.
        assert not key
    (tenant,) = (await tenants.list_tenants(founder)).items
    events = await _events_of(tenant.tenant_id, founder.principal)
    assert events == ["assent.member.joined.v1", "assent.tenant.created.v1"]


@at_each_death
async def test_an_invitation_is_accepted_once_whenever_the_process_dies(
    cloud: Cloud, death: Death
) -> None:
    cloud.mend()
    founder, _ = await _signed_in()
    guest, _ = await _signed_in()
    body = TenantBody(name="Clinic", slug=f"clinic-{uuid.uuid4().hex[:8]}")
    tenant = await tenants.create_tenant(founder, IdempotencyKey(founder), body)
    admin = Caller(
        founder.principal,
        tenant.tenant_id,
        frozenset(),
        frozenset({"tenant_admin"}),
        NOON,
        "",
    )
    token = (await invitations.invite(admin, InvitationBody(roles=("analyst",)))).token

    async def act() -> Any:
        return await invitations.accept(guest, token)

    await dies(cloud, act, death)
    assert await act() == await act()
    member = await RUN.find(admin, MEMBERS, guest.principal)
    assert member is not None
    assert member.roles == ("analyst",)
    assert [each.tenant_id for each in (await tenants.list_tenants(guest)).items] == [
        tenant.tenant_id
    ]
    events = await _events_of(tenant.tenant_id, guest.principal)
    assert events == ["assent.invitation.accepted.v1", "assent.member.joined.v1"]


async def _founded(founder: Caller) -> Caller:
    """The founder as an admin of a new tenant."""
    body = TenantBody(name="Clinic", slug=f"clinic-{uuid.uuid4().hex[:8]}")
    view = await tenants.create_tenant(founder, IdempotencyKey(founder), body)
    return replace(founder, tenant_id=view.tenant_id, roles=frozenset({"tenant_admin", "governor"}))


async def _said(tenant_id: str) -> Control:
    found = await RUN.reading(tenant_id, NOON).find(CONTROLS, ID)
    assert found is not None
    return found


@at_each_death
@pytest.mark.parametrize("act", ["suspend", "close"])
async def test_a_tenant_stops_once_and_its_control_document_says_so_whenever_the_process_dies(
    cloud: Cloud, death: Death, act: str
) -> None:
    cloud.mend()
    founder, _ = await _signed_in()
    admin = await _founded(founder)
    platform = replace(founder, roles=frozenset({"platform_admin"}))

    async def stop() -> str:
        if act == "close":
            return (await close_tenant(admin, IdempotencyKey(admin), admin.tenant_id)).status
        body = SuspensionBody(reason="spam")
        key = IdempotencyKey(platform)
        return (await suspend_tenant(platform, key, admin.tenant_id, body)).status

    expected = {"suspend": "suspended", "close": "closing"}[act]
    await dies(cloud, stop, death)
    view = await tenants.show_tenant(admin, admin.tenant_id)
    assert view.status == (await _said(admin.tenant_id)).status
    assert await stop() == await stop() == expected
    said = await _said(admin.tenant_id)
    assert (said.status, len(said.suspensions)) == (expected, 1)
    types = await _events_of(admin.tenant_id, admin.principal)
    wanted = {"suspend": "suspended", "close": "closing_requested"}[act]
    assert types.count(f"assent.tenant.{wanted}.v1") == 1


@at_each_death
async def test_an_ended_session_and_its_refused_tokens_are_one_commit(
    cloud: Cloud, death: Death
) -> None:
    cloud.mend()
    founder, token = await _signed_in()
    admin = await _founded(founder)
    session_id = token.partition(".")[0]

    async def act() -> Any:
        return await revoke_session(founder, session_id)

    await dies(cloud, act, death)
    for _ in range(2):
        session = await RUN.find(on_platform(founder.principal, NOON), SESSIONS, session_id)
        assert session is not None
        for place in (admin.tenant_id, PLATFORM_TENANT):
            known = await read_known_tenant(place, place_of_ended(place, session_id))
            bearer = Bearer(founder.principal, session_id, 0, 0)
            assert known.refuses(bearer) is (session.ended_at is not None)
        await act()


@at_each_death
async def test_a_closing_tenant_is_closed_for_good_by_its_timer_and_only_then(
    cloud: Cloud, death: Death
) -> None:
    cloud.mend()
    founder, _ = await _signed_in()
    admin = await _founded(founder)
    view = await close_tenant(admin, IdempotencyKey(admin), admin.tenant_id)
    assert view.closes_at is not None
    due = view.closes_at

    async def fire(at: datetime) -> None:
        timer = Timer(type=CLOSING_DUE, subject=f"tenant/{admin.tenant_id}", at=at)
        await HANDLERS[CLOSING_DUE](timer_event("identity", admin.tenant_id, timer, at))

    await fire(view.closes_at - timedelta(seconds=1))
    assert (await _said(admin.tenant_id)).status == "closing"
    await dies(cloud, lambda: fire(due), death)
    for _ in range(2):
        await fire(view.closes_at)
    assert (await _said(admin.tenant_id)).status == "closed"
    own = await _events_of(admin.tenant_id, "service:identity")
    assert own.count("assent.tenant.closed.v1") == 1
    late = replace(admin, received_at=view.closes_at)
    with pytest.raises(VersionConflict, match="closed for good"):
        await resume_tenant(late, IdempotencyKey(late), admin.tenant_id)
