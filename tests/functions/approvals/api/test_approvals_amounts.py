"""What a list costs and answers where everything in it is as large as limits allow."""

from collections.abc import Sequence
from typing import Any

import pytest

from events.precedents import Condition, Finding
from events.vetoes import VetoReason
from functions.approvals.aggregates import APPROVALS, COUNTS, PRECEDENTS
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.precedent import Precedent
from shared.aggregates.aggregate import Aggregate
from shared.kit.ids import new_id
from shared.storage.batches import Add, Batch
from shared.storage.firestore import TenantStore
from tests.functions.approvals.api.conftest import Program
from tests.functions.approvals.builders import SECOND, START, opened, precedent

MOST_BYTES = 1_000_000
WIDE = "𠀀"
THINGS = 102
LISTS = ("/v1/approvals", "/v1/approvals?status=decided", "/v1/precedent-seeds")


def approvals() -> list[Approval]:
    """Long since decided, with all that people may write; each tenth with a large content."""
    found = []
    for n in range(THINGS):
        at = START + n * SECOND
        content = {"text": "x" * (200_000 if n % 10 == 0 else 10)}
        asked = opened(at=at, approval_id=new_id("apr", at), summary=WIDE * 2_000, content=content)
        reason = VetoReason(category="other", explanation=WIDE * 4_000)
        fields = {"status": "rejected", "note": WIDE * 4_000, "veto_reason": reason}
        found.append(asked.model_copy(update=fields))
    return found


def precedents() -> list[Precedent]:
    """Each was active once, and has conditions and findings of the largest size."""
    conditions = tuple(Condition(field=WIDE * 200, op="eq", value=WIDE * 250) for _ in range(16))
    findings = tuple(
        Finding(check=f"check-{n}", verdict="pass", evidence=WIDE * 200) for n in range(5)
    )
    found = []
    for n in range(THINGS):
        at = START + n * SECOND
        fields = {"title": WIDE * 200, "rationale": WIDE * 4_000, "activated_at": at}
        large = {"conditions": conditions, "findings": findings, "status": "superseded"}
        found.append(precedent(precedent_id=new_id("pre", at), created_at=at, **fields, **large))
    return found


async def keep(tenant: str, aggregate: Aggregate[Any], states: Sequence[Any]) -> None:
    for start in range(0, len(states), 15):
        batch = Batch()
        for state in states[start : start + 15]:
            id = aggregate.id(state)
            batch.create(aggregate.collection, id, aggregate.fields(state, 1, None))
            if aggregate is PRECEDENTS:
                batch.merge(COUNTS.name, id, {"compared": Add(3), "matched": Add(1)})
        await TenantStore(tenant).commit(batch)


@pytest.fixture
async def full(program: Program) -> Program:
    """A program of a tenant whose lists are longer than a page, and their items large."""
    await keep(program.tenant, APPROVALS, approvals())
    await keep(program.tenant, PRECEDENTS, precedents())
    return program


def path_of(name: str, query: str) -> str:
    return f"{name}{'&' if '?' in name else '?'}{query}"


@pytest.mark.repeats
async def test_a_list_is_whole_reads_two_documents_an_item_and_answers_with_a_megabyte(
    full: Program,
) -> None:
    (rated,) = (await full.get("/v1/precedent-seeds", limit=1)).json()["items"]
    assert (rated["match_count"], rated["match_rate"]) == (1, 0.3333)
    for name in LISTS:
        for limit in (1, 25, 100):
            path = path_of(name, f"limit={limit}")
            answer = await full.client.get(path, headers=full._headers())
            assert answer.status_code == 200, answer.text
            assert len(answer.content) <= MOST_BYTES, path
            assert 1 <= len(answer.json()["items"]) <= limit
            assert answer.headers["assent-cost"].startswith("firestore-reads="), path
            assert int(answer.headers["assent-cost"].partition("=")[2]) <= 2 * limit, path
        await _is_whole(full, name)


async def _is_whole(full: Program, name: str) -> None:
    seen: list[str] = []
    query = "limit=100"
    while True:
        page = (await full.client.get(path_of(name, query), headers=full._headers())).json()
        seen += [each.get("seed_id") or each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        query = f"limit=100&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == THINGS
