"""Events and timers in: decisions of approvals, suspensions, recalls, the pipeline, due times."""

from events.agents import AgentSuspended
from events.cases import CreationCaseReviewNeeded
from events.pipelines import PipelineResumed
from events.recalls import RecallStarted
from functions.agents.aggregates import AGENTS, CASES, RUN
from functions.agents.rules.agent import PROBATION_DUE, TRIAL_DUE, end_probation, end_trial
from functions.agents.rules.case import REVISION_DUE
from functions.agents.rules.review import STAGE_DUE
from functions.agents.service.decisions import TYPES, act_on, deploy_held
from functions.agents.service.dependents import suspend_dependents
from functions.agents.service.recalls import suspend_recalled
from functions.agents.service.review import attempt, review_now
from functions.agents.service.submissions import give_up

# Decisions about others are not for this function.
ABOUT = {"approvals": AGENTS.noun}
HANDLERS = {
    **dict.fromkeys(TYPES, act_on),
    AgentSuspended.event_type: suspend_dependents,
    RecallStarted.event_type: suspend_recalled,
    PipelineResumed.event_type: deploy_held,
    CreationCaseReviewNeeded.event_type: review_now,
    PROBATION_DUE: RUN.timer(AGENTS, end_probation),
    TRIAL_DUE: RUN.timer(AGENTS, end_trial),
    STAGE_DUE: RUN.timed(CASES, attempt),
    REVISION_DUE: RUN.timed(CASES, give_up),
}
