"""HTTP in, HTTP out: memories."""

from typing import Annotated

from fastapi import Depends, Query, Request

from events.memories import MemoryCallBody, MemoryGiven
from functions.knowledge.memory_bodies import (
    CorrectionBody,
    ErasureBody,
    MemoryBody,
    MemoryQueryBody,
)
from functions.knowledge.memory_views import (
    ErasureView,
    MemoriesRecalled,
    MemoryLearnedView,
    MemoryPage,
    MemoryView,
)
from functions.knowledge.service import memories, memory_calls
from shared.kit.callers import Caller
from shared.kit.instant_parameters import instant_named
from shared.runtime.acts import does
from shared.runtime.capability_route import CAPABILITY, calls_router, capability_of
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

READS, WRITES = ("knowledge:read",), ("knowledge:write",)
Moment = Annotated[str | None, Query(max_length=40)]
TELLERS = ("submit_conversation",)
MEMORIES = Router(read=READS, write=WRITES, narrows=True)
LOOKS = Router(read=READS, write=READS, narrows=True)
WHOLE_TENANTS = Router(write=WRITES)
CALLS = calls_router()


@MEMORIES.post("/v1/memories", status_code=201)
@does("memories.create", within=TELLERS, deed="telling a fact")
async def post_memory(caller: Caller, key: Key, body: MemoryBody) -> MemoryLearnedView:
    """Tells a fact to one agent, to the agents of the token's workspace (`team`), or to all of the
    tenant. Its source is whoever tells it, or what they name. Where the shelf is full, the fact of
    its tier that was recalled the longest ago makes room (`evicted`); what is `semantic` never
    does: then the call is refused."""
    return await memories.tell(caller, key, body)


@MEMORIES.get("/v1/memories")
async def get_memories(
    caller: Caller,
    agent_id: Annotated[str | None, Query(max_length=64)] = None,
    as_of: Moment = None,
    valid_at: Moment = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> MemoryPage:
    """Lists the facts that are recalled, newest first, of all scopes or of one agent's own.
    `as_of`: those that were believed at that instant, as they were known then; a page may have
    fewer. `valid_at`: only those that say something about that instant."""
    at = memories.Moments(instant_named("as_of", as_of), instant_named("valid_at", valid_at))
    return await memories.page(caller, agent_id, at, limit, cursor)


@MEMORIES.get("/v1/memories/{memory_id}")
async def get_memory(caller: Caller, memory_id: str) -> MemoryView:
    """Shows a fact with its source, whatever became of it."""
    return await memories.show(caller, memory_id)


@MEMORIES.post("/v1/memories/{memory_id}/correct", status_code=201)
@does("memories.correct", within=TELLERS, deed="correcting a fact")
async def correct_memory(
    caller: Caller, key: Key, memory_id: str, body: CorrectionBody
) -> MemoryLearnedView:
    """Tells what is right instead. The earlier fact stays as what was believed until now; with a
    later `valid_from`, as what held until then."""
    return await memories.correct(caller, key, memory_id, body)


@MEMORIES.delete("/v1/memories/{memory_id}")
@does("memories.delete", within=TELLERS, deed="erasing a fact")
@beyond_quota
async def delete_memory(caller: Caller, key: Key, memory_id: str) -> MemoryView:
    """Erases the text of a fact for good, and of those that it corrected or that corrected it. That
    there was a fact, when, and from where stays."""
    return await memories.erase(caller, key, memory_id)


@LOOKS.post("/v1/memories/recall")
@does("memories.recall", within=("read_tenant",), deed="looking for a fact")
async def recall_memories(caller: Caller, body: MemoryQueryBody) -> MemoriesRecalled:
    """Shows what an agent recalls for a question, and keeps nothing of that."""
    return await memories.recall(caller, body)


@WHOLE_TENANTS.post("/v1/memories/erasures")
@does("memories.erase_all", within=("manage_tenant",), deed="erasing facts of a source")
@beyond_quota
async def erase_memories(caller: Caller, key: Key, body: ErasureBody) -> ErasureView:
    """Erases the texts of all facts of a source, or that a person said, fifty at once. Needs the
    role tenant_admin."""
    return await memories.erase_all(caller, key, body)


@CALLS.post("/v1/memories/calls", dependencies=[Depends(CAPABILITY)])
async def post_call_of_memory(request: Request, body: MemoryCallBody) -> MemoryGiven:
    """Remembers, recalls, corrects or forgets for a call of a run, by a capability token that names
    exactly it. The same call again keeps nothing twice."""
    return await memory_calls.do(request.state.caller, capability_of(request), body)


ROUTER = Router.joining(LOOKS, WHOLE_TENANTS, MEMORIES, CALLS)
