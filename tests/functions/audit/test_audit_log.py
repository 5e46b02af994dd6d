"""The log in PostgreSQL: appended by the database itself, without gaps, once an event."""

import asyncio
import json
import uuid
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from functions.audit.reactions import HANDLERS
from functions.audit.rules import GENESIS, first_broken, link_hash
from functions.audit.store import append, read_chain, read_head
from shared.messaging.envelope import Envelope
from shared.runtime.reactions import create_reactions

platform = pytest.mark.platform
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
ODD = ["plain", "line\nfeed", "nul \u0000", "half \ud800", "emoji 😀 and ünïcode", '"quotes" \\ /']


@pytest.fixture
def tenant(database: str) -> str:
    return f"tenant-{uuid.uuid4().hex[:12]}"


def _event(tenant: str, number: int, text: str = "x") -> Envelope:
    return Envelope(
        id=f"evt_{number:026}",
        type="assent.lookup.missed.v1",
        source="//assent/agents",
        subject="lookup/mis_1",
        time=AT,
        tenantid=tenant,
        actorid="somebody",
        correlationid=f"evt_{number:026}",
        causationid=f"evt_{number:026}",
        sequence=1,
        data=json.dumps({"id": text}),
        received_at=AT,
    )


@platform
async def test_the_database_hashes_as_the_rules_do(tenant: str) -> None:
    for number, text in enumerate(ODD, start=1):
        await append(_event(tenant, number, text))
    previous = GENESIS
    for entry in await read_chain(tenant):
        assert entry.hash == link_hash(
            previous=previous,
            tenant_id=tenant,
            number=entry.number,
            event_id=entry.event_id,
            body=entry.body,
        )
        previous = entry.hash
    assert first_broken(await read_chain(tenant), await read_head(tenant)) is None


@platform
async def test_an_entry_holds_the_whole_event_in_one_line(tenant: str) -> None:
    await append(_event(tenant, 1, "line\nfeed"))
    (entry,) = await read_chain(tenant)
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
        *(append(_event(of, number)) for number in range(60) for of in (tenant, other))
    )
    for of in (tenant, other):
        chain = await read_chain(of)
        assert [entry.number for entry in chain] == list(range(1, 61))
        assert {entry.tenant_id for entry in chain} == {of}
        assert first_broken(chain, await read_head(of)) is None


@platform
async def test_an_event_that_comes_again_stays_where_it_is(tenant: str) -> None:
    await append(_event(tenant, 1))
    await append(_event(tenant, 2))
    before = await read_chain(tenant)
    await asyncio.gather(*(append(_event(tenant, 1, "told differently")) for _ in range(4)))
    assert await read_chain(tenant) == before


@platform
async def test_an_empty_chain_is_whole(tenant: str) -> None:
    assert first_broken(await read_chain(tenant), await read_head(tenant)) is None


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
        await append(_event(tenant, each))
    at = f"tenant_id = '{tenant}' AND number = {number}"
    async with await psycopg.AsyncConnection.connect(database) as owner:
        await owner.execute(statement.format(at=at))
    assert first_broken(await read_chain(tenant), await read_head(tenant)) == number


@platform
async def test_a_delivery_is_audited_once_however_often_it_comes(tenant: str) -> None:
    event = _event(tenant, 1)
    transport = httpx.ASGITransport(app=create_reactions(function="audit", handlers=HANDLERS))
    async with httpx.AsyncClient(transport=transport, base_url="http://audit") as client:
        for _ in range(3):
            answer = await client.post(
                "/events/agents", content=event.data, headers=event.headers()
            )
            assert (answer.status_code, answer.content) == (204, b"")
    assert [entry.event_id for entry in await read_chain(tenant)] == [event.id]
