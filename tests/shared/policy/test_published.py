"""The policies that a tenant published hold once its control document says so, and are read no more
often, for as many tenants as fit."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden, PolicyInvalid
from shared.policy import published
from shared.policy.authorization import Authorization
from shared.policy.engine import Policies
from shared.policy.platform import platform_policies
from shared.policy.published import MOST_TENANTS, Published, policies_of
from shared.policy.sources import Source
from shared.policy.vocabulary import Act
from shared.storage.batches import Batch, Document
from shared.storage.firestore import TenantStore
from tests.shared.wire import Wire

AT = datetime(2030, 1, 7, 9, 30, tzinfo=UTC)
LIST = Act("agents.list", "Tenant", ("read_tenant",))
CLOSED = Source("tenant/freeze", '@id("freeze") forbid(principal, action, resource);')


class Clock:
    """What the process believes the time is."""

    seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, firestore_wire: Wire) -> Iterator[Clock]:
    clock = Clock()
    monkeypatch.setattr(published, "time", clock)
    published.forget()
    yield clock
    published.forget()


async def publish(tenant: str, version: int, *sources: Source) -> None:
    """What functions/policy writes."""
    store, batch = TenantStore(tenant), Batch()
    said = {"state": Published(version=version, sources=sources).model_dump_json()}
    known = await store.get(published.COLLECTION.name, published.PUBLISHED)
    if known is None:
        batch.create(published.COLLECTION.name, published.PUBLISHED, said)
    else:
        batch.replace(known, said)
    await store.commit(batch)


def new_tenant() -> str:
    return f"tenant-{uuid.uuid4().hex[:8]}"


def lists_agents(policies: Policies, tenant: str) -> bool:
    caller = Caller("ann", tenant, frozenset(), frozenset({"developer"}), AT, "")
    try:
        Authorization(caller, [LIST], policies).ask_at_the_edge(AT)
    except Forbidden:
        return False
    return True


async def test_a_version_is_read_once_the_control_document_says_it(clock: Clock) -> None:
    tenant = new_tenant()
    assert lists_agents(await policies_of(tenant, 0), tenant)
    await publish(tenant, 1, CLOSED)
    assert lists_agents(await policies_of(tenant, 0), tenant)
    policies = await policies_of(tenant, 1)
    assert not lists_agents(policies, tenant)
    assert policies.version.endswith(".1")
    # Another instance's control document is older.
    assert await policies_of(tenant, 0) is policies
    await publish(tenant, 2)
    assert lists_agents(await policies_of(tenant, 2), tenant)


@pytest.mark.parametrize("said", [0, 1, 2, 7])
async def test_what_is_held_is_read_no_more_often_whatever_the_control_document_says(
    clock: Clock, said: int
) -> None:
    tenant = new_tenant()
    await publish(tenant, 2, CLOSED)
    await policies_of(tenant, said)
    await publish(tenant, 3)
    clock.seconds += published.TRUSTED_SECONDS - 1
    for _ in range(3):
        assert not lists_agents(await policies_of(tenant, said), tenant)


async def test_a_version_of_which_no_event_came_is_noticed_after_five_minutes(clock: Clock) -> None:
    tenant = new_tenant()
    assert lists_agents(await policies_of(tenant, 0), tenant)
    await publish(tenant, 1, CLOSED)
    clock.seconds += published.TRUSTED_SECONDS
    assert not lists_agents(await policies_of(tenant, 0), tenant)


async def test_a_reading_that_began_before_a_publication_ends_after_the_one_after_it(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, real, passes = new_tenant(), TenantStore.get, asyncio.Event()
    slow = True

    async def get(store: TenantStore, *key: str) -> Document | None:
        nonlocal slow
        found, is_late, slow = await real(store, *key), slow, False
        if is_late:
            await passes.wait()
        return found

    monkeypatch.setattr(TenantStore, "get", get)
    earlier = asyncio.create_task(policies_of(tenant, 0))
    await asyncio.sleep(0.2)
    clock.seconds += 1
    monkeypatch.setattr(TenantStore, "get", real)
    await publish(tenant, 1, CLOSED)
    assert not lists_agents(await policies_of(tenant, 1), tenant)
    passes.set()
    await earlier
    assert not lists_agents(await policies_of(tenant, 1), tenant)


async def test_the_same_version_is_prepared_once(clock: Clock) -> None:
    tenant = new_tenant()
    await publish(tenant, 1, CLOSED)
    first = await policies_of(tenant, 1)
    clock.seconds += published.TRUSTED_SECONDS
    assert await policies_of(tenant, 1) is first


async def test_one_tenants_policies_hold_in_no_other(clock: Clock) -> None:
    closed, other = new_tenant(), new_tenant()
    await publish(closed, 1, CLOSED)
    assert not lists_agents(await policies_of(closed, 0), closed)
    assert lists_agents(await policies_of(other, 0), other)


async def test_what_does_not_fit_this_release_allows_nothing(clock: Clock) -> None:
    tenant = new_tenant()
    await publish(
        tenant, 1, Source("tenant/old", 'permit(principal, action == Action::"gone", resource);')
    )
    with pytest.raises(PolicyInvalid):
        await policies_of(tenant, 0)


async def test_a_process_keeps_a_bounded_number_of_tenants(clock: Clock) -> None:
    for number in range(MOST_TENANTS + 5):
        published._known[str(number)] = published._Known(platform_policies(), 0, 0, 0.0)
    await policies_of(new_tenant(), 0)
    assert len(published._known) == MOST_TENANTS


async def test_the_platform_has_no_policies_of_a_tenant(clock: Clock) -> None:
    assert await policies_of(PLATFORM_TENANT, 0) is platform_policies()


async def test_a_tenant_that_forbids_everything_is_still_governed(clock: Clock) -> None:
    tenant = new_tenant()
    await publish(tenant, 1, CLOSED)
    policies = await policies_of(tenant, 0)
    act = Act("policies.publish", "Tenant", ("amend_policies",))
    for role, allowed in (("governor", True), ("tenant_admin", False)):
        caller = Caller("ann", tenant, frozenset(), frozenset({role}), AT, "")
        authorization = Authorization(caller, [act], policies)
        if allowed:
            authorization.ask_at_the_edge(AT)
        else:
            with pytest.raises(Forbidden, match="tenant/freeze/freeze forbids it"):
                authorization.ask_at_the_edge(AT)
