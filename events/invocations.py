"""What `runs` asks `tools` to do, and what `tools` answers (`POST /v1/invocations`). The bearer
token of the request is a capability token (`shared.capabilities`)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from events.artifacts import ArtifactState
from events.elicitation import Elicitation
from events.labels import Labels
from events.receipts import Outcome
from events.registry import event
from shared.kit.canonical import content_hash
from shared.kit.ids import Id, hashed_id
from shared.kit.instants import Instant
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Data, EventData, Model
from shared.kit.personal import PersonalText
from shared.kit.workspaces import InWorkspace

TOPIC = "tools"
PREFIX = "inv"
ARGUMENTS = JsonLimit(most_bytes=256 * 1024)

InvocationStatus = Literal["intended", "refused", "dispatched", "confirmed", "doubtful"]


class InvocationBody(Model):
    """One call with its concrete arguments. The id is derived (`invocation_id`): the same run,
    step, iteration, operation and arguments are the same invocation, which acts once. `again`: it
    may have been asked before, and no answer is known; then a call that would be refused now is
    doubtful, because it may have acted. `approval_id`: the approval in which a person answers what
    the target asked in the middle of the call. `gives_up`: nobody waits any more for a call that
    its target has not ended."""

    invocation_id: Id
    operation: Annotated[str, StringConstraints(max_length=200)]
    arguments: Annotated[dict[str, JsonValue], AfterValidator(ARGUMENTS)]
    again: Annotated[bool, Field(strict=True)] = False
    approval_id: Id | None = None
    gives_up: Annotated[bool, Field(strict=True)] = False


class Labelled(Data):
    """A value with the labels of what it was made of."""

    value: JsonValue = None
    labels: Labels = ()


class InvocationView(Data):
    """What became of a call. `output` is there once it is confirmed; `reason` says why it was
    refused or is doubtful, in words of Assent; `detail` may hold words of others, which no receipt
    keeps. `may_be_repeated` says whether trying again may help: with another token,
    or, where it is `dispatched`, a little later. `decision` is what the policies decided. Whoever
    settled a doubtful call is `settled_by`. Of a connector's, `pin` is its definition, and
    `credential` the name of what the call was made with. `receipt_id` is there for a call that was
    made without a run; those of a run are in the list of its receipts. `on_behalf_of` is the person
    who signed in an agent elsewhere. `labels` are those of its arguments, `target_labels` those of
    all that its target says. `elicitation` is what the target asks a person before it goes on with
    a call that is `dispatched`. `again_at`: the target goes on with it by itself; asking before
    then tells nothing new."""

    invocation_id: str
    run_id: str
    operation: str
    status: InvocationStatus
    at: Instant
    output: Labelled | None = None
    decision: str
    token_id: str
    cost_usd_micros: int = 0
    reason: str | None = None
    detail: str | None = None
    may_be_repeated: bool = False
    settled_by: str | None = None
    pin: str = ""
    credential: str | None = None
    receipt_id: str | None = None
    on_behalf_of: str | None = None
    labels: Labels = ()
    target_labels: Labels = ()
    elicitation: Elicitation | None = None
    again_at: Instant | None = None

    @property
    def outcome(self) -> Outcome:
        """The outcome that its receipt reports."""
        return self.status


def invocation_id(
    run_id: str, step: str, iteration: int | None, operation: str, arguments: dict[str, Any]
) -> str:
    """The id of an invocation: the same for the same call, on every machine."""
    parts = {
        "run_id": run_id,
        "step": step,
        "iteration": iteration,
        "operation": operation,
        "arguments": arguments,
    }
    return hashed_id(PREFIX, content_hash(parts))


@event("assent.notice.sent.v1")
class NoticeSent(EventData):
    """A run told members of the tenant something, by `people.notify`. `text_hash` names the content
    `{text}`."""

    notice_id: str
    invocation_id: str
    run_id: str
    agent_id: str
    to: tuple[str, ...]
    text_hash: str
    sent_at: Instant
    workspace_id: InWorkspace = None


@event("assent.invocation.settled.v1")
class InvocationSettled(EventData):
    """Somebody said what became of a doubtful call: `confirmed`, with what it gave, or `refused`
    where it did not happen. `note` says how they know."""

    invocation_id: str
    run_id: str
    step: str
    iteration: int | None = None
    operation: str
    plan_hash: str
    agent_id: str
    status: InvocationStatus
    settled_by: str
    at: Instant
    note: PersonalText
    workspace_id: InWorkspace = None


@event("assent.artifact.written.v1")
class ArtifactWritten(ArtifactState):
    """A call wrote the file (`artifacts.write`); `run_id` is null for an agent elsewhere."""
