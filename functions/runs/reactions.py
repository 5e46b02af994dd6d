"""Events and timers in: decisions about what runs and budgets asked, waits that are over, runs
whose process died, budgets that models charged, quotas that are nearly used up, recalls that may
not have halted all runs, schedules, what is removed."""

from events.audit import RunEvidenceCovered
from events.models import BudgetCharged
from events.principals import PersonErased
from functions.runs.aggregates import RETENTION, RUN, RUNS
from functions.runs.rules.recalls import RECALL_DUE
from functions.runs.rules.retention import RETENTION_DUE
from functions.runs.rules.run import RUN_DUE, RUN_LOST
from functions.runs.rules.schedule import SCHEDULE_DUE
from functions.runs.service import retention, thresholds
from functions.runs.service.decisions import TYPES, act_on
from functions.runs.service.recalls import look_again
from functions.runs.service.schedules import fire
from functions.runs.service.triggers import TYPES as TRIGGERS
from functions.runs.service.triggers import start_at
from functions.runs.service.wake import wake
from shared.budgets.reached import QUOTA_DUE, REACHED_QUOTAS

__all__ = ["ABOUT", "HANDLERS", "RUN"]

# Decisions about others are not for this function; those about budgets say `run` too.
ABOUT = {"approvals": RUNS.noun}
HANDLERS = {
    **dict.fromkeys(TYPES, act_on),
    RUN_DUE: wake,
    RUN_LOST: wake,
    RECALL_DUE: look_again,
    SCHEDULE_DUE: fire,
    **dict.fromkeys(TRIGGERS, start_at),
    BudgetCharged.event_type: thresholds.tell,
    QUOTA_DUE: RUN.timed(REACHED_QUOTAS, thresholds.tell_of_quota),
    RETENTION_DUE: RUN.timed(RETENTION, retention.look),
    RunEvidenceCovered.event_type: retention.remove,
    PersonErased.event_type: retention.erase,
}
