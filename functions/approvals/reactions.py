"""Events, timers and schedules in: what cases ask and report, and time."""

from functions.approvals.rules.approval import DEADLINE_DUE, REVIEW_DUE, VETO_WINDOW_DUE
from functions.approvals.service.asking import open_for_case, withdraw
from functions.approvals.service.following import (
    hear_rollback_failed,
    hear_rolled_back,
    let_time_pass,
)
from functions.approvals.service.wiring import OUTBOX
from functions.approvals.store import APPROVALS
from shared.messaging.deliveries import Deliveries
from shared.messaging.sweep import Sweep

HANDLERS = {
    "assent.agent.approval_needed.v1": open_for_case,
    "assent.creation_case.cancelled.v1": withdraw,
    "assent.creation_case.rolled_back.v1": hear_rolled_back,
    "assent.creation_case.rollback_failed.v1": hear_rollback_failed,
    DEADLINE_DUE: let_time_pass,
    VETO_WINDOW_DUE: let_time_pass,
    REVIEW_DUE: let_time_pass,
}

SWEEP = Sweep(OUTBOX, {APPROVALS: "approval"}, let_time_pass)
DELIVERIES = Deliveries(OUTBOX)
