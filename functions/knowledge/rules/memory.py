"""A memory: one fact with its source, from when it was learned to when it is believed no more.

What was believed is never overwritten: a correction is another memory, and what is erased keeps all
but its text. Pure."""

from datetime import datetime
from typing import Any, NamedTuple

from events.labels import MOST_LABELS, Labels
from events.memories import (
    PREFIX,
    MemoryErased,
    MemoryEvicted,
    MemoryExpired,
    MemoryForgotten,
    MemoryLearned,
    MemoryPromoted,
    MemorySource,
    MemoryState,
    MemorySuperseded,
    MemoryTier,
)
from functions.knowledge.rules.shelf import LASTS, Owner
from shared.kit.contents import Content
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.instants import Instant, format_instant
from shared.kit.transitions import Transition

MEMORY_DUE = "assent.memory.due.v1"
LONGEST_FACT = 1_000
# With twenty of them the output of a step has room for the rest.
MOST_FACT_BYTES = 2_000


class Memory(MemoryState):
    """A memory as it is stored. `root_id` is the first of those that corrected one another,
    `said_by` the person who said it; `ended_by_call` is the call that ended it, `open_to` the
    `valid_to` that it had before `closed_at`."""

    root_id: str
    said_by: str | None = None
    ended_by_call: str | None = None
    open_to: Instant | None = None

    @property
    def held_at(self) -> Instant | None:
        """When what is recalled was learned; None of what is not."""
        return self.learned_at if self.status == "held" else None

    @property
    def of_root(self) -> str | None:
        """Whose text is erased with that one; None of what was erased, as for the next two."""
        return self.root_id if self.status != "erased" else None

    @property
    def of_source(self) -> str | None:
        """The source whose erasure takes it along."""
        return self.source.id if self.status != "erased" else None

    @property
    def of_person(self) -> str | None:
        """The person whose erasure takes it along."""
        return self.said_by if self.status != "erased" else None


Steps = tuple[Transition[Memory], ...]


class Claim(NamedTuple):
    """A fact that somebody wants kept: whose it is, what it says, and how they know. `learned_by`
    is a person or an agent."""

    owner: Owner
    tier: MemoryTier
    fact: str
    source: MemorySource
    labels: Labels
    learned_by: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    invocation_id: str | None = None
    run_id: str | None = None


def id_of(invocation_id: str) -> str:
    """The memory that the call makes: the same one however often the call comes."""
    return f"{PREFIX}_{invocation_id.partition('_')[2]}"


def next_timer(memory: Memory) -> tuple[str, datetime] | None:
    """The end of its time, if nobody recalls it before."""
    due = memory.expires_at if memory.status == "held" else None
    return (MEMORY_DUE, due) if due is not None else None


def content_of(memory_id: str, fact: str) -> Content:
    """The fact's content. It names its memory, so that erasing one memory erases no other that says
    the same."""
    return Content.of({"memory_id": memory_id, "fact": fact})


def check_fact(fact: str) -> str:
    """The fact, without blanks around it. Raises Invalid for none, and for one that is too long."""
    fact = fact.strip()
    if not fact:
        raise Invalid(FieldError("fact", "must say something"))
    if len(fact) > LONGEST_FACT or len(fact.encode()) > MOST_FACT_BYTES:
        told = f"must have at most {LONGEST_FACT} characters in {MOST_FACT_BYTES} bytes: tell"
        raise Invalid(FieldError("fact", f"{told} several facts, one at a time"))
    return fact


def learned(claim: Claim, memory_id: str, at: datetime) -> Transition[Memory]:
    """The memory of a fact that nobody knew before. Raises Invalid, also where it never holds."""
    fact = check_fact(claim.fact)
    begins, ends = claim.valid_from, claim.valid_to
    if begins is not None and ends is not None and ends <= begins:
        raise Invalid(FieldError("valid_to", "must be later than valid_from"))
    content = content_of(memory_id, fact)
    lasts = LASTS[claim.tier]
    memory = Memory(
        memory_id=memory_id,
        shelf=claim.owner.shelf_id,
        scope=claim.owner.scope,
        agent_id=claim.owner.agent_id,
        tier=claim.tier,
        fact_hash=content.hash,
        source=claim.source,
        labels=claim.labels,
        status="held",
        learned_at=at,
        learned_by=claim.learned_by,
        invocation_id=claim.invocation_id,
        run_id=claim.run_id,
        valid_from=begins,
        valid_to=ends,
        expires_at=at + lasts if lasts is not None else None,
        root_id=memory_id,
        said_by=claim.learned_by if claim.invocation_id is None else None,
    )
    return Transition(memory, MemoryLearned, contents=(content,))


