"""A call that an agent elsewhere asks for: what stands of it, and what the same call does next.
Pure."""

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from events.direct_calls import (
    DirectCallApprovalNeeded,
    DirectCallState,
    DirectCallWithdrawn,
    InvocationReported,
)
from events.effects import APPROVAL_KIND, RISK, Effect
from events.elicitation import ELICITATION, content_of_elicitation
from events.receipts import CallReceipt, artifact_in, reason_of, receipt_id_of
from functions.tools.rules.elicitation import Reply, goes_on
from functions.tools.rules.envelope import Grave
from functions.tools.rules.invocation import UNDER_WAY, Invocation
from shared.approvals.known import KnownApproval
from shared.kit.canonical import content_hash
from shared.kit.contents import Content
from shared.kit.ids import derive_id, hashed_id
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

DIRECT_CALL_LOST = "assent.direct_call_lost.due.v1"
# Longer than any call and its commits take.
LOST_AFTER = timedelta(seconds=90)
# An assent is for soon; later, the same call asks again.
ASSENT_LASTS = timedelta(hours=24)
# Who was refused does not ask the same at once again.
REFUSAL_LASTS = timedelta(hours=24)
_REFUSED = frozenset({"rejected", "changes_requested", "vetoed", "overturned", "reversed"})

# What a server keeps until its answer comes has expired long before.
ANSWER_LASTS = timedelta(hours=24)

Status = Literal["asked", "acting", "answering", "over"]


class DirectCall(DirectCallState):
    """One call of one agent by its hash. `asked`: an approval was asked for, and nobody has used
    it. `acting`: `invocation_id` is under way, or nobody knows what became of it. `answering`: its
    server asks a person, whose answer the next call of the same takes along. `over`: the next call
    of the same is another one."""

    status: Status
    content_hash: str | None = None
    asked_at: Instant | None = None
    invocation_id: str | None = None
    began_at: Instant | None = None


class Act(NamedTuple):
    """It may act now, as this invocation; `approval_id` is consumed by it."""

    invocation_id: str | None
    approval_id: str | None = None
    assented_by: str | None = None


class Wait(NamedTuple):
    """Somebody was asked, and has not decided."""

    approval_id: str


class Ask(NamedTuple):
    """Somebody has to be asked."""


class Refuse(NamedTuple):
    """Somebody said no."""

    why: str


Next = Act | Wait | Ask | Refuse


def next_timer(call: DirectCall) -> tuple[str, datetime] | None:
    """A call that acts and has not come back is lost, and so is one whose server asked, and which
    nobody has called again."""
    if call.status == "answering" and call.asked_at is not None:
        return DIRECT_CALL_LOST, call.asked_at + ANSWER_LASTS
    if call.status != "acting" or call.began_at is None:
        return None
    return DIRECT_CALL_LOST, call.began_at + LOST_AFTER


def under_way(
    invocation: Invocation | None, at: datetime, *, takes_key: bool
) -> Invocation | Act | None:
    """What the same call gets while an earlier one is open: that one; the right to go on with it,
    under the same key, where its target acts once for each; None where it has ended."""
    if invocation is None or invocation.status not in ("intended", "doubtful"):
        return None
    if invocation.status == "intended" and at < invocation.at + UNDER_WAY:
        return invocation.but(status="dispatched", may_be_repeated=True, reason="it is under way")
    if takes_key:
        return Act(invocation.invocation_id, invocation.approval_id, invocation.assented_by)
    told = "nobody knows whether it happened: a person settles it"
    return invocation.but(status="doubtful", reason=invocation.reason or told)


def after_asking(
    call: DirectCall | None, approval: KnownApproval | None, content: str, at: datetime
) -> Next:
    """What a grave call does next: asks, waits, acts by an assent to exactly this content that
    nobody has used, or is refused."""
    if call is None or call.status != "asked" or call.content_hash != content:
        return Ask()
    assert call.approval_id is not None
    if approval is None or approval.is_open:
        return Wait(call.approval_id)
    decided_at = approval.decided_at or at
    if approval.assented_by is not None and approval.decision_hash == content:
        if at >= decided_at + ASSENT_LASTS:
            return Ask()
        id = hashed_id("inv", content_hash([call.direct_call_id, call.approval_id]))
        return Act(id, call.approval_id, approval.assented_by)
    if approval.status in _REFUSED and at < decided_at + REFUSAL_LASTS:
        return Refuse(f"somebody decided about {call.approval_id}: it is {approval.status}")
    return Ask()


def content_of(
    call: DirectCallState, name: str, version: str, effect: Effect, arguments: Any
) -> Content:
    """What an assent is for: another version of the agent asks anew, and so does the same call on
    behalf of somebody else."""
    on_behalf_of = {} if call.on_behalf_of is None else {"on_behalf_of": call.on_behalf_of}
    return Content.of(
        {
            **on_behalf_of,
            "agent_id": call.agent_id,
            "agent": name,
            "agent_version": version,
            "operation": call.operation,
            "pin": call.pin,
            "effect": effect,
            "arguments": arguments,
        }
    )


