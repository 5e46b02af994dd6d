"""Every query of the code has its index, and every index its query."""

import asyncio
import uuid
from datetime import datetime
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey

from functions.agents.aggregates import RUN
from functions.agents.api import ROUTER
from infra.indexes import EXPIRING, Composite
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.runtime.app import create_api
from shared.storage.firestore import TenantStore
from tests.functions.agents.conftest import cloud, issuing_key
from tests.functions.agents.worlds import World as AgentsWorld
from tests.functions.approvals.worlds import World as ApprovalsWorld
from tests.functions.conftest import beside
from tests.infra.firestore.asking import Asked, sites, watching
from tests.infra.firestore.declared import COLLECTIONS, COMPOSITES, GROUPED, SINGLES
from tests.infra.firestore.memory_stories import somebody_remembers
from tests.infra.firestore.serving import Query, serving
from tests.infra.firestore.stories import (
    a_governor_looks,
    a_policy_is_tried,
    a_stranger_knocks,
    a_workspace_is_looked_at,
    agents_live_and_fall,
    an_auditor_looks,
    approvals_are_asked_and_listed,
    new_tenant,
    runs_are_recalled_and_removed,
    somebody_asks_documents,
    somebody_is_billed,
    somebody_is_told,
    somebody_learns,
    somebody_lists_capsules_and_runs,
    somebody_lists_files,
    somebody_lists_models,
    somebody_lists_what_is_theirs,
)
from tests.shared.cloud import Cloud

__all__ = ["beside", "cloud", "issuing_key"]

TOPICS = (
    "agents",
    "approvals",
    "audit",
    "billing",
    "knowledge",
    "learning",
    "mobile-api",
    "notifications",
    "policy",
    "runs",
    "usage",
    "knowledge",
    "dead-letters",
)

Fields = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
async def told(cloud: Cloud, issuing_key: OKPKey, database: str) -> tuple[Asked, Fields]:
    """Every story, watched: what was asked, and the documents that are there afterwards."""
    for topic in TOPICS:
        await cloud.mailbox(topic)
    tenant = f"clinic-{uuid.uuid4().hex[:12]}"
    transport = httpx.ASGITransport(app=create_api(function="agents", router=ROUTER, run=RUN))
    with watching() as asked:
        async with httpx.AsyncClient(transport=transport, base_url="http://agents") as client:
            await agents_live_and_fall(AgentsWorld(client, issuing_key, tenant, cloud))
            await a_stranger_knocks(client)
        approvals = new_tenant()
        await approvals_are_asked_and_listed(ApprovalsWorld(approvals, cloud))
        phone = new_tenant()
        await a_governor_looks(phone.tenant_id)
        await a_workspace_is_looked_at(phone.tenant_id)
        await an_auditor_looks(phone.tenant_id)
        await somebody_lists_capsules_and_runs(phone.tenant_id)
        await somebody_lists_models(phone.tenant_id)
        await somebody_lists_files(phone.tenant_id)
        await somebody_is_told(phone.tenant_id)
        await somebody_asks_documents(phone.tenant_id)
        await somebody_is_billed(phone.tenant_id)
        await somebody_learns(phone.tenant_id)
        await runs_are_recalled_and_removed(phone)
        await somebody_remembers(phone.tenant_id)
        await a_policy_is_tried(phone.tenant_id)
        await somebody_lists_what_is_theirs(phone)
    documents: Fields = {}
    for each in (tenant, approvals.tenant_id, phone.tenant_id, PLATFORM_TENANT):
        for name in asked.written:
            found = documents.setdefault(name, [])
            found += [dict(one.data) async for one in TenantStore(each).find_all(name)]
    return asked, documents


@pytest.fixture
def asked(told: tuple[Asked, Fields]) -> Asked:
    return told[0]


@pytest.fixture
def documents(told: tuple[Asked, Fields]) -> Fields:
    return told[1]


async def test_every_place_that_can_ask_was_watched(asked: Asked) -> None:
    silent = [site for site in sites() if not any(site.holds(*line) for line in asked.lines)]
    assert silent == [], "ask it in stories.py, so that its index is known"


async def test_every_query_is_served(asked: Asked) -> None:
    assert [query for query in asked.queries if serving(query) is None] == []


async def test_every_index_serves_a_query(asked: Asked) -> None:
    used: set[object] = set()
    for query in asked.queries:
        served = serving(query)
        used |= served if isinstance(served, frozenset) else {served}
    assert [each for each in (*COMPOSITES, *GROUPED, *SINGLES) if each not in used] == []


@pytest.mark.parametrize("missing", COMPOSITES, ids=lambda each: each.name)
async def test_a_query_without_its_index_is_noticed(asked: Asked, missing: Composite) -> None:
    others = tuple(each for each in COMPOSITES if each is not missing)
    assert [query for query in asked.queries if serving(query, others) is None]


async def test_what_expires_is_what_carries_a_moment_to_expire_at(documents: Fields) -> None:
    expiring = {
        (collection, name)
        for collection, found in documents.items()
        for fields in found
        for name, value in fields.items()
        # A time-to-live needs a timestamp, not our text of one.
        if name == "expire_at" and isinstance(value, datetime)
    }
    assert expiring == set(EXPIRING)


async def test_every_collection_says_what_is_indexed(asked: Asked) -> None:
    """Of any other, Firestore would index every field in both directions."""
    assert sorted(asked.written - set(COLLECTIONS)) == []


def query(**parts: Any) -> Query:
    nothing: frozenset[str] = frozenset()
    values: dict[str, Any] = {
        "collection": "approvals",
        "of_all_tenants": False,
        "equal": nothing,
        "contained": nothing,
        "ranged": nothing,
        "orders": (),
    }
    return Query(**values | parts)


async def test_the_rules_refuse_what_firestore_would() -> None:
    one, two = frozenset({"row"}), frozenset({"kind"})
    falling = (("counted_at", "DESCENDING"), ("__name__", "DESCENDING"))
    rising = (("counted_at", "ASCENDING"), ("__name__", "ASCENDING"))
    assert serving(query(equal=one, orders=falling)) is not None
    assert serving(query(equal=one, orders=rising)) is None
    assert serving(query(equal=two, orders=falling)) is None
    assert serving(query(orders=(falling[0], rising[1]))) is None
    bucket, until = frozenset({"bucket"}), frozenset({"open_until"})
    both = (("requested_at", "DESCENDING"), ("open_until", "DESCENDING"))
    assert serving(query(equal=bucket, ranged=until, orders=both)) is not None
    assert serving(query(equal=one, ranged=until, orders=both)) is None
    assert serving(query(equal=bucket, ranged=until, orders=both[:1])) is None
    assert serving(query(equal=bucket, ranged=until, orders=both[::-1])) is None
    assert serving(query(of_all_tenants=True, ranged=frozenset({"decided_at"}))) is None
    assert serving(query(ranged=frozenset({"next_timer_at"}))) is None
    assert serving(query(equal=frozenset({"state"}))) is None
    assert serving(query(collection="precedents", contained=frozenset({"status"}))) is None
    assert serving(query(collection="precedents", equal=frozenset({"status"}))) is not None
    assert serving(query()) == "names"
    await asyncio.sleep(0)
