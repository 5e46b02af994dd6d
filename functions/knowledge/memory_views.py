"""What the API shows of memories."""

from typing import Any, Literal, Self

from events.labels import Labels
from events.memories import MemoryScope, MemorySource, MemoryStatus, MemoryTier
from functions.knowledge.rules.memory import Memory
from functions.knowledge.rules.shelf import Match
from shared.kit.contents import Contents
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of
from shared.kit.workspaces import InWorkspace


class MemoryView(Data):
    """A fact with its source; its text is null once it was erased. It was learned at `learned_at`
    and believed until `ended_at`; it holds from `valid_from` to `valid_to`. That it holds only
    until then was learned at `closed_at`, where that was later. Of what a run learned,
    `invocation_id` and `run_id` say which. `labels` are those of what it was made of."""

    memory_id: str
    scope: MemoryScope
    agent_id: str | None
    tier: MemoryTier
    fact: str | None
    source: MemorySource
    labels: Labels
    status: MemoryStatus
    learned_at: Instant
    learned_by: str
    invocation_id: str | None
    run_id: str | None
    valid_from: Instant | None
    valid_to: Instant | None
    closed_at: Instant | None
    expires_at: Instant | None
    ended_at: Instant | None
    ended_by: str | None
    supersedes: str | None
    superseded_by: str | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, memory: Memory, fact: str | None) -> Self:
        """The memory as it is shown."""
        return part_of(cls, memory, fact=fact)


class MemoryPage(Page[MemoryView]):
    """Some memories, newest first."""


class MemoryLearnedView(MemoryView):
    """A fact that was just told, and the memories that made room for it."""

    evicted: tuple[str, ...]


class MemoryRecalled(Data):
    """A fact that was recalled; `score` is the cosine to the question, null where nothing was
    compared."""

    memory_id: str
    fact: str
    scope: MemoryScope
    tier: MemoryTier
    source: MemorySource
    labels: Labels
    learned_at: Instant
    learned_by: str
    valid_from: Instant | None
    valid_to: Instant | None
    score: float | None

    @classmethod
    def of(cls, found: Match, fact: str) -> Self:
        """The fact as it is shown."""
        scope = found.owner.scope
        return part_of(cls, found.entry, fact=fact, scope=scope, score=found.score)


class MemoriesRecalled(Data):
    """What was recalled, the nearest first, or the newest (`ranked_by` time) where there was no
    question, or no model. `left_out` are so many that have more labels than a call may."""

    facts: tuple[MemoryRecalled, ...]
    ranked_by: Literal["meaning", "time"]
    left_out: int


class ErasureView(Data):
    """How many memories were erased, and whether there are more: ask again until there are
    none."""

    erased: int
    has_more: bool


def fact_of(contents: Contents, hash: str) -> str | None:
    """The text of a fact; None where it was erased."""
    shown: Any = contents.shown(hash)
    return str(shown["fact"]) if shown is not None else None
