"""One call of a run, from its intent to its outcome."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from events.effects import HARMLESS
from events.elicitation import Elicitation
from events.invocations import (
    InvocationBody,
    InvocationSettled,
    InvocationStatus,
    InvocationView,
    Labelled,
)
from events.labels import Labels, merged
from events.operations import OperationDefinition
from events.receipts import receipt_id_of
from shared.capabilities.grants import Grant, History
from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Data, Model, part_of
from shared.kit.transitions import Transition
from shared.kit.workspaces import InWorkspace

# A call and its answer take less; who asks meanwhile is told that it is under way.
# What a run keeps of one step.
MOST_OUTPUT_BYTES = 64 * 1024
UNDER_WAY = timedelta(seconds=20)


class SettlementBody(Model):
    """What a person found out about a doubtful call, and how: whether it happened and, where it
    did, what it gave, in the shape of its operation's output."""

    happened: Annotated[bool, Field(strict=True)]
    output: Annotated[JsonValue, AfterValidator(JsonLimit(most_bytes=64 * 1024))] = None
    note: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class Resume(Data):
    """What goes with the answer to a server's question as its call is repeated: the key of the
    question, and what the server wants back (`state`), which nobody reads."""

    key: str = ""
    state: str | None = None


class TaskAtWork(Data):
    """The task as which its server goes on with a call, until when anybody asks about it, how often
    that was in vain, and how long to wait at first."""

    task_id: str
    until: Instant
    pause_seconds: float
    polls: int = 0


class Invocation(Data):
    """A call, the token that it consumed, and what became of it, in one document. Only a refused
    one is ever tried again, with another token. One that an agent elsewhere made has no run, step
    or plan: `called_by` is the service whose key named the agent, and `token_id` that key; or the
    person who signed it in, who is then `on_behalf_of` too, and that session."""

    invocation_id: str
    run_id: str
    step: str
    iteration: int | None = None
    operation: str
    effect: str
    # What the plan has of a connector, and the credential that it acts with.
    pin: str = ""
    credential: str | None = None
    arguments: dict[str, JsonValue]
    arguments_sha256: str
    plan_hash: str
    agent_id: str
    agent_version: str
    # It undoes what an earlier call of the run did.
    undoes: bool = False
    # Nothing undoes it.
    irreversible: bool = False
    # Somebody assented to exactly this call, not to its plan.
    assented_call: bool = False
    history: History = History()
    # Those of its arguments, as `runs` signed them; and those of all that its target says.
    labels: Labels = ()
    target_labels: Labels = ()
    token_id: str
    approval_id: str | None = None
    assented_by: str | None = None
    status: InvocationStatus
    at: Instant
    output: Labelled | None = None
    decision: str = ""
    cost_usd_micros: int = 0
    reason: str | None = None
    detail: str | None = None
    may_be_repeated: bool = False
    settled_by: str | None = None
    # What its server asks a person, how often it has asked, and what goes with the answer.
    elicitation: Elicitation | None = None
    asked: int = 0
    resume: Resume | None = None
    # Its server goes on with it by itself, and is asked again then.
    task: TaskAtWork | None = None
    again_at: Instant | None = None
    called_by: str = ""
    on_behalf_of: str | None = None
    direct_call_id: str = ""
    attempt: int = 1
    workspace_id: InWorkspace = None

    @property
    def waits(self) -> bool:
        """Whether it goes on once a person has answered what its server asked."""
        return self.status == "dispatched" and self.elicitation is not None

    @property
    def over_since(self) -> Instant | None:
        """When a call of an agent elsewhere ended; None while nobody knows what became of it, and
        for a call of a run, whose record goes with that."""
        is_over = self.status in ("confirmed", "refused")
        return self.at if self.direct_call_id and is_over else None


Steps = tuple[Transition[Invocation], ...]


