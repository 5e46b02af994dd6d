"""A tenant's control document and record follow what it pays for, and its seats bound who joins."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from events.subscriptions import SubscriptionChanged
from functions.identity.aggregates import CONTROLS, MEMBERS, SSO, TENANTS
from functions.identity.rules.directory import DirectoryUser
from functions.identity.rules.id_token import Person
from functions.identity.rules.invitation import InvitationBody
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.sso import ID as SSO_ID
from functions.identity.rules.sso import Sso
from functions.identity.rules.tenant import Member, Tenant, TenantBody, found
from functions.identity.service.admission import _admitted
from functions.identity.service.directory import change_user, create_user
from functions.identity.service.invitations import accept, invite
from functions.identity.service.subscriptions import follow
from shared.kit.callers import Caller
from shared.kit.control import ID, Control
from shared.kit.ids import new_id
from shared.messaging.envelope import Envelope
from shared.quotas.refusals import FeatureNotInPlan, QuotaExhausted
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.limited import limit_plans
from tests.shared.cloud import Cloud

# The plan that has an issuer of one's own, with the add-on that has a directory.
WITH_DIRECTORY: dict[str, object] = {
    "plan": "team",
    "add_ons": [{"add_on": "identity", "quantity": 1}],
}

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)


async def _tenant(people: int = 1) -> TenantStore:
    """A tenant that ada founded, to which so many people belong."""
    tenant_id = new_id("ten", AT)
    body = TenantBody(name="Acme", slug=f"acme-{uuid.uuid4().hex[:12]}")
    tenant, member, control = (each.state for each in found(tenant_id, body, "ada", AT))
    assert isinstance(tenant, Tenant)
    assert isinstance(member, Member)
    assert isinstance(control, Control)
    store, batch = TenantStore(tenant_id), Batch()
    record = tenant.but(people=people)
    batch.put(TENANTS.collection, tenant_id, TENANTS.fields(record, 0, None))
    batch.put(MEMBERS.collection, "ada", MEMBERS.fields(member, 0, None))
    batch.put(CONTROLS.collection, ID, CONTROLS.fields(control, 0, None))
    await store.commit(batch)
    return store


def _said(store: TenantStore, sequence: int, **state: object) -> Envelope:
    said = SubscriptionChanged.model_validate({"tenant_id": store.tenant_id, "seats": 1, **state})
    return Envelope(
        id=new_id("evt", AT),
        type=SubscriptionChanged.event_type,
        source="assent/billing",
        subject=f"subscription/{store.tenant_id}",
        time=AT,
        tenantid=store.tenant_id,
        actorid="service:billing",
        correlationid=new_id("evt", AT),
        sequence=sequence,
        data=said.model_dump_json(),
        received_at=AT,
    )


async def _tiers(store: TenantStore) -> tuple[str, str]:
    control = await store.get(CONTROLS.collection, ID)
    record = await store.get(TENANTS.collection, store.tenant_id)
    assert control is not None
    assert record is not None
    return CONTROLS.state_in(control.data).tier, TENANTS.state_in(record.data).tier


async def test_both_documents_say_what_was_said_last_in_whichever_order_it_comes(
    cloud: Cloud,
) -> None:
    store = await _tenant()
    team = _said(store, 2, plan="team", entitled_to="team")
    canceled = _said(store, 3, plan="team", entitled_to="free", status="canceled")
    await follow(team)
    assert await _tiers(store) == ("team", "team")
    for event in (canceled, team, canceled):
        await follow(event)
    assert await _tiers(store) == ("free", "free")


async def test_nobody_is_invited_or_joins_beyond_the_seats(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_plans(monkeypatch)
    store = await _tenant(people=4)
    ada = Caller.acting("ada", store.tenant_id, AT)
    body = InvitationBody(roles=("operator",))
    invitation = await invite(ada, body)
    record = await store.get(TENANTS.collection, store.tenant_id)
    assert record is not None
    full = TENANTS.state_in(record.data).but(people=5)
    batch = Batch()
    batch.replace(record, TENANTS.fields(full, 0, None))
    await store.commit(batch)
    with pytest.raises(QuotaExhausted, match="has 5 seats, and 5 people"):
        await invite(ada, body)
    guest = Caller.acting("grace", store.tenant_id, AT)
    with pytest.raises(QuotaExhausted):
        await accept(guest, invitation.token)
    # A seat that was bought is there at once.
    await follow(_said(store, 1, plan="team", entitled_to="team", seats=6))
    assert (await invite(ada, body)).token


async def test_a_directory_lets_nobody_in_beyond_the_plan_and_takes_people_out(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_plans(monkeypatch)
    store = await _tenant(people=1)
    ada = Caller.acting("ada", store.tenant_id, AT)
    grace = {"userName": "grace@acme.example"}
    with pytest.raises(FeatureNotInPlan, match="directory"):
        await create_user(ada, grace)
    await follow(_said(store, 1, **WITH_DIRECTORY, entitled_to="team", seats=2))
    user = await create_user(ada, grace)
    with pytest.raises(QuotaExhausted, match="has 2 seats, and 2 people"):
        await create_user(ada, {"userName": "bob@acme.example"})
    waiting = await create_user(ada, {"userName": "bob@acme.example", "active": False})

    def active(is_active: bool) -> Callable[[DirectoryUser], dict[str, object]]:
        return lambda user: {**user.attributes, "active": is_active}

    with pytest.raises(QuotaExhausted):
        await change_user(ada, waiting.entry_id, active(True))
    # The smaller plan still takes people out.
    await follow(_said(store, 2, **WITH_DIRECTORY, entitled_to="free", status="canceled"))
    assert not (await change_user(ada, user.entry_id, active(False))).is_active
    with pytest.raises(FeatureNotInPlan):
        await change_user(ada, user.entry_id, active(True))


async def test_an_issuer_lets_nobody_join_without_its_feature_or_beyond_the_seats(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_plans(monkeypatch)
    store = await _tenant(people=2)
    sso = Sso(
        issuer="https://login.acme.example",
        client_id="assent",
        domain="acme.example",
        joins=True,
        default_roles=("end_user",),
        groups=(),
        changed_by="ada",
        changed_at=AT,
        verified_at=AT,
        encrypted_secret="",
    )
    batch = Batch()
    batch.put(SSO.collection, SSO_ID, SSO.fields(sso, 0, None))
    await store.commit(batch)
    grace = Person(
        provider=store.tenant_id, subject="grace", mail="grace@acme.example", issuer=sso.issuer
    )
    with pytest.raises(SignInRefused, match="single-sign-on"):
        await _admitted(grace, "link-grace", store.tenant_id, AT)
    plan = _said(store, 1, **WITH_DIRECTORY, entitled_to="team", seats=2)
    await follow(plan)
    with pytest.raises(SignInRefused, match="has 2 seats, and 2 people"):
        await _admitted(grace, "link-grace", store.tenant_id, AT)
    await follow(_said(store, 2, **WITH_DIRECTORY, entitled_to="team", seats=3))
    joined = await _admitted(grace, "link-grace", store.tenant_id, AT)
    # Whoever has a place signs in also once there is no seat more.
    assert await _admitted(grace, "link-grace", store.tenant_id, AT) == joined
