"""Calls of `assent/memory.*`: steps of runs remember and recall, as their agent."""

from typing import Any, NamedTuple

from events.labels import merged
from events.memories import CORRECT, FORGET, RECALL, REMEMBER, MemoryCallBody, MemoryGiven
from functions.knowledge.aggregates import RUN
from functions.knowledge.memory_aggregates import MEMORIES, STOPS
from functions.knowledge.memory_bodies import (
    CorrectArguments,
    CorrectionBody,
    ForgetArguments,
    MemoryQuery,
    RememberArguments,
    read,
)
from functions.knowledge.memory_views import fact_of
from functions.knowledge.rules import memory as rules
from functions.knowledge.rules import memory_rights as rights
from functions.knowledge.rules.memory import Claim, Memory
from functions.knowledge.rules.shelf import Owner, owners_recalled_by
from functions.knowledge.service import shelves
from functions.knowledge.service.memories import shown
from functions.knowledge.service.memory_sources import find_source
from functions.knowledge.service.memory_vectors import Embedding, embed
from shared.aggregates.command import Command
from shared.capabilities.grants import Grant
from shared.capabilities.reading import Capability
from shared.capabilities.stopped import acting, check_not_stopped
from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.kit.errors import NotFound
from shared.kit.instants import format_instant


class AllowedCall(NamedTuple):
    """One call that its token allows, and what its words mean."""

    body: MemoryCallBody
    grant: Grant
    vector: Embedding | None

    @property
    def undoes(self) -> bool:
        """Whether it only undoes what its run did."""
        return self.grant.right.purpose == "undo"


async def do(caller: Caller, capability: Capability, body: MemoryCallBody) -> MemoryGiven:
    """What the call gives: what it keeps is kept once, however often it comes. Raises
    CapabilityRefused where the token is for another call; Forbidden where the agent was stopped;
    Invalid, NotFound, VersionConflict; Unavailable."""
    digest = content_hash(body.arguments)
    grant = capability.require(body.operation, body.invocation_id, digest, caller.received_at)
    words = body.arguments.get("query" if body.operation == RECALL else "fact")
    is_asked = isinstance(words, str) and bool(words.strip())
    asked = AllowedCall(body, grant, await embed(str(words).strip()) if is_asked else None)
    act = {REMEMBER: _remember, RECALL: _recall, CORRECT: _correct, FORGET: _forget}[body.operation]

    async def use_case(work: Command) -> MemoryGiven:
        check_not_stopped(await work.find_all(STOPS, acting(grant)), grant, work.at)
        return await act(work, asked)

    return await RUN.command(caller, use_case, MemoryGiven)


async def _remember(work: Command, asked: AllowedCall) -> MemoryGiven:
    memory_id = rules.id_of(asked.body.invocation_id)
    known = await work.find(MEMORIES, memory_id)
    if known is not None:
        return _kept(known, ())
    body = read(RememberArguments, asked.body.arguments)
    right = asked.grant.right
    owner = body.owner(right.agent_id, right.workspace_id)
    claim = await _claim(work, asked, body, owner, body.tier)
    learned = await shelves.learn(work, claim, memory_id, asked.vector)
    return _kept(learned.memory, learned.evicted)


async def _recall(work: Command, asked: AllowedCall) -> MemoryGiven:
    body = read(MemoryQuery, asked.body.arguments)
    right, labels = asked.grant.right, asked.grant.deed.history.labels
    answer = await shelves.recall(
        work,
        owners_recalled_by(right.agent_id, right.workspace_id),
        asked.vector,
        limit=body.limit,
        at_least=body.at_least,
        labels=labels,
        is_use=True,
    )
    output = shown(answer).model_dump(mode="json")
    return MemoryGiven(output=output, labels=answer.recalled.labels)


async def _correct(work: Command, asked: AllowedCall) -> MemoryGiven:
    body = read(CorrectArguments, asked.body.arguments)
    old = await _own(work, asked, body.memory_id)
    memory_id = rules.id_of(asked.body.invocation_id)
    known = await work.find(MEMORIES, memory_id)
    if known is None:
        owner = Owner(old.scope, old.agent_id, old.workspace_id)
        claim = await _claim(work, asked, body, owner, old.tier)
        if asked.undoes:
            claim = claim._replace(
                valid_from=max(filter(None, (body.valid_from, old.valid_from)), default=None)
            )
        learned = await shelves.correct(
            work, old, claim, memory_id, asked.vector, inherits=not asked.undoes
        )
        known = learned.memory
    return await _with_what_was(work, known, rules.before(old, asked.body.invocation_id))


async def _forget(work: Command, asked: AllowedCall) -> MemoryGiven:
    body = read(ForgetArguments, asked.body.arguments)
    memory = await _own(work, asked, body.memory_id)
    # What undoes finds what it wants where others ended the memory meanwhile.
    is_done = memory.ended_by_call == asked.body.invocation_id or asked.undoes
    if memory.status == "held" or not is_done:
        steps = rules.forgotten(
            memory, asked.grant.right.agent_id, asked.body.invocation_id, work.at
        )
        memory = await shelves.take_off(work, memory, *steps)
    return await _with_what_was(work, memory, memory)


async def _own(work: Command, asked: AllowedCall, memory_id: str) -> Memory:
    """The memory, which the agent that calls may change. Raises NotFound, VersionConflict."""
    memory = await work.find(MEMORIES, memory_id) if MEMORIES.may_be_id(memory_id) else None
    if memory is None:
        raise NotFound(f"there is no memory {memory_id[:40]!r}")
    right = asked.grant.right
    own = [each.shelf_id for each in owners_recalled_by(right.agent_id, right.workspace_id)]
    rights.require_own(memory, own)
    return memory


async def _claim(
    work: Command, asked: AllowedCall, body: CorrectionBody, owner: Owner, tier: Any
) -> Claim:
    right, deed = asked.grant.right, asked.grant.deed
    sourced = await find_source(work, body.source, run_id=right.run_id, agent_id=right.agent_id)
    return Claim(
        owner,
        tier,
        body.fact.strip(),
        sourced.source,
        rules.check_labels(merged(deed.history.labels, sourced.labels)),
        right.agent_id,
        body.valid_from,
        body.valid_to,
        invocation_id=asked.body.invocation_id,
        run_id=right.run_id,
    )


def _kept(memory: Memory, evicted: tuple[str, ...]) -> MemoryGiven:
    shown = memory.model_dump(mode="json", include={"memory_id", "scope", "tier", "expires_at"})
    return MemoryGiven(output={**shown, "evicted": list(evicted)})


async def _with_what_was(work: Command, memory: Memory, was: Memory) -> MemoryGiven:
    """The memory, and what was held before: enough to hold it again."""
    facts = await work.read_contents(was.fact_hash)
    valid = {"valid_from": was.valid_from, "valid_to": was.valid_to}
    before = {
        "memory_id": was.memory_id,
        "fact": fact_of(facts, was.fact_hash),
        "scope": was.scope,
        "tier": was.tier,
        **{name: format_instant(at) if at is not None else None for name, at in valid.items()},
    }
    return MemoryGiven(output={"memory_id": memory.memory_id, "was": before}, labels=was.labels)
