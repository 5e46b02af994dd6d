"""What a list costs and answers where everything in it is as large as limits allow."""

from collections.abc import Mapping
from typing import Any

import pytest

from events import agents, approvals, precedents
from events.dossiers import Match
from mobile_api.rules.counters import counter_changes
from mobile_api.rules.documents import Documents, Fields, Key
from shared.messaging.envelope import Envelope
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.mobile_api.phones import Phone
from tests.mobile_api.stories import agent, approval, fact, id_of, precedent, project
from tests.mobile_api.worlds import log

MOST_BYTES = 1_000_000
WIDE = "𠀀"
THINGS = 102
LISTS = ("approvals", "approvals?status=decided", "seeds", "agents", "violations")


def largest(number: int) -> list[Envelope]:
    """The events of one approval, precedent, agent and violation."""
    matches = tuple(
        Match(seed_id=id_of("pre", n), title=WIDE * 200, satisfied=(WIDE * 400,) * 17)
        for n in range(1, 21 if number % 10 == 0 else 2)
    )
    conditions = tuple({"field": WIDE * 200, "op": "eq", "value": WIDE * 250} for _ in range(16))
    large: dict[str, Any] = {"summary": WIDE * 2_000, "matches": matches, "note": WIDE * 4_000}
    reported = agents.Violation(rule="scope_drift", summary="x", evidence=(WIDE * 4_000,))
    return [
        approval(approvals.ApprovalRequested, number, **large),
        precedent(
            precedents.PrecedentActivated,
            number,
            conditions=conditions,
            rationale=WIDE * 4_000,
            title=WIDE * 200,
        ),
        agent(agents.AgentViolationReported, number, name="w" * 60, violation=reported),
    ]


async def keep(tenant: str, documents: Mapping[Key, Fields]) -> None:
    store, batch = TenantStore(tenant), Batch()
    for number, (key, fields) in enumerate(documents.items(), 1):
        batch.create(*key, fields)
        if number % 15 == 0:
            await store.commit(batch)
            batch = Batch()
    if batch.writes:
        await store.commit(batch)


@pytest.fixture
async def full(phone: Phone) -> Phone:
    """The phone of a tenant whose lists are longer than a page, and their items large."""
    documents: dict[Key, Fields] = {}
    for number in range(1, THINGS + 1):
        for event in largest(number):
            documents |= project(documents, fact(event))
    await keep(phone.tenant, documents | _counts(documents))
    return phone


def _counts(documents: Documents) -> dict[Key, Fields]:
    return {**counter_changes({}, documents)}


async def test_a_list_is_whole_reads_two_documents_an_item_and_answers_with_a_megabyte(
    full: Phone,
) -> None:
    for name in LISTS:
        for limit in (1, 25, 100):
            path = f"/{name}{'&' if '?' in name else '?'}limit={limit}"
            answer = await full.get(path)
            assert answer.status_code == 200, answer.text
            assert len(answer.content) <= MOST_BYTES, path
            assert 1 <= len(answer.json()["items"]) <= limit
            assert answer.headers["assent-cost"].startswith("firestore-reads="), path
            # Where nothing was spent this month, agents take two reads more to say so.
            most = 2 * limit + (2 if name.startswith("agents") else 0)
            assert int(answer.headers["assent-cost"].partition("=")[2]) <= most, path
        await _is_whole(full, name)


async def _is_whole(full: Phone, name: str) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await full.get(f"/{name}{'&' if '?' in name else '?'}limit=100{cursor}")).json()
        seen += [str(each.get("id", each.get("seed_id", each))) for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == THINGS


async def test_a_timeline_and_a_card_stay_within_a_megabyte(phone: Phone) -> None:
    note, documents = WIDE * 4_000, dict[Key, Fields]()
    for number in range(1, THINGS + 1):
        told = approval(approvals.ApprovalDeferred, 1, number, note=note)
        documents |= project(documents, fact(told))
    await log(phone.tenant, [])
    await keep(phone.tenant, documents)
    card = f"/approvals/{id_of('apr', 1)}"
    answer = await phone.get(card)
    assert len(answer.content) <= MOST_BYTES / 2
    assert answer.json()["timeline"][-1]["sequence"] == THINGS
    for limit in (1, 25, 100):
        answer = await phone.get(f"{card}/timeline?limit={limit}")
        assert len(answer.content) <= MOST_BYTES
        assert int(answer.headers["assent-cost"].partition("=")[2]) <= 2 * limit
