"""Memories as people use them: told, listed, looked for, corrected and erased."""

from datetime import datetime
from typing import Any, NamedTuple

from events.principals import PersonErased
from functions.knowledge.aggregates import RUN
from functions.knowledge.memory_aggregates import AGENTS, MEMORIES
from functions.knowledge.memory_bodies import (
    CorrectionBody,
    ErasureBody,
    MemoryBody,
    MemoryQueryBody,
    team_of,
)
from functions.knowledge.memory_views import (
    ErasureView,
    MemoriesRecalled,
    MemoryLearnedView,
    MemoryPage,
    MemoryRecalled,
    MemoryView,
    fact_of,
)
from functions.knowledge.rules import memory as rules
from functions.knowledge.rules import memory_rights as rights
from functions.knowledge.rules.memory import Claim, Memory
from functions.knowledge.rules.shelf import Owner, owners_recalled_by
from functions.knowledge.service import shelves
from functions.knowledge.service.memory_sources import find_source
from functions.knowledge.service.memory_vectors import embed
from functions.knowledge.service.shelves import RecalledFacts
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.ids import new_id
from shared.kit.instants import format_instant
from shared.messaging.contents import read_contents
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey

# With its event and its text each takes three writes of a commit.
ERASED_AT_ONCE = 50


class Moments(NamedTuple):
    """What was believed when (`as_of`; None for now), and what that says about which instant."""

    as_of: datetime | None = None
    valid_at: datetime | None = None


async def tell(caller: Caller, key: IdempotencyKey, body: MemoryBody) -> MemoryLearnedView:
    """The memory of what a person says. Raises Invalid for a source that is not there, Forbidden,
    NotFound for an agent, VersionConflict where its shelf is full."""
    rights.require_teller(body.scope, caller.roles)
    fact = rules.check_fact(body.fact)
    vector = await embed(fact)

    async def use_case(work: Command) -> MemoryLearnedView:
        owner = await _owner(work, body)
        claim = await _claim(work, body, owner, body.tier)
        return _learned(await shelves.learn(work, claim, new_id("mem", work.at), vector))

    learned = await RUN.command(caller, use_case, MemoryLearnedView, key=key)
    return await _with_fact(caller, learned, fact)


async def correct(
    caller: Caller, key: IdempotencyKey, memory_id: str, body: CorrectionBody
) -> MemoryLearnedView:
    """The memory that takes the place of another one. Raises NotFound, Forbidden, Invalid,
    VersionConflict for one that is not held."""
    fact = rules.check_fact(body.fact)
    vector = await embed(fact)

    async def use_case(work: Command) -> MemoryLearnedView:
        old = await work.get(MEMORIES, memory_id)
        rights.require_keeper(old, caller.principal, caller.roles)
        owner = Owner(old.scope, old.agent_id, old.workspace_id)
        claim = await _claim(work, body, owner, old.tier)
        return _learned(await shelves.correct(work, old, claim, new_id("mem", work.at), vector))

    about = (MEMORIES, memory_id)
    learned = await RUN.command(caller, use_case, MemoryLearnedView, key=key, about=about)
    return await _with_fact(caller, learned, fact)


async def erase(caller: Caller, key: IdempotencyKey, memory_id: str) -> MemoryView:
    """The memory without its text, and likewise all that it corrected, and that corrected it, in as
    many commits as they need. Raises NotFound, Forbidden."""
    about = (MEMORIES, memory_id)
    found: list[Memory] = []

    async def use_case(work: Command) -> MemoryView:
        memory = await work.get(MEMORIES, memory_id)
        rights.require_keeper(memory, caller.principal, caller.roles)
        where = [("of_root", "==", memory.root_id)]
        found[:] = await work.query(MEMORIES, where=where, limit=ERASED_AT_ONCE)
        others = [each for each in found if each.memory_id != memory_id]
        memory, *_ = await shelves.erase(work, (memory, *others), caller.principal)
        return MemoryView.of(memory, None)

    erased = await RUN.command(caller, use_case, MemoryView, key=key, about=about)
    # A call that is repeated finds what the first one left where it died in between.
    is_repeated = not found
    while is_repeated or len(found) == ERASED_AT_ONCE:
        is_repeated = False
        await RUN.command(caller, use_case, MemoryView, about=about)
    return erased


async def erase_all(caller: Caller, key: IdempotencyKey, body: ErasureBody) -> ErasureView:
    """How many memories of a source, or of a person, are without their texts now."""
    field, value = ("of_source", body.source_id), ("of_person", body.said_by)
    where = [(name, "==", text) for name, text in (field, value) if text is not None]

    async def use_case(work: Command) -> ErasureView:
        found = await work.query(MEMORIES, where=where, limit=ERASED_AT_ONCE + 1)
        erased = await shelves.erase(work, found[:ERASED_AT_ONCE], caller.principal)
        return ErasureView(erased=len(erased), has_more=len(found) > ERASED_AT_ONCE)

    return await RUN.command(caller, use_case, ErasureView, key=key)


