"""Puts memories on shelves, takes them off, and finds what is nearest to a question."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from functions.knowledge.memory_aggregates import MEMORIES, SHELVES
from functions.knowledge.rules import memory as rules
from functions.knowledge.rules.memory import Claim, Memory, Steps
from functions.knowledge.rules.shelf import Entry, Match, Owner, Recalled, Shelf, best_matches, live
from functions.knowledge.rules.vectors import nearness
from functions.knowledge.service.memory_vectors import Embedding, embed
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.contents import Contents
from shared.kit.transitions import Transition
from shared.messaging.contents import erase_within

# So many facts are embedded anew in one question, where the model is another than it was.
MOST_EMBEDDED = 64


class Learned(NamedTuple):
    """A memory, and those that made room for it."""

    memory: Memory
    evicted: tuple[str, ...]


class RecalledFacts(NamedTuple):
    """What is recalled, with the texts, and whether a model compared them with the question."""

    recalled: Recalled
    facts: Contents
    by_meaning: bool


async def learn(
    work: UnitOfWork, claim: Claim, memory_id: str, vector: Embedding | None
) -> Learned:
    """The memory of a new fact, on its shelf. Raises Invalid, VersionConflict where the shelf is
    full, Unavailable."""
    learned = rules.learned(claim, memory_id, work.at)
    shelf = (await _shelf(work, claim.owner.shelf_id)).tidied(work.at)
    return await _put(work, shelf, (learned,), claim, vector)


async def correct(
    work: UnitOfWork,
    old: Memory,
    claim: Claim,
    memory_id: str,
    vector: Embedding | None,
    *,
    inherits: bool = True,
) -> Learned:
    """The memory that takes the place of `old`. Raises as `learn`, and VersionConflict where that
    is not held."""
    new, left = rules.corrected(old, claim, memory_id, work.at, inherits=inherits)
    shelf = (await _shelf(work, old.shelf)).tidied(work.at)
    entry, until = shelf.find(old.memory_id), left.state.valid_to
    shelf = shelf.without(old.memory_id)
    if entry is not None and left.state.ended_at is None and until is not None and work.at < until:
        # It holds until then.
        shelf = shelf.with_(entry.but(valid_to=until))
    return await _put(work, shelf, (left, new), claim, vector)


async def take_off(work: UnitOfWork, memory: Memory, *steps: Transition[Memory]) -> Memory:
    """The memory after `steps`, recalled no more."""
    shelf = await _shelf(work, memory.shelf)
    saved = await work.save_change(memory, *steps)
    if shelf.find(memory.memory_id) is not None:
        await work.save(Transition(shelf.without(memory.memory_id)))
    return saved


async def erase(work: UnitOfWork, memories: Iterable[Memory], by: str) -> list[Memory]:
    """The memories without their texts: texts, vectors and the event are one commit. Raises
    Unavailable."""
    erased = [await take_off(work, each, *rules.erased(each, by, work.at)) for each in memories]
    await erase_within(work.store, work.change, (each.fact_hash for each in erased), work.at)
    return erased


async def recall(
    work: UnitOfWork,
    owners: Sequence[Owner],
    question: Embedding | None,
    *,
    limit: int,
    at_least: float = -1.0,
    labels: Sequence[str] = (),
    is_use: bool,
) -> RecalledFacts:
    """What is on the shelves and nearest to the question or, without one, the newest; what a run
    recalls counts as used. Raises ContentInvalid, Unavailable."""
    shelves = await _shelves(work, owners)
    if question is not None:
        shelves = [(owner, await _embedded(work, each, question)) for owner, each in shelves]
    found = [each for each in _compared(live(shelves, work.at), question) if _nears(each, at_least)]
    recalled = best_matches(found, limit, tuple(labels))
    facts = await work.read_contents(*(each.entry.fact_hash for each in recalled.matches))
    if is_use:
        for owner, shelf in shelves:
            used = [each.entry for each in recalled.matches if each.owner == owner]
            await _use(work, shelf, used)
    return RecalledFacts(recalled, facts, question is not None)


async def find_entry(work: UnitOfWork, memory: Memory) -> Entry | None:
    """What its shelf knows of the memory; None where it lies on none. Raises Unavailable."""
    return (await _shelf(work, memory.shelf)).find(memory.memory_id)


async def _put(
    work: UnitOfWork, shelf: Shelf, steps: Steps, claim: Claim, vector: Embedding | None
) -> Learned:
    new = steps[-1].state
    entry = Entry(
        memory_id=new.memory_id,
        tier=new.tier,
        fact_hash=new.fact_hash,
        size=len(claim.fact.encode()),
        source=new.source,
        labels=new.labels,
        learned_at=new.learned_at,
        learned_by=new.learned_by,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        vector=vector.text if vector is not None else "",
        model=vector.model if vector is not None else "",
    )
    gone = shelf.to_evict(entry.tier, entry.size)
    going = [each for each in await work.find_all(MEMORIES, gone) if each is not None]
    held = [each for each in going if each.status == "held"]
    evicted = [rules.evicted(each, new.learned_by, work.at) for each in held]
    saved = await work.save(*steps, *evicted, Transition(shelf.without(*gone).with_(entry)))
    return Learned(saved[len(steps) - 1], tuple(each.memory_id for each in held))


async def _use(work: UnitOfWork, shelf: Shelf, entries: Sequence[Entry]) -> None:
    """Counts the day on which they were recalled, and promotes what was on several."""
    before = shelf
    for entry in entries:
        used = entry.used(work.at)
        if used is entry:
            continue
        if used.is_promoted and shelf.has_room("semantic", used.size):
            memory = await work.find_anywhere(MEMORIES, used.memory_id)
            if memory is not None and memory.status == "held":
                await work.save(rules.promoted(memory))
                used = used.but(tier="semantic")
        shelf = shelf.with_(used)
    if shelf is not before:
        await work.save(Transition(shelf))


async def _embedded(work: UnitOfWork, shelf: Shelf, question: Embedding) -> Shelf:
    """The shelf, with vectors of the question's model where they are of another, or of none; saved
    where that is news."""
    stale = [each for each in shelf.entries if each.model != question.model][:MOST_EMBEDDED]
    if not stale:
        return shelf
    facts = await work.read_contents(*(each.fact_hash for each in stale))
    for entry in stale:
        shown = facts.shown(entry.fact_hash)
        made = await embed(shown["fact"]) if shown is not None else None
        if made is not None:
            shelf = shelf.with_(entry.but(vector=made.text, model=made.model))
    await work.save(Transition(shelf))
    return shelf


def _compared(entries: Sequence[tuple[Owner, Entry]], question: Embedding | None) -> list[Match]:
    if question is None:
        return [Match(owner, each, None) for owner, each in entries]
    known = [(owner, each) for owner, each in entries if each.model == question.model]
    scores = nearness(question.vector, [each.vector for _, each in known])
    return [Match(owner, each, score) for (owner, each), score in zip(known, scores, strict=True)]


def _nears(found: Match, at_least: float) -> bool:
    return found.score is None or found.score >= at_least


async def _shelves(work: UnitOfWork, owners: Sequence[Owner]) -> list[tuple[Owner, Shelf]]:
    found = await work.find_all(SHELVES, [each.shelf_id for each in owners])
    pairs = zip(owners, found, strict=True)
    return [(owner, each or Shelf(shelf_id=owner.shelf_id)) for owner, each in pairs]


async def _shelf(work: UnitOfWork, shelf_id: str) -> Shelf:
    return await work.find(SHELVES, shelf_id) or Shelf(shelf_id=shelf_id)
