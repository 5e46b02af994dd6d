"""An agent, or one version of it, is stopped everywhere; a governor lifts that."""

import re
from datetime import datetime, timedelta
from typing import Any

from events.agents import NEVER_DEPLOYED
from events.recalls import RecallCompleted, RecallLifted, RecallStarted, RecallState
from events.runs import Failure, RunPaused
from functions.runs.rules.run import LOST_AFTER, Run, Steps, Stop
from functions.runs.rules.stops import cancel
from shared.agents.known import StoredAgent
from shared.agents.stops import AgentStops
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

# Runs of it may be left that move or wait.
RECALL_DUE = "assent.recall.due.v1"
# What one request could not halt follows at once.
REST_AFTER = timedelta(seconds=1)
_VERSION = re.compile(r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\Z", re.ASCII)


class Recall(RecallState):
    """A recall. `due_at` is when runs are looked for again: the first time after every request
    that may have started one before the recall has ended."""

    due_at: Instant | None = None


def next_timer(recall: Recall) -> tuple[str, datetime] | None:
    """When runs of it are looked for again."""
    return (RECALL_DUE, recall.due_at) if recall.due_at is not None else None


def recall(
    recall_id: str,
    agent: StoredAgent,
    stops: AgentStops | None,
    version: str | None,
    *,
    reason: str,
    by: str,
    at: datetime,
) -> tuple[Transition[Recall], Transition[AgentStops]]:
    """The recall, and what stops the agent from its commit on. Raises Invalid for a version that
    the agent never had, VersionConflict where it is recalled already."""
    _refuse_unknown(agent, version)
    stops = stops or AgentStops(agent_id=agent.agent_id)
    known = stops.whole if version is None else stops.recall_of(version)
    if known is not None:
        raise VersionConflict(f"{agent.name} is recalled already, by {known}")
    made = Recall(
        recall_id=recall_id,
        agent_id=agent.agent_id,
        name=agent.name,
        version=version,
        reason=reason,
        recalled_by=by,
        recalled_at=at,
        status="halting",
        due_at=at + LOST_AFTER,
    )
    return Transition(made, RecallStarted), Transition(stops.with_(recall_id, version))


def _refuse_unknown(agent: StoredAgent, version: str | None) -> None:
    if version is None:
        return
    found = _VERSION.match(version)
    if found is None:
        raise Invalid(FieldError("version", "must be a version such as 1.2.0"))
    parts = tuple(map(int, found.groups()))
    current = tuple(map(int, agent.version.split(".")))
    if version == NEVER_DEPLOYED or parts > current:
        raise Invalid(FieldError("version", f"{agent.name} is of version {agent.version} now"))


def has_acted(run: Run) -> bool:
    """Whether the run did something, or may do so now."""
    return run.done > 0 or run.may_have_begun


def looked(recall: Recall, at: datetime, *, is_more: bool) -> Steps:
    """The recall after all runs were looked at that there was time for."""
    if is_more:
        return (Transition(recall.but(due_at=at + REST_AFTER)),)
    return (Transition(recall.but(status="in_force", due_at=None), RecallCompleted),)


def lift(recall: Recall, stops: AgentStops, reason: str, by: str, at: datetime) -> Steps:
    """The recall stops nothing any more; what it halted stays halted. Nothing where it was lifted
    before."""
    if recall.status == "lifted":
        return ()
    fields: dict[str, Any] = {"lifted_by": by, "lifted_at": at, "lifted_for": reason}
    lifted = recall.but(status="lifted", due_at=None, **fields)
    return Transition(lifted, RecallLifted), Transition(stops.without(recall.recall_id))


def recalled(recall_id: str) -> Failure:
    """Why a run rests."""
    return Failure(code="recalled", detail=f"its agent was recalled: {recall_id}")


def halt(run: Run, by: str, at: datetime, *, recall_id: str) -> Steps:
    """The run rests or, where it waits for assent, is cancelled and gives up its approval. One
    that acts loses its race; it rests once it knows what became of what it has begun, and so does
    one that waits to ask for that again."""
    if run.live_as is None:
        return ()
    run = run.but(recall_id=recall_id)
    if run.may_have_begun:
        stop = Stop(kind="recall", by=by, at=at)
        return (Transition(run.but(stop=stop, stopping="recall")),)
    halted = run.but(failure=recalled(recall_id))
    if run.waiting is not None and run.waiting.kind == "approval":
        return cancel(halted, by, at)
    paused = halted.but(status="paused", due_at=None, stop=None, stopping=None)
    return (Transition(paused, RunPaused, {"receipts": ()}),)


def can_be_undone(run: Run) -> bool:
    """Whether the run did something, rests, and nobody has undone it."""
    rests = run.has_ended or run.status == "paused"
    acted = run.cursor.unit > 0 or run.cursor.call > 0 or run.status in ("paused", "failed")
    return rests and acted and not run.is_undone and run.undoing is None
