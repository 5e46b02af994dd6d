"""A process that dies at any call to a store: whoever asked asks again, and everything happened
once."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.identity.aggregates import MEMBERS, RUN, SESSIONS
from functions.identity.rules.id_token import Person
from functions.identity.rules.invitation import InvitationBody
from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.secrets import NumberedToken
from functions.identity.rules.tenant import TenantBody
from functions.identity.service import invitations, tenants
from functions.identity.service.platform import acting, digest_keys, on_platform
from functions.identity.service.sign_in import start_session
from functions.identity.service.tokens import renew_session
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.errors import VersionConflict
from shared.messaging.log import EVENT_LOG
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from tests.shared.cloud import Cloud

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DEATHS = [
    (method, moment, number)
    for number in (1, 2, 3)
    for method in ("BatchGetDocuments", "Commit")
    for moment in ("before", "after")
]
Act = Callable[[], Awaitable[Any]]


@pytest.fixture(params=DEATHS, ids=lambda death: "-".join(map(str, death)))
def death(request: pytest.FixtureRequest) -> Any:
    """A call to Firestore, and whether it still reaches the service."""
    return request.param


async def _dies(cloud: Cloud, act: Act, death: tuple[str, Any, int]) -> None:
    """Starts the act and kills it at that call; does nothing where the act makes no such call."""
    cloud.mend()
    method, moment, number = death
    process = asyncio.ensure_future(act())
    cloud.firestore.on(method, moment, process.cancel, number=number)
    await asyncio.gather(process, return_exceptions=True)
    cloud.mend()


async def _signed_in() -> tuple[Caller, str]:
    """Somebody new, and the first token of their session."""
    person = Person(provider="google", subject=uuid.uuid4().hex)
    session_id = await start_session(person, "Firefox", NOON)
    session = await RUN.find(on_platform("service:identity", NOON), SESSIONS, session_id)
    assert session is not None
    token = NumberedToken(session_id, 0).written(await digest_keys())
    return acting(session.principal_id, PLATFORM_TENANT, NOON), token


async def _events_of(tenant_id: str, actor: str) -> list[str]:
    found = TenantStore(tenant_id).find_all(EVENT_LOG, where=[("actorid", "==", actor)])
    return sorted([each.data["type"] async for each in found])


async def test_a_person_is_one_principal_whenever_the_process_dies(
    cloud: Cloud, death: Any
) -> None:
    person = Person(provider="google", subject=uuid.uuid4().hex)

    async def act() -> str:
        return await start_session(person, "Firefox", NOON)

    await _dies(cloud, act, death)
    sessions = [await act(), await act()]
    found = [
        await RUN.find(on_platform("service:identity", NOON), SESSIONS, each) for each in sessions
    ]
    assert len({each.principal_id for each in found if each}) == 1


async def test_a_lost_renewal_is_given_again(cloud: Cloud, issuer: str, death: Any) -> None:
    _, token = await _signed_in()

    async def act() -> str | None:
        return (await renew_session(token, "", "", NOON)).refresh

    await _dies(cloud, act, death)
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


@pytest.mark.parametrize("key", ["", "one"])
async def test_a_tenant_is_founded_once_whenever_the_process_dies(
    cloud: Cloud, death: Any, key: str
) -> None:
    cloud.mend()
    founder, _ = await _signed_in()
    body = TenantBody(name="Clinic", slug=f"clinic-{uuid.uuid4().hex[:8]}")
    repeated = IdempotencyKey(founder, f"{key}-{uuid.uuid4().hex}" if key else "", "same")

    async def act() -> Any:
        return await tenants.create_tenant(founder, repeated, body)

    await _dies(cloud, act, death)
    try:
        await act()
    except VersionConflict:
        # Without a key a repeat of what is done is a second sign-up with the same name.
        assert not key
    (tenant,) = (await tenants.list_tenants(founder)).items
    events = await _events_of(tenant.tenant_id, founder.principal)
    assert events == ["assent.member.joined.v1", "assent.tenant.created.v1"]


async def test_an_invitation_is_accepted_once_whenever_the_process_dies(
    cloud: Cloud, death: Any
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

    await _dies(cloud, act, death)
    assert await act() == await act()
    member = await RUN.find(admin, MEMBERS, guest.principal)
    assert member is not None
    assert member.roles == ("analyst",)
    assert [each.tenant_id for each in (await tenants.list_tenants(guest)).items] == [
        tenant.tenant_id
    ]
    events = await _events_of(tenant.tenant_id, guest.principal)
    assert events == ["assent.invitation.accepted.v1", "assent.member.joined.v1"]
