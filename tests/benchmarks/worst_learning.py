"""The worst calls of learning: as many patterns and requests as one answer reads."""

import asyncio
from collections.abc import Iterator

from events.precedents import Condition, Probation
from functions.approvals.aggregates import ACTIVE, PRECEDENTS
from functions.approvals.rules.precedent import (
    MOST_ACTIVE_PER_KIND,
    ActivePrecedents,
    Precedent,
)
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.attacks.parts_of_a_tenant import keep_pattern
from tests.benchmarks.largest import MANY
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of

PATTERNS = "/v1/patterns"
PATTERN = f"{PATTERNS}/{{pattern_id}}"
SEED = "/v1/precedent-seeds/{seed_id}"
_AT = parse_instant("2026-11-20T12:00:00Z")


def _pattern(scene: Scene) -> str:
    return asyncio.run(keep_pattern(scene.plain.tenant, None, new_id("apr", _AT)))


@worst_of("GET", PATTERNS)
def list_patterns(scene: Scene) -> Iterator[Call]:
    for _ in range(MANY):
        _pattern(scene)
    for limit in LIMITS:
        path = f"{PATTERNS}?limit={limit}"
        yield Call(scene.plain.governor, path, what=f"limit {limit}", limit=limit)


@worst_of("GET", PATTERN)
def read_pattern(scene: Scene) -> Iterator[Call]:
    yield Call(scene.plain.governor, f"{PATTERNS}/{_pattern(scene)}")


@worst_of("POST", f"{PATTERNS}/mine")
def mine(scene: Scene) -> Iterator[Call]:
    yield Call(scene.plain.governor, f"{PATTERNS}/mine", {}, what="a few requests")


@worst_of("POST", f"{PATTERN}/draft")
def draft(scene: Scene) -> Iterator[Call]:
    yield Call(scene.plain.governor, f"{PATTERNS}/{_pattern(scene)}/draft", {})


@worst_of("POST", f"{SEED}/establish")
def establish(scene: Scene) -> Iterator[Call]:
    """The precedent that people agreed with, beside as many others as may be active."""
    ids = [asyncio.run(_learned(scene.plain.tenant, n)) for n in range(MOST_ACTIVE_PER_KIND)]
    yield Call(scene.plain.governor, f"/v1/precedent-seeds/{ids[-1]}/establish")


async def _learned(tenant: str, number: int) -> str:
    """The id of an active precedent on probation, as approvals stores it."""
    store = TenantStore(tenant)
    found = await store.get(ACTIVE.collection, "execution")
    active = ACTIVE.state_in(found.data) if found else ActivePrecedents(kind="execution")
    precedent = Precedent(
        precedent_id=new_id("pre", _AT),
        reference=f"GOV-{number}",
        title=f"Pattern {number}",
        domain="GOV",
        kind="execution",
        max_risk="medium",
        conditions=(Condition(field="content.near", op="eq", value=number),),
        rationale="It was approved often.",
        status="active",
        author="approvals",
        created_at=_AT,
        activated_by="gala",
        activated_at=_AT,
        probation=Probation(ends_at=_AT, audited=3, agreed=3),
        version=1,
    )
    batch = Batch()
    batch.create(
        PRECEDENTS.collection, precedent.precedent_id, PRECEDENTS.fields(precedent, 1, None)
    )
    fields = ACTIVE.fields(active.with_(precedent), 1, None)
    if found is None:
        batch.create(ACTIVE.collection, "execution", fields)
    else:
        batch.replace(found, fields)
    await store.commit(batch)
    return precedent.precedent_id


@worst_of("GET", "/v1/governance/report")
def report(scene: Scene) -> Iterator[Call]:
    time = "from=2026-11-01T00:00:00Z&to=2027-01-31T00:00:00Z"
    yield Call(scene.plain.governor, f"/v1/governance/report?{time}", what="a few requests")
