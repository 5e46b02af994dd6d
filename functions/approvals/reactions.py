"""Events and timers in: what functions ask, what became of that, and due times."""

from events.cases import (
    CreationCaseCancelled,
    CreationCaseReversalUnneeded,
    CreationCaseRollbackFailed,
    CreationCaseRolledBack,
    CreationCaseWithdrawalRequested,
)
from events.deliveries import DeliveryAcknowledged
from events.direct_calls import DirectCallWithdrawn
from events.members import MemberJoined, MemberRemoved, MemberRolesChanged
from events.passkeys import PasskeyAdded, PasskeyRemoved
from events.policies import PolicyRetired, PolicyReturned
from events.recalls import RecallStarted
from events.runs import RunCancelled
from functions.approvals.aggregates import APPROVALS, RUN
from functions.approvals.rules.approval import (
    DEADLINE_DUE,
    REFUSAL_DUE,
    REVIEW_DUE,
    VETO_WINDOW_DUE,
)
from functions.approvals.rules.questions import QUESTIONS
from functions.approvals.rules.silence import time_passed
from functions.approvals.service.acknowledgements import note_delivered
from functions.approvals.service.alone import follow_gone, follow_joined, follow_roles
from functions.approvals.service.devices import TYPES as OF_DEVICES
from functions.approvals.service.devices import follow_device
from functions.approvals.service.passkeys import follow_added, follow_removed
from functions.approvals.service.recalls import suspend_learned
from functions.approvals.service.refusals import take_back_same
from functions.approvals.service.requests import (
    end_for_case,
    end_for_direct_call,
    end_for_policy,
    end_for_run,
    note_failed_rollback,
    note_rollback,
    note_unneeded_reversal,
    note_unpublished,
    open_for_question,
    withdraw,
)

HANDLERS = {
    **dict.fromkeys(QUESTIONS, open_for_question),
    DirectCallWithdrawn.event_type: end_for_direct_call,
    RunCancelled.event_type: end_for_run,
    RecallStarted.event_type: suspend_learned,
    PolicyReturned.event_type: end_for_policy,
    PolicyRetired.event_type: note_unpublished,
    CreationCaseWithdrawalRequested.event_type: withdraw,
    CreationCaseCancelled.event_type: end_for_case,
    CreationCaseRolledBack.event_type: note_rollback,
    CreationCaseRollbackFailed.event_type: note_failed_rollback,
    CreationCaseReversalUnneeded.event_type: note_unneeded_reversal,
    MemberJoined.event_type: follow_joined,
    MemberRolesChanged.event_type: follow_roles,
    MemberRemoved.event_type: follow_gone,
    PasskeyAdded.event_type: follow_added,
    PasskeyRemoved.event_type: follow_removed,
    **dict.fromkeys(OF_DEVICES, follow_device),
    DeliveryAcknowledged.event_type: note_delivered,
    REFUSAL_DUE: RUN.timed(APPROVALS, take_back_same),
    **dict.fromkeys((DEADLINE_DUE, VETO_WINDOW_DUE, REVIEW_DUE), RUN.timer(APPROVALS, time_passed)),
}
