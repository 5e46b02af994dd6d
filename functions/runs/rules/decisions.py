"""What follows from a person's decision about a plan or a step."""

from datetime import datetime

from events.approvals import ApprovalState, ApprovalVetoed
from events.runs import Failure, RunCancelled
from functions.runs.rules.run import Assented, Run, Steps, Stop
from functions.runs.rules.stops import woken
from shared.kit.errors import SignatureInvalid
from shared.kit.transitions import Transition

TAKEN_BACK = frozenset({"overturned", "vetoed"})
GIVEN = frozenset({"approved", "auto_approved"})


def decide(run: Run, decision: ApprovalState, token: str | None, at: datetime) -> Steps:
    """The run after the decision: acting where it assents, unless somebody paused it; cancelled
    where it does not assent, unless a model chose the call: that one is told. Nothing where the
    decision is about something else than what the run waits for. Raises SignatureInvalid for a
    decision about other content than was asked about."""
    if decision.status in TAKEN_BACK:
        return _taken_back(run, decision, at)
    asked = run.asked
    if asked is None or asked.approval_id != decision.approval_id:
        return ()
    refuse_other_content(decision, asked.content_hash)
    if decision.status not in GIVEN:
        # A call that waits for an answer has begun: `tools` says what becomes of it without one.
        if asked.invocation_id is None and (run.thinking is None or asked.step is None):
            return _refused(run, decision, at)
        noted = _with(run, asked.but(refused_by=decision.decided_by or "nobody"))
    elif token is None:
        raise SignatureInvalid("the decision carries no token with its assent")
    else:
        noted = _with(run, asked.but(given_by=decision.decided_by, token=token))
    if run.status == "paused":
        return (Transition(noted.but(waiting=None)),)
    return (Transition(noted.moving(at)),)


def was_refused_late(decision: ApprovalState) -> bool:
    """Whether this is the refusal of what people had approved, by somebody who could not know of
    that. What a precedent approved has a veto window; a verdict about the refusal is another
    decision."""
    return isinstance(decision, ApprovalVetoed) and decision.veto is None


def refuse_other_content(decision: ApprovalState, content_hash: str) -> None:
    """Raises SignatureInvalid for a decision about other content than was asked about."""
    if decision.decision_hash != content_hash:
        raise SignatureInvalid("the decision is about another content than was asked about")


def _taken_back(run: Run, decision: ApprovalState, at: datetime) -> Steps:
    """A run that goes by an assent that was taken back is cancelled."""
    held = (run.plan_assent, run.step_assent, run.answer)
    found = [
        each
        for each in held
        if each is not None and each.approval_id == decision.approval_id and each.given_by
    ]
    if not found or run.has_ended:
        return ()
    why = f"{decision.approval_id} was {decision.status} by {decision.decided_by}"
    failure = Failure(code="assent_taken_back", detail=why)
    # Whoever acts now loses its race, and stops before its next call.
    if run.may_have_begun:
        taken_at = decision.decided_at or run.started_at
        stop = Stop(kind="cancel", by=decision.decided_by or "", at=taken_at)
        stopping = woken(run, at) if run.rests_in_doubt else run
        return (Transition(stopping.but(stop=stop, stopping="cancel", failure=failure)),)
    return _cancelled(run, decision, failure, at)


def _with(run: Run, asked: Assented) -> Run:
    return run.but(**{asked.asked_as: asked})


def _refused(run: Run, decision: ApprovalState, at: datetime) -> Steps:
    """Nothing of what it asked for was done, and nothing will be."""
    why = f"{decision.approval_id} was {decision.status} by {decision.decided_by}"
    step = run.waiting.step if run.waiting is not None else None
    failure = Failure(step=step, code="assent_refused", detail=why)
    return _cancelled(run, decision, failure, at)


def _cancelled(run: Run, decision: ApprovalState, failure: Failure, at: datetime) -> Steps:
    ended = run.but(status="cancelled", failure=failure, ended_at=at, **run.at_rest)
    said = {"receipts": (), "cancelled_by": decision.decided_by or "", "ends": None}
    return (Transition(ended, RunCancelled, said),)
