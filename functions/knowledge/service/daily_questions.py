"""Counts what agents ask."""

from functions.knowledge.aggregates import DAYS
from functions.knowledge.rules.daily_questions import require_day
from shared.kit.callers import Caller
from shared.storage.batches import Add, Batch
from shared.storage.firestore import TenantStore


async def count_question(caller: Caller, questions: int = 1) -> None:
    """Counts a question of an agent, or what takes as long as several; those that it asks at the
    very same time may each be more than its day allows. Nobody else's are counted. Raises
    QuestionsSpent, Unavailable."""
    if caller.agent_id is None:
        return
    store, id = TenantStore(caller.tenant_id), f"{caller.agent_id}.{caller.received_at:%Y-%m-%d}"
    known = await store.get(DAYS.name, id)
    require_day(known.data["asked"] if known is not None else 0, questions)
    batch = Batch()
    batch.merge(DAYS.name, id, {"asked": Add(questions)})
    await store.commit(batch)