def corrected(
    old: Memory, claim: Claim, memory_id: str, at: datetime, *, inherits: bool = True
) -> Steps:
    """The memory that takes the place of `old`, and what becomes of that. Where the new fact holds
    from a later instant, the old one held until then, and is believed to have done so; otherwise it
    is believed no more, and the new one holds when the old one did, but that its end is its own
    where it does not inherit that. Raises Invalid, and VersionConflict where `old` is not held."""
    check_held(old)
    begins = claim.valid_from
    has_changed = begins is not None and (old.valid_from is None or begins > old.valid_from)
    if not has_changed:
        ends = claim.valid_to or (old.valid_to if inherits else None)
        claim = claim._replace(valid_from=begins or old.valid_from, valid_to=ends)
        _check_begins(old, claim)
    made = learned(claim, memory_id, at)
    new = made.state.but(supersedes=old.memory_id, root_id=old.root_id)
    left = old.but(
        status="superseded",
        superseded_by=memory_id,
        ended_by=claim.learned_by,
        ended_by_call=claim.invocation_id,
        expires_at=None,
    )
    if not has_changed:
        left = left.but(ended_at=at)
    elif old.valid_to is None or (begins is not None and begins < old.valid_to):
        left = left.but(valid_to=begins, closed_at=at, open_to=old.valid_to)
    return (
        Transition(new, MemoryLearned, contents=made.contents),
        Transition(left, MemorySuperseded),
    )


def _check_begins(old: Memory, claim: Claim) -> None:
    """What held before a fact that changed is another memory, which is believed still."""
    if old.supersedes is None or old.valid_from is None or claim.valid_from is None:
        return
    if claim.valid_from < old.valid_from:
        since = format_instant(old.valid_from)
        told = f"must not be before {since}, when the corrected fact began: {old.supersedes} says"
        raise Invalid(FieldError("valid_from", f"{told} what held before"))


def before(memory: Memory, call: str) -> Memory:
    """The memory as it held before that call closed it; as it is where it did not."""
    if memory.ended_by_call != call or memory.closed_at is None:
        return memory
    return memory.but(valid_to=memory.open_to)


def check_held(memory: Memory) -> None:
    """Raises VersionConflict for what is recalled no more."""
    if memory.status == "held":
        return
    by = f" by {memory.superseded_by}: correct that" if memory.superseded_by else ""
    raise VersionConflict(f"the memory {memory.memory_id} is {memory.status}{by}")


def forgotten(memory: Memory, by: str, call: str | None, at: datetime) -> Steps:
    """The memory, recalled no more. Raises VersionConflict where it is not held."""
    check_held(memory)
    return (_ended(memory, "forgotten", MemoryForgotten, by, at, ended_by_call=call),)


def evicted(memory: Memory, by: str, at: datetime) -> Transition[Memory]:
    """The memory, which makes room for a newer one."""
    return _ended(memory, "evicted", MemoryEvicted, by, at)


def expired(memory: Memory, last_used_at: datetime | None, at: datetime) -> Steps:
    """The memory at the end of its time: it has more where somebody recalled it meanwhile."""
    lasts = LASTS[memory.tier]
    if memory.status != "held" or lasts is None:
        return ()
    until = (last_used_at or memory.learned_at) + lasts
    if until > at:
        return (Transition(memory.but(expires_at=until)),)
    return (_ended(memory, "expired", MemoryExpired, None, at),)


def promoted(memory: Memory) -> Transition[Memory]:
    """The memory, which is kept from now on."""
    return Transition(memory.but(tier="semantic", expires_at=None), MemoryPromoted)


def erased(memory: Memory, by: str, at: datetime) -> Steps:
    """What is left of the memory once its text was erased; no change for one that was."""
    if memory.status == "erased":
        return ()
    ended_at = memory.ended_at or at
    left = memory.but(status="erased", ended_at=ended_at, ended_by=by, expires_at=None)
    return (Transition(left, MemoryErased),)


def known_at(memory: Memory, as_of: datetime) -> Memory | None:
    """The memory as it was known at that instant, without what became of it later; None where
    nobody believed it then."""
    if as_of < memory.learned_at or (memory.ended_at is not None and memory.ended_at <= as_of):
        return None
    known = memory
    if memory.closed_at is not None and as_of < memory.closed_at:
        known = memory.but(valid_to=memory.open_to, closed_at=None, open_to=None)
    elif memory.ended_at is None:
        return memory
    if memory.status == "erased":
        return known
    later = dict.fromkeys(("ended_at", "ended_by", "ended_by_call", "superseded_by"))
    return known.but(status="held", **later)


def holds_at(memory: Memory, instant: datetime) -> bool:
    """Whether it says something about that instant."""
    has_begun = memory.valid_from is None or memory.valid_from <= instant
    return has_begun and (memory.valid_to is None or instant < memory.valid_to)


def check_labels(labels: Labels) -> Labels:
    """The labels of a fact. Raises VersionConflict for more than a call may have that recalls
    it."""
    if len(labels) > MOST_LABELS:
        told = f"the fact is made of what has {len(labels)} labels; {MOST_LABELS} are taken"
        raise VersionConflict(f"{told}: tell facts of fewer sources, one at a time")
    return labels


def _ended(
    memory: Memory, status: str, event: type[Any], by: str | None, at: datetime, **fields: Any
) -> Transition[Memory]:
    ended = memory.but(status=status, ended_at=at, ended_by=by, expires_at=None, **fields)
    return Transition(ended, event)
