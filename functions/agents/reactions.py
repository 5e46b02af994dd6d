"""Events, timers and schedules in: what approvals decided, suspensions, the pipeline, time."""

from events.agents import PipelineResumed
from events.approvals import (
    ApprovalApproved,
    ApprovalAutoApproved,
    ApprovalChangesRequested,
    ApprovalExpired,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalVetoed,
)
from functions.agents.rules.agent import PROBATION_DUE, TRIAL_DUE
from functions.agents.rules.reviewing import STAGE_DUE
from functions.agents.service.lifecycle import Lifecycle
from functions.agents.service.outcomes import Outcomes
from functions.agents.service.reviewing import Reviewing
from functions.agents.service.wiring import OUTBOX
from functions.agents.store import AGENTS, CASES
from shared.messaging.deliveries import Deliveries
from shared.messaging.envelope import Envelope
from shared.messaging.sweep import Sweep
from shared.storage.firestore import TenantStore

PAGE = 100

_outcomes = Outcomes(OUTBOX)
_lifecycle = Lifecycle(OUTBOX)
_reviewing = Reviewing(OUTBOX)


async def on_approved(event: Envelope) -> None:
    """A governor assented, or silence did."""
    await _outcomes.approved(event, event.payload(ApprovalApproved))


async def on_auto_approved(event: Envelope) -> None:
    """A precedent assented."""
    await _outcomes.approved(event, event.payload(ApprovalAutoApproved))


async def on_rejected(event: Envelope) -> None:
    """Somebody said no."""
    await _outcomes.rejected(event, event.payload(ApprovalRejected))


async def on_expired(event: Envelope) -> None:
    """Silence said no."""
    await _outcomes.rejected(event, event.payload(ApprovalExpired))


async def on_changes_requested(event: Envelope) -> None:
    """The governor wants it different."""
    await _outcomes.changes_requested(event, event.payload(ApprovalChangesRequested))


async def on_vetoed(event: Envelope) -> None:
    """A precedent's assent was vetoed."""
    await _outcomes.withdrawn(event, event.payload(ApprovalVetoed), "veto")


async def on_overturned(event: Envelope) -> None:
    """A deputy's or a break-glass assent did not survive its review."""
    await _outcomes.withdrawn(event, event.payload(ApprovalOverturned), "overturned")


async def on_suspended(event: Envelope) -> None:
    """One of our own agents stands still: so do its dependents."""
    await _lifecycle.reach_dependents(event)


async def on_resumed(event: Envelope) -> None:
    """The pipeline runs again: cases that were held are deployed."""
    event.payload(PipelineResumed)
    cursor = None
    while True:
        page = await TenantStore(event.tenantid).find(
            CASES, where=[("status", "==", "approved")], limit=PAGE, cursor=cursor
        )
        for document in page.items:
            await _outcomes.deploy_held(event, document.id)
        cursor = page.next_cursor
        if cursor is None:
            return


HANDLERS = {
    "assent.approval.approved.v1": on_approved,
    "assent.approval.auto_approved.v1": on_auto_approved,
    "assent.approval.rejected.v1": on_rejected,
    "assent.approval.expired.v1": on_expired,
    "assent.approval.changes_requested.v1": on_changes_requested,
    "assent.approval.vetoed.v1": on_vetoed,
    "assent.approval.overturned.v1": on_overturned,
    "assent.agent.suspended.v1": on_suspended,
    "assent.pipeline.resumed.v1": on_resumed,
    "assent.creation_case.review_needed.v1": _reviewing.attempt,
    PROBATION_DUE: _lifecycle.fire,
    TRIAL_DUE: _lifecycle.fire,
    STAGE_DUE: _reviewing.fire,
}


async def fire(event: Envelope) -> None:
    """A timer of ours that was overdue."""
    await HANDLERS[event.type](event)


SWEEP = Sweep(OUTBOX, {AGENTS: "agent", CASES: "creation_case"}, fire)
DELIVERIES = Deliveries(OUTBOX)
