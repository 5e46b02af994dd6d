"""What `tools` publishes about calls that agents make by themselves, over MCP and without a run."""

from events.effects import ApprovalKind, Effect, Risk
from events.invocations import InvocationStatus
from events.questions import Question
from events.receipts import CallReceipt
from events.registry import event
from shared.kit.canonical import content_hash
from shared.kit.ids import hashed_id
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.personal import PersonalText
from shared.kit.workspaces import InWorkspace

TOPIC = "tools"
PREFIX = "dcl"


class DirectCallState(EventData):
    """Exactly one call that an agent elsewhere asks for: of this agent, this definition of the
    operation (`pin`) and these arguments, and `on_behalf_of` the person who signed it in, where one
    did. `round` counts how often somebody was asked for it."""

    direct_call_id: str
    agent_id: str
    operation: str
    pin: str
    arguments_sha256: str
    round: int = 0
    approval_id: str | None = None
    on_behalf_of: str | None = None
    workspace_id: InWorkspace = None


@event("assent.direct_call.approval_needed.v1")
class DirectCallApprovalNeeded(Question, DirectCallState):
    """An agent elsewhere asks for a call that needs assent. `content_hash` names `{agent_id,
    agent, agent_version, operation, pin, effect, arguments}` and, where a person signed the agent
    in, `on_behalf_of`; `evidence_hash` a list with who asks and what the operation is,
    `assessment_hash` an `events.dossiers.Assessment`. `needs_answer`: the content has an
    `elicitation` too, what the server asks in the middle of the call, and whoever assents answers
    it."""

    kind: ApprovalKind
    effect: Effect
    risk: Risk
    needs_answer: bool = False


@event("assent.direct_call.withdrawn.v1")
class DirectCallWithdrawn(DirectCallState):
    """Whoever asked does not want the call any more. `ends` is the approval that this gives up."""

    ends: str
    withdrawn_by: str


@event("assent.invocation.reported.v1")
class InvocationReported(EventData):
    """What became of a call that an agent elsewhere made, with its receipt. `called_by` is the
    service whose key named the agent, or the person who signed it in, who is then `on_behalf_of`
    too. `note` is what a person said who settled a doubtful one."""

    invocation_id: str
    direct_call_id: str
    operation: str
    status: InvocationStatus
    agent_id: str
    agent_version: str
    called_by: str
    on_behalf_of: str | None = None
    approval_id: str | None = None
    at: Instant
    note: PersonalText = ""
    receipts: tuple[CallReceipt, ...]
    workspace_id: InWorkspace = None


class CallToRemove(Data):
    """A call whose time is over, and how many events there are of it."""

    invocation_id: str
    events: int


@event("assent.call_retention.reached.v1")
class CallRetentionReached(EventData):
    """The time of these calls of agents elsewhere is over: their records are removed once a
    checkpoint covers all their events and receipts."""

    calls: tuple[CallToRemove, ...]


def direct_call_id(
    agent_id: str, pin: str, operation: str, arguments_sha256: str, on_behalf_of: str | None = None
) -> str:
    """The id of a direct call: the same for the same call on behalf of the same person, or of none,
    on every machine."""
    parts = {
        "agent_id": agent_id,
        "pin": pin,
        "operation": operation,
        "arguments_sha256": arguments_sha256,
    }
    if on_behalf_of is not None:
        parts["on_behalf_of"] = on_behalf_of
    return hashed_id(PREFIX, content_hash(parts))
