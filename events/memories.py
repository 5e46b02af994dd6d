"""What `knowledge` publishes about memories: facts that agents and people keep for later runs."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, JsonValue

from events.citations import Quotation
from events.labels import Labels
from events.operations import SYSTEM
from events.registry import event
from shared.kit.ids import Id
from shared.kit.instants import Instant
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Data, EventData, Model
from shared.kit.workspaces import InWorkspace

TOPIC = "knowledge"
PREFIX = "mem"

# `agent`: one agent's own; `team`: of all agents in its workspace; `tenant`: of all of the tenant.
MemoryScope = Literal["agent", "team", "tenant"]
# `working`: what an agent needs these days; `episodic`: what happened; `semantic`: what holds.
MemoryTier = Literal["working", "episodic", "semantic"]
# Only what is `held` is recalled.
MemoryStatus = Literal["held", "superseded", "forgotten", "expired", "evicted", "erased"]
MemorySourceKind = Literal["person", "call", "document", "artifact", "approval", "memory"]

# The operations by which a run uses memories.
REMEMBER, RECALL = f"{SYSTEM}/memory.remember", f"{SYSTEM}/memory.recall"
CORRECT, FORGET = f"{SYSTEM}/memory.correct", f"{SYSTEM}/memory.forget"


class MemorySource(Data):
    """Where a fact is from: the person who says it, a call (whose receipts prove it), a document, a
    file, an approval, or another memory. For a call, `operation` and `run_id` say which; for a
    document, `quotation` says where."""

    kind: MemorySourceKind
    id: str
    operation: str | None = None
    run_id: str | None = None
    quotation: Quotation | None = None


class MemoryState(EventData):
    """A fact after the event. `fact_hash` names the content `{memory_id, fact}`, which erasing the
    memory erases. It was learned at `learned_at`, by `learned_by`, a person or an agent, and is
    believed until `ended_at`; what it says holds from `valid_from` to `valid_to`. That it holds
    only until then may have been learned later, at `closed_at`. `labels` are those of what it was
    made of. `shelf` says whose it is: of the agent `agent_id`, of the team, which is a workspace,
    or of the tenant."""

    memory_id: str
    shelf: str
    scope: MemoryScope
    agent_id: str | None = None
    tier: MemoryTier
    fact_hash: str
    source: MemorySource
    labels: Labels = ()
    status: MemoryStatus
    learned_at: Instant
    learned_by: str
    invocation_id: str | None = None
    run_id: str | None = None
    valid_from: Instant | None = None
    valid_to: Instant | None = None
    closed_at: Instant | None = None
    expires_at: Instant | None = None
    ended_at: Instant | None = None
    ended_by: str | None = None
    supersedes: str | None = None
    superseded_by: str | None = None
    workspace_id: InWorkspace = None


@event("assent.memory.learned.v1")
class MemoryLearned(MemoryState):
    """Somebody told a fact, or a run learned it; one that `supersedes` another corrects it."""


@event("assent.memory.superseded.v1")
class MemorySuperseded(MemoryState):
    """A correction took its place."""


@event("assent.memory.promoted.v1")
class MemoryPromoted(MemoryState):
    """It was recalled on several days, and is kept from now on."""


@event("assent.memory.forgotten.v1")
class MemoryForgotten(MemoryState):
    """A run took it back: it is recalled no more, and can still be read."""


@event("assent.memory.expired.v1")
class MemoryExpired(MemoryState):
    """Its time was over, and nobody had recalled it."""


@event("assent.memory.evicted.v1")
class MemoryEvicted(MemoryState):
    """It made room for a newer one, because it was recalled the longest ago."""


@event("assent.memory.erased.v1")
class MemoryErased(MemoryState):
    """Its text was erased for good, on somebody's demand."""


class MemoryCallBody(Model):
    """What `tools` asks `knowledge` for as it does a call of one of the operations of memories: the
    call's id, its operation and its arguments. The bearer token of the request is that of the
    call."""

    invocation_id: Id
    operation: Literal[
        "assent/memory.remember",
        "assent/memory.recall",
        "assent/memory.correct",
        "assent/memory.forget",
    ]
    arguments: Annotated[dict[str, JsonValue], AfterValidator(JsonLimit(64 * 1024))]


class MemoryGiven(Data):
    """What such a call gives, with the labels of the facts in it."""

    output: dict[str, Any]
    labels: Labels = ()
