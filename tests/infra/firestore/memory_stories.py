"""What makes `knowledge` ask every query about memories."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from events.memories import MemorySource
from events.principals import PersonErased
from functions.knowledge.aggregates import RUN
from functions.knowledge.memory_aggregates import MEMORIES
from functions.knowledge.memory_bodies import ErasureBody, SourceBody
from functions.knowledge.memory_views import MemoryView
from functions.knowledge.rules.memory import Claim, Memory, learned
from functions.knowledge.rules.shelf import Owner
from functions.knowledge.service import memories
from functions.knowledge.service.memories import Moments
from functions.knowledge.service.memory_sources import find_source
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.errors import Invalid
from shared.kit.ids import new_id
from shared.messaging.contents import keep
from shared.messaging.recorder import Recorder
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def somebody_remembers(tenant: str) -> None:
    """Facts are listed, now and then, of all and of one agent, also where a token for one workspace
    narrows it; they are erased one by one, by source and by person; a run names its call."""
    everything = frozenset({"governance:read", "governance:write"})
    everywhere = Caller("gala", tenant, everything, frozenset({"governor"}), START, "")
    for caller in (everywhere, replace(everywhere, workspace_id="wsp_1")):
        for agent_id in (None, "agt_1"):
            for moments in (Moments(), Moments(as_of=START)):
                await memories.page(caller, agent_id, moments, 25, None)
    key = IdempotencyKey(everywhere)
    await memories.erase(everywhere, key, (await _told(tenant)).memory_id)
    await memories.erase_all(everywhere, key, ErasureBody(source_id="art_1"))
    await memories.erase_all(everywhere, key, ErasureBody(said_by="ada"))
    gone = PersonErased(principal_id="ada", erased_at=START)
    recorder = Recorder("identity", tenant, "operator", START)
    await memories.erase_persons(recorder.record(subject="person/ada", sequence=1, data=gone))

    async def sourced(work: Command) -> MemoryView:
        await find_source(work, SourceBody(kind="call", id="assent/x.y"), run_id="run_1")
        raise AssertionError("there is no call")

    with suppress(Invalid):
        await RUN.command(everywhere, sourced, MemoryView)


async def _told(tenant: str) -> Memory:
    source = MemorySource(kind="person", id="gala")
    claim = Claim(Owner("agent", "agt_1"), "semantic", "It is so.", source, (), "gala")
    made = learned(claim, new_id("mem", START), START)
    batch = Batch()
    batch.create(MEMORIES.collection, made.state.memory_id, MEMORIES.fields(made.state, 1, None))
    keep(batch, made.contents[0], START, "gala")
    await TenantStore(tenant).commit(batch)
    return made.state