def question_of(content: Content, invocation: Invocation) -> Content:
    """What an answer is for: the call, and what its server asks."""
    assert invocation.elicitation is not None
    id, operation = invocation.invocation_id, invocation.operation
    asked = content_of_elicitation(invocation.elicitation, id, operation)
    return Content.of({**content.value, ELICITATION: asked})


def ask(
    call: DirectCall,
    grave: Grave,
    content: Content,
    by: str,
    summary: str,
    at: datetime,
    invocation_id: str | None = None,
) -> Transition[DirectCall]:
    """The call waits for an approval, whose id follows from the event's; where its server asks in
    the middle of that invocation, for an answer."""
    round = call.round + 1
    event_id = derive_id("evt", at, call.direct_call_id, str(round))
    evidence = Content.of([{"asked_by": by, "why": grave.why, "summary": summary}])
    reasons = [f"its effect is {grave.effect}", grave.why]
    assessment = Content.of({"risk_reasons": reasons, "rollback_plan": grave.rollback})
    asked = call.but(
        status="asked" if invocation_id is None else "answering",
        round=round,
        approval_id=derive_id("apr", at, event_id),
        content_hash=content.hash,
        asked_at=at,
        invocation_id=invocation_id,
        began_at=None,
    )
    said = {
        "kind": APPROVAL_KIND[grave.effect],
        "effect": grave.effect,
        "risk": RISK[grave.effect],
        "summary": summary,
        "content_hash": content.hash,
        "evidence_hash": evidence.hash,
        "assessment_hash": assessment.hash,
        "requested_by": by,
        "requested_at": at,
        "authors": (by,),
        "needs_answer": invocation_id is not None,
    }
    contents = (content, evidence, assessment)
    return Transition(asked, DirectCallApprovalNeeded, said, event_id, contents)


def begin(call: DirectCall, invocation_id: str, at: datetime) -> DirectCall:
    """The call acts; what assented to it is used."""
    return call.but(status="acting", invocation_id=invocation_id, began_at=at)


def answered_call(
    earlier: Invocation, call: Invocation, known: DirectCall, reply: Reply
) -> Invocation:
    """The waiting call as it goes on with its answer. Where nobody had to assent before, whoever
    answered did; `known` names their approval."""
    going = goes_on(earlier, call)
    if earlier.approval_id is not None:
        return going
    return going.but(approval_id=known.approval_id, assented_by=reply.answered_by)


def withdraw(call: DirectCall | None, by: str) -> tuple[Transition[DirectCall], ...]:
    """Nobody wants it any more; nothing where nobody was asked."""
    if call is None or call.status not in ("asked", "answering") or call.approval_id is None:
        return ()
    said = {"ends": call.approval_id, "withdrawn_by": by}
    return (Transition(call.but(status="over"), DirectCallWithdrawn, said),)


def ended(call: DirectCall | None, invocation: Invocation) -> tuple[Transition[DirectCall], ...]:
    """The direct call after its invocation: over, unless nobody knows what became of that. What
    surely did not happen, and may be tried again, leaves the assent to it as it was."""
    if call is None or call.invocation_id != invocation.invocation_id:
        return ()
    status: Status = "over"
    if invocation.status in ("intended", "doubtful"):
        status = "acting"
    elif invocation.status == "refused" and invocation.may_be_repeated and call.content_hash:
        status = "asked" if invocation.approval_id == call.approval_id else "over"
    return (Transition(call.but(status=status, began_at=None)),)


def report(invocation: Invocation, note: str = "") -> Transition[Invocation]:
    """The invocation, and the event that reports what became of it, with its receipt."""
    receipts = (receipt_of(invocation),)
    return Transition(invocation, InvocationReported, {"receipts": receipts, "note": note})


def receipt_of(invocation: Invocation) -> CallReceipt:
    """The receipt of what became of a call that was made without a run."""
    output = invocation.output
    return CallReceipt(
        receipt_id=receipt_id_of(invocation.invocation_id, invocation.status, invocation.attempt),
        invocation_id=invocation.invocation_id,
        attempt=invocation.attempt,
        operation=invocation.operation,
        outcome=invocation.status,
        at=invocation.at,
        agent_id=invocation.agent_id,
        agent_version=invocation.agent_version,
        on_behalf_of=invocation.on_behalf_of,
        arguments_sha256=invocation.arguments_sha256,
        output_sha256=content_hash(output.value) if output is not None else None,
        token_id=invocation.token_id or None,
        decision=invocation.decision or None,
        approval_id=invocation.approval_id,
        assented_by=invocation.assented_by,
        settled_by=invocation.settled_by,
        cost_usd_micros=invocation.cost_usd_micros,
        reason=reason_of(invocation.reason),
        pin=invocation.pin or None,
        credential=invocation.credential,
        artifact_sha256=artifact_in(
            invocation.operation, output.value if output is not None else None
        ),
    )
