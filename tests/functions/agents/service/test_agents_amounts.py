"""What the list of agents costs and answers where every agent is as large as limits allow."""

from datetime import UTC, datetime, timedelta

import pytest

from events.agents import Limits, Suspension
from functions.agents.aggregates import AGENTS
from functions.agents.rules.agent import UNDONE, Agent, Undo, Version, draft
from shared.kit.ids import new_id
from shared.storage.batches import Batch
from tests.functions.agents.worlds import World

MOST_BYTES = 1_000_000
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
AGENTS_KEPT = 102


def large_agent(number: int) -> Agent:
    """Suspended, with the longest reason, and as many versions as an agent keeps."""
    at = START + timedelta(seconds=number)
    version = Version(
        version="1.0.0",
        spec_hash="0" * 64,
        mode="production",
        budget=Limits(per_run_usd_micros=1, per_day_usd_micros=1),
        depends_on=(),
        industry="healthcare",
        case_id=new_id("cas", at),
    )
    name = f"writer-{number}"
    agent = draft(version, agent_id=new_id("agt", at), name=name, by="amira", at=at)
    undo = None
    for _ in range(UNDONE - 1):
        undo = Undo(case_id=version.case_id, deployed=version, status="active", below=undo)
    reason = Suspension(trigger="by_hand", reason="𠀀" * 2_000, by="gala", at=at)
    fields = {"deployed": version, "undo": undo, "status": "suspended", "suspension": reason}
    return agent.model_copy(update=fields)


@pytest.mark.repeats
async def test_a_list_reads_two_documents_an_item_and_answers_with_a_megabyte(
    world: World,
) -> None:
    for each in map(large_agent, range(AGENTS_KEPT)):
        batch = Batch()
        batch.create(AGENTS.collection, each.agent_id, AGENTS.fields(each, 1, None))
        await world.store.commit(batch)
    for limit in (1, 25, 100):
        answer = await world.get("/v1/agents", limit=limit)
        assert answer.status_code == 200, answer.text
        assert len(answer.content) <= MOST_BYTES
        names = [each["name"] for each in answer.json()["items"]]
        newest = [f"writer-{n}" for n in range(AGENTS_KEPT - 1, -1, -1)]
        assert names == newest[: len(names)]
        assert min(limit, 50) <= len(names) <= limit
        assert answer.json()["next_cursor"] is not None
        assert "spec" not in answer.json()["items"][0]
        reads = answer.headers["assent-cost"]
        assert reads.startswith("firestore-reads=")
        assert int(reads.partition("=")[2]) <= 2 * limit


async def test_the_catalogue_of_skills_reads_nothing(world: World) -> None:
    answer = await world.get("/v1/skills", limit=100)
    assert len(answer.content) <= MOST_BYTES
    assert "firestore" not in answer.headers["assent-cost"]