def intended(
    body: InvocationBody, grant: Grant, definition: OperationDefinition, at: datetime
) -> Invocation:
    """The call that a verified token allows."""
    right, deed, assent = grant.right, grant.deed, grant.assent
    plans = {each.plan_hash for each in (right, *grant.above)}
    return Invocation(
        invocation_id=body.invocation_id,
        run_id=right.run_id,
        step=deed.step,
        iteration=deed.iteration,
        operation=body.operation,
        effect=definition.effect,
        pin=deed.pin,
        arguments=body.arguments,
        arguments_sha256=deed.arguments_sha256,
        plan_hash=right.plan_hash,
        agent_id=right.agent_id,
        agent_version=right.agent_version,
        undoes=right.purpose == "undo",
        irreversible=definition.is_irreversible,
        assented_call=assent is not None and assent.content_hash not in plans,
        history=deed.history,
        labels=deed.history.labels,
        token_id=grant.token_id,
        approval_id=assent.approval_id if assent else None,
        assented_by=assent.assented_by if assent else None,
        status="intended",
        at=at,
        workspace_id=right.workspace_id,
    )


def answered(known: Invocation, token_id: str, at: datetime) -> Invocation | None:
    """What the same call gets that was recorded before: its outcome; that it is under way; that it
    is doubtful, because whoever acted never came back. None where it was refused, which another
    token may try again."""
    match known.status:
        case "refused":
            return known if known.token_id == token_id else None
        case "intended" if at < known.at + UNDER_WAY:
            return known.but(status="dispatched", may_be_repeated=True, reason="it is under way")
        case "intended":
            return doubtful(known, "whoever acted died before it had an answer", at)
        case _:
            return known


def confirmed(
    invocation: Invocation, output: JsonValue, cost: int, at: datetime, labels: Labels = ()
) -> Invocation:
    """It acted, and this is what it gave, with these `labels` too. A doubtful one is doubtful no
    more, unless a person settled it meanwhile: their word stands."""
    if invocation.settled_by is not None:
        return invocation
    given = Labelled(value=output, labels=merged(invocation.target_labels, labels))
    return invocation.but(
        status="confirmed", output=given, cost_usd_micros=cost, reason=None, at=at
    )


def refused(
    invocation: Invocation,
    reason: str,
    at: datetime,
    *,
    detail: str | None = None,
    may_be_repeated: bool = False,
) -> Invocation:
    """It did not act."""
    said = {"reason": reason, "detail": detail, "may_be_repeated": may_be_repeated}
    return invocation.but(status="refused", at=at, **said)


def doubtful(invocation: Invocation, reason: str, at: datetime) -> Invocation:
    """Nobody knows whether it acted. It is never repeated; a person says what happened."""
    return invocation.but(status="doubtful", reason=reason, at=at)


def unsure(invocation: Invocation, why: str, at: datetime) -> Invocation:
    """Nothing says what it did: it did nothing where it only reads or drafts, and may have acted
    otherwise."""
    if invocation.effect in HARMLESS:
        return refused(invocation, why, at)
    return doubtful(invocation, f"{why}, and it may have acted", at)


def settled(invocation: Invocation, body: SettlementBody, by: str, at: datetime) -> Steps:
    """What a person found out about a doubtful call. An intent whose outcome never came is as
    doubtful as one that was called so. Raises VersionConflict where it is not in doubt, or somebody
    said something else."""
    known = answered(invocation, "", at) or invocation
    status: InvocationStatus = "confirmed" if body.happened else "refused"
    if known.settled_by is not None and known.status == status:
        return ()
    if known.status != "doubtful":
        raise VersionConflict(f"the call is {known.status}: only a doubtful one is settled")
    fields: dict[str, Any] = {"status": status, "settled_by": by, "at": at}
    if body.happened:
        output = Labelled(value=body.output, labels=invocation.target_labels)
        fields |= {"output": output, "reason": None}
    else:
        fields |= {"reason": "it did not happen, as a person found out", "may_be_repeated": True}
    said = {"note": body.note}
    return (Transition(invocation.but(**fields), InvocationSettled, fields=said),)


def view_of(invocation: Invocation) -> InvocationView:
    """As callers see it."""
    receipt_id = None
    if invocation.direct_call_id and invocation.status in ("refused", "confirmed", "doubtful"):
        told = (invocation.status, invocation.attempt)
        receipt_id = receipt_id_of(invocation.invocation_id, *told)
    return part_of(InvocationView, invocation, receipt_id=receipt_id)
