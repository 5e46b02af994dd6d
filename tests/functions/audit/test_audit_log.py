"""The log in PostgreSQL: appended by the database itself, without gaps, once an event."""

import asyncio
import json

import httpx
import psycopg
import pytest

from functions.audit.appender import append
from functions.audit.reactions import HANDLERS
from functions.audit.rules.chain import Head
from functions.audit.store import read_head
from shared.audit_log.entries import GENESIS, link_hash
from shared.runtime.reactions import create_reactions
from tests.functions.audit.chains import broken_at, entries_of, event

platform = pytest.mark.platform
ODD = ["plain", "line\nfeed", "nul \u0000", "half \ud800", "emoji 😀 and ünïcode", '"quotes" \\ /']


@platform
async def test_the_database_hashes_as_the_rules_do(tenant: str) -> None:
    for number, text in enumerate(ODD, start=1):
        await append(event(tenant, number, text))
    previous = GENESIS
    for entry in await entries_of(tenant):
        assert entry.hash == link_hash(
            previous=previous,
            tenant_id=tenant,
            number=entry.number,
            event_id=entry.event_id,
            body=entry.body,
        )
        previous = entry.hash
    assert await broken_at(tenant) is None


@platform
async def test_an_entry_holds_what_was_decided_in_one_line(tenant: str) -> None:
    await append(event(tenant, 1, "line\nfeed"))
    (entry,) = await entries_of(tenant)
    assert "\n" not in entry.body
    body = json.loads(entry.body)
    assert json.loads(body["data"]) == {"id": "line\nfeed"}
    assert (body["tenantid"], body["actorid"], body["time"]) == (
        *(tenant, "somebody"),
        "2026-11-20T12:00:00.000Z",
    )


@platform
async def test_concurrent_appends_leave_no_gap_and_one_whole_chain_each(tenant: str) -> None:
    other = f"{tenant}-other"
    await asyncio.gather(
        *(append(event(of, number)) for number in range(60) for of in (tenant, other))
    )
    for of in (tenant, other):
        chain = await entries_of(of)
        assert [entry.number for entry in chain] == list(range(1, 61))
        assert {entry.tenant_id for entry in chain} == {of}
        assert await broken_at(of) is None


@platform
async def test_an_event_that_comes_again_stays_where_it_is(tenant: str) -> None:
    await append(event(tenant, 1))
    await append(event(tenant, 2))
    before = await entries_of(tenant)
    await asyncio.gather(*(append(event(tenant, 1, "told differently")) for _ in range(4)))
    assert await entries_of(tenant) == before


@platform
async def test_an_empty_chain_is_whole(tenant: str) -> None:
    assert await broken_at(tenant) is None
    assert await read_head(tenant) == Head(0, GENESIS)


TAMPERING = {
    "another body": "UPDATE audit_entries SET body = body || ' ' WHERE {at}",
    "another event": "UPDATE audit_entries SET event_id = 'evt_0' WHERE {at}",
    "another hash": "UPDATE audit_entries SET hash = repeat('a', 64) WHERE {at}",
    "another cause": "UPDATE audit_entries SET previous_hash = repeat('a', 64) WHERE {at}",
    "a gap": "DELETE FROM audit_entries WHERE {at}",
}


@platform
@pytest.mark.parametrize("number", [1, 3, 5])
@pytest.mark.parametrize("statement", TAMPERING.values(), ids=list(TAMPERING))
async def test_tampering_is_found_at_exactly_that_entry(
    tenant: str, database: str, statement: str, number: int
) -> None:
    for each in range(1, 6):
        await append(event(tenant, each))
    at = f"tenant_id = '{tenant}' AND number = {number}"
    async with await psycopg.AsyncConnection.connect(database) as owner:
        await owner.execute(statement.format(at=at))
    broken = await broken_at(tenant)
    assert broken is not None
    assert broken.number == number


@platform
async def test_a_delivery_is_audited_once_however_often_it_comes(tenant: str) -> None:
    missed = event(tenant, 1)
    transport = httpx.ASGITransport(app=create_reactions(function="audit", handlers=HANDLERS))
    async with httpx.AsyncClient(transport=transport, base_url="http://audit") as client:
        for _ in range(3):
            answer = await client.post(
                "/events/agents", content=missed.data, headers=missed.headers()
            )
            assert (answer.status_code, answer.content) == (204, b"")
    assert [entry.event_id for entry in await entries_of(tenant)] == [missed.id]


@platform
async def test_a_decision_is_audited_without_what_it_is_about(tenant: str) -> None:
    decided = {"content": "c" * 100_000, "decision_hash": "a" * 64, "decided_by": "mara"}
    approved = event(
        tenant, 1, type="assent.approval.approved.v1", data=json.dumps(decided), sequence=2
    )
    await HANDLERS[approved.type](approved)
    (entry,) = await entries_of(tenant)
    assert len(entry.body) < 1_000
    kept = json.loads(json.loads(entry.body)["data"])
    assert (kept["decision_hash"], kept["decided_by"]) == ("a" * 64, "mara")
    assert kept["content"].keys() == {"bytes", "sha256"}