async def erase_persons(event: Envelope) -> None:
    """Erases what somebody said whose words are erased. Raises Unavailable."""
    person = event.payload(PersonErased).principal_id
    where = [("of_person", "==", person)]
    erased: list[Memory] = []

    async def use_case(work: UnitOfWork) -> None:
        found = await work.query(MEMORIES, where=where, limit=ERASED_AT_ONCE)
        erased[:] = await shelves.erase(work, found, "service:knowledge")

    while True:
        await RUN.reaction(event, use_case, is_one_of_several=True)
        if len(erased) < ERASED_AT_ONCE:
            return


async def end(work: UnitOfWork, memory: Memory) -> None:
    """Ends a memory whose time is over, unless it was recalled meanwhile. Raises Unavailable."""
    entry = await shelves.find_entry(work, memory)
    steps = rules.expired(memory, entry.used_at if entry is not None else None, work.at)
    is_over = any(each.event is not None for each in steps)
    if is_over:
        await shelves.take_off(work, memory, *steps)
    else:
        await work.save(*steps)


async def page(
    caller: Caller, agent_id: str | None, moments: Moments, limit: int, cursor: str | None
) -> MemoryPage:
    """The memories that are held or, with `as_of`, those that were believed then, newest first; a
    page has fewer where some of that time are believed no more. Raises Invalid, Unavailable."""
    as_of, valid_at = moments
    where: list[Any] = [("agent_id", "==", agent_id)] if agent_id is not None else []
    order = "held_at" if as_of is None else "learned_at"
    if as_of is not None:
        where.append(("learned_at", "<=", format_instant(as_of)))
    found = await RUN.page(
        caller, MEMORIES, where=where, order_by=(order,), limit=limit, cursor=cursor
    )
    # What is held now is believed, also where the clock of whoever kept it is ahead.
    known = found.items if as_of is None else [rules.known_at(each, as_of) for each in found.items]
    items = [
        each
        for each in known
        if each is not None and (valid_at is None or rules.holds_at(each, valid_at))
    ]
    facts = await read_contents(TenantStore(caller.tenant_id), [each.fact_hash for each in items])
    views = tuple(MemoryView.of(each, fact_of(facts, each.fact_hash)) for each in items)
    return MemoryPage(items=views, next_cursor=found.next_cursor)


async def show(caller: Caller, memory_id: str) -> MemoryView:
    """One memory, whatever became of it. Raises NotFound, Unavailable."""
    memory, facts, _ = await RUN.read_whole(
        caller, MEMORIES, memory_id, lambda each: (each.fact_hash,)
    )
    return MemoryView.of(memory, fact_of(facts, memory.fact_hash))


async def recall(caller: Caller, body: MemoryQueryBody) -> MemoriesRecalled:
    """What the agent would recall, which counts as no use of it. Raises NotFound, Unavailable."""
    question = await embed(body.query) if body.query.strip() else None

    async def use_case(work: Command) -> MemoriesRecalled:
        agent = await work.get(AGENTS, body.agent_id)
        owners = owners_recalled_by(agent.agent_id, agent.workspace_id)
        answer = await shelves.recall(
            work, owners, question, limit=body.limit, at_least=body.at_least, is_use=False
        )
        return shown(answer)

    return await RUN.command(caller, use_case, MemoriesRecalled)


def shown(answer: RecalledFacts) -> MemoriesRecalled:
    """What is recalled, with its texts."""
    texts = [
        (each, fact_of(answer.facts, each.entry.fact_hash)) for each in answer.recalled.matches
    ]
    return MemoriesRecalled(
        facts=tuple(MemoryRecalled.of(each, text) for each, text in texts if text is not None),
        ranked_by="meaning" if answer.by_meaning else "time",
        left_out=answer.recalled.left_out,
    )


def _learned(learned: shelves.Learned) -> MemoryLearnedView:
    """Without the text: this answer is kept for repeats, and erasing a fact does not reach it."""
    view = MemoryView.of(learned.memory, None)
    return MemoryLearnedView(**dict(view), evicted=learned.evicted)


async def _with_fact(caller: Caller, learned: MemoryLearnedView, fact: str) -> MemoryLearnedView:
    """The answer with the text as long as that is kept. One read. Raises Unavailable."""
    hash = rules.content_of(learned.memory_id, fact).hash
    facts = await read_contents(TenantStore(caller.tenant_id), [hash])
    return learned.model_copy(update={"fact": fact_of(facts, hash)})


async def _owner(work: Command, body: MemoryBody) -> Owner:
    """Whose the fact is; what is new then belongs to the agent's workspace. Raises NotFound for an
    agent that the caller's token does not open; Invalid."""
    if body.agent_id is not None:
        agent = await work.get(AGENTS, body.agent_id)
        return Owner("agent", agent.agent_id, agent.workspace_id)
    if body.scope == "team":
        return team_of(work.caller.workspace_id)
    if work.caller.workspace_id is not None:
        told = "is team: a token for a workspace tells nothing to all of the tenant"
        raise Invalid(FieldError("scope", told))
    return Owner("tenant")


async def _claim(work: Command, body: CorrectionBody, owner: Owner, tier: Any) -> Claim:
    sourced = await find_source(work, body.source)
    return Claim(
        owner,
        tier,
        body.fact.strip(),
        sourced.source,
        sourced.labels,
        work.caller.principal,
        body.valid_from,
        body.valid_to,
    )
