"""A run: where it stands, what it holds, and what it waits for."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from events.labels import Labels
from events.runs import RunState
from functions.runs.rules.thinking import Thinking
from shared.kit.ids import derive_id
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition

Steps = tuple[Transition[Any], ...]
# Its wait is over, or the next try of a call is due.
RUN_DUE = "assent.run.due.v1"
# Nobody went on with it, though it waits for nothing: whoever acted has died.
RUN_LOST = "assent.run_lost.due.v1"
# Longer than any invocation of a function may take, so that nobody acts any more.
LOST_AFTER = timedelta(seconds=45)
ENDED = frozenset({"completed", "failed", "cancelled"})


class Cursor(Model):
    """Where a run stands: at which of the units of its plan, after how many of the unit's calls,
    and at which try of the next."""

    unit: int = 0
    call: int = 0
    attempt: int = 1


class Assented(Model):
    """What a run asked assent for: its plan, the calls of a step, or the answer to what a server
    asks in a call, by its `invocation_id`. `token` acts nowhere until `approvals` has added its
    assent, which then stands in it; `given_by` is who gave it."""

    approval_id: str
    content_hash: str
    step: str | None = None
    invocation_id: str | None = None
    token: str
    token_id: str = ""
    given_by: str | None = None
    # Nobody assents; a model that wanted it is told, and goes on. So does a call that waits.
    refused_by: str | None = None

    @property
    def asked_as(self) -> str:
        """The field of a run that holds it."""
        if self.invocation_id is not None:
            return "answer"
        return "plan_assent" if self.step is None else "step_assent"

    @property
    def is_decided(self) -> bool:
        """Whether somebody has given it, or refused to."""
        return self.given_by is not None or self.refused_by is not None


class Stop(Model):
    """Somebody wants the run to rest, or to end."""

    kind: str
    by: str
    at: Instant


class Hold(Model):
    """What is held for the run until it ends, in the budgets of that day and month: money, and
    calls of operations whose number a day is limited. `counted` says that it is in the budgets;
    `settled` is what the run has spent that is in them, and no longer held, `settled_tokens` the
    tokens; `made` are the calls that it had made before. `per_day_usd_micros` is what the agent's
    spec allows."""

    day: str
    month: str
    usd_micros: int = 0
    calls: dict[str, int | None] = Field(default_factory=dict)
    counted: bool = False
    settled: int = 0
    # Not written at its default: the release before knows no such field.
    settled_tokens: Annotated[int, Field(exclude_if=lambda each: each == 0)] = 0
    made: dict[str, int] = Field(default_factory=dict)
    per_day_usd_micros: int = 0
    is_trial: bool = False

    def may_make(self, operation: str) -> int:
        """How many calls of the operation the run may have made, before and with this hold."""
        return self.made.get(operation, 0) + (self.calls.get(operation) or 0)


class Costlier(Model):
    """A call of a step that cost more than was predicted of it."""

    step: str
    usd_micros: int
    predicted_usd_micros: int


class Above(Model):
    """A run of which this one is a part, and the step of it that waits for this one, or for the run
    between them."""

    run_id: str
    plan_hash: str
    agent_id: str
    agent_version: str
    step: str
    number: int
    predicted_usd_micros: int = 0


class Happened(Model):
    """The calls of an operation so far, and the US cents in them where a right limits them."""

    calls: int = 0
    usd_cents: int = 0


class Run(RunState):
    """A run. `calls` counts the calls of each operation whose number is limited. `due_at` is when
    it goes on by itself, `tries` how often it asked for a call in vain since its last answer."""

    # The token that it asked assent for last, and acts by once somebody gave it.
    token_id: str | None = None
    # Whose text is in what it asks for: none of them assents.
    authors: tuple[str, ...] = ()
    cursor: Cursor = Cursor()
    plan_assent: Assented | None = None
    step_assent: Assented | None = None
    # What a person answers to the server of a call that is under way.
    answer: Assented | None = None
    stop: Stop | None = None
    hold: Hold | None = None
    calls: dict[str, int] = Field(default_factory=dict)
    # What happened so far, by operation: as many as its plan names.
    history: dict[str, Happened] = Field(default_factory=dict)
    due_at: Instant | None = None
    tries: int = 0
    # The roles of whoever started it, and the API key that they started it by: what it makes in
    # their name has these.
    roles: tuple[str, ...] = ()
    key_id: str | None = None
    # So many runs started one another, by events and by schedules that they made, until this one.
    triggered: int = 0
    outputs_hash: str | None = None
    # Somebody has it undone; so many calls are undone already.
    undoing: Stop | None = None
    undone: int = 0
    is_undone: bool = False
    # A call has cost more than was predicted, and nobody has accepted that yet.
    costlier: Costlier | None = None
    # The overruns that a person has seen and accepted: the step with more calls, and the cost.
    accepted: str | None = None
    accepted_cost: Costlier | None = None
    # The models that its plan names, each with the last unit in which it chooses.
    models: dict[str, int] = Field(default_factory=dict)
    # What its models have read and written, in tokens.
    tokens: int = 0
    # The step under way in which a model chooses.
    thinking: Thinking | None = None
    # For a sub-run: the runs above it, from the one that somebody started; what it may spend, and
    # what of its spending the run above has counted.
    above: tuple[Above, ...] = ()
    most_usd_micros: int | None = None
    counted_usd_micros: int = 0
    # Those of what decided that it runs, and of what its outputs were made of.
    labels: Labels = ()
    output_labels: Labels = ()
    # For a replay: the unit at which it begins, and how often it differs from the run it repeats.
    first_unit: int = 0
    divergences: int = 0

    @property
    def is_moving(self) -> bool:
        """Whether it acts now, or would if its process had not died."""
        return self.status == "running" and self.waiting is None

    @property
    def may_have_begun(self) -> bool:
        """Whether it acts now, or does not know what became of a call that it had begun: before it
        stops, it must know."""
        return (
            self.is_moving or self.rests_in_doubt or (self.status == "running" and self.tries > 0)
        )

    @property
    def rests_in_doubt(self) -> bool:
        """Whether it was not allowed to go on before it knew what became of a call that it had
        begun."""
        return self.status == "paused" and self.waiting is None and self.tries > 0

    @property
    def live_as(self) -> str | None:
        """The agent and its version, where it acts or waits with their rights; None where it rests,
        or is to."""
        waits = self.waiting is not None and self.waiting.kind == "approval"
        rests = self.has_ended or (self.status == "paused" and not waits)
        if rests or (self.stop is not None and self.stop.kind in ("recall", "cancel")):
            return None
        return live_as(self.agent_id, self.agent_version)

    @property
    def has_ended(self) -> bool:
        """Whether nothing follows by itself."""
        return self.status in ENDED

    @property
    def over_since(self) -> Instant | None:
        """When it ended, where nothing of it is under way or undone half way."""
        is_whole = self.undoing is None and (self.is_undone or not self.undone)
        return self.ended_at if self.has_ended and is_whole else None

    @property
    def asked(self) -> Assented | None:
        """The assent that it waits for."""
        waits_for = self.waiting.approval_id if self.waiting is not None else None
        held = (self.answer, self.step_assent, self.plan_assent)
        return next((each for each in held if each and each.approval_id == waits_for), None)

    @property
    def at_rest(self) -> dict[str, Any]:
        """The fields of a run that waits for nothing more. Undoing what it did goes on."""
        due_at = self.due_at if self.undoing is not None else None
        return {"waiting": None, "stop": None, "stopping": None, "due_at": due_at}

    def moving(self, at: datetime) -> "Run":
        """The same, acting from now on."""
        return self.but(status="running", waiting=None, failure=None, due_at=at + LOST_AFTER)


def event_id(run_id: str, started_at: datetime, number: int) -> str:
    """The id of a run's event with that number: whoever reads its events needs no query."""
    return derive_id("evt", started_at, run_id, str(number))


def live_as(agent_id: str, version: str) -> str:
    """How runs are found that act or wait with the rights of that version."""
    return f"{agent_id}@{version}"


def next_timer(run: Run) -> tuple[str, datetime] | None:
    """When the run goes on by itself, where it waits for a time or its process died."""
    if run.due_at is not None and run.undoing is not None:
        return RUN_LOST, run.due_at
    if run.due_at is None or run.status != "running":
        return None
    return (RUN_LOST if run.waiting is None else RUN_DUE), run.due_at


def is_swept(run: Run) -> bool:
    """Whether the sweep alone fires the timer: hardly any process dies."""
    timer = next_timer(run)
    return timer is not None and timer[0] == RUN_LOST
