"""Events and timers in: decisions of approvals, suspensions, the pipeline, due times."""

from events.agents import AgentSuspended
from events.approvals import (
    ApprovalApproved,
    ApprovalAutoApproved,
    ApprovalCancelled,
    ApprovalChangesRequested,
    ApprovalExpired,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalVetoed,
)
from events.cases import CreationCaseReviewNeeded
from events.pipelines import PipelineResumed
from functions.agents.aggregates import AGENTS, RUN
from functions.agents.rules.agent import PROBATION_DUE, TRIAL_DUE, end_probation, end_trial
from functions.agents.rules.review import STAGE_DUE
from functions.agents.service import decisions
from functions.agents.service.dependents import suspend_dependents
from functions.agents.service.review import review_again, review_now

HANDLERS = {
    ApprovalApproved.event_type: decisions.on_approved,
    ApprovalAutoApproved.event_type: decisions.on_auto_approved,
    ApprovalRejected.event_type: decisions.on_rejected,
    ApprovalExpired.event_type: decisions.on_expired,
    ApprovalChangesRequested.event_type: decisions.on_changes_requested,
    ApprovalCancelled.event_type: decisions.on_cancelled,
    ApprovalVetoed.event_type: decisions.on_vetoed,
    ApprovalOverturned.event_type: decisions.on_overturned,
    AgentSuspended.event_type: suspend_dependents,
    PipelineResumed.event_type: decisions.on_resumed,
    CreationCaseReviewNeeded.event_type: review_now,
    PROBATION_DUE: RUN.timer(AGENTS, end_probation),
    TRIAL_DUE: RUN.timer(AGENTS, end_trial),
    STAGE_DUE: review_again,
}
