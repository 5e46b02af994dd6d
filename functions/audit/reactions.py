"""The events that get an audit entry, and the schedule on which entries are covered."""

from events.direct_calls import CallRetentionReached
from events.registry import published_types
from events.retention import RunRetentionReached
from functions.audit.aggregates import EXPORT_DUE, EXPORTS, RUN
from functions.audit.appender import append
from functions.audit.checkpoints import cover_new_entries
from functions.audit.coverage import answer, answer_calls
from functions.audit.exports import make_export
from functions.audit.rules.evidence import evidence_types

__all__ = ["HANDLERS", "RUN"]

CHECKPOINT_DUE = "assent.audit_checkpoint.due.v1"


PUBLISHED = {name for types in published_types().values() for name in types}

HANDLERS = {
    **dict.fromkeys(evidence_types(PUBLISHED), append),
    RunRetentionReached.event_type: answer,
    CallRetentionReached.event_type: answer_calls,
    CHECKPOINT_DUE: cover_new_entries,
    EXPORT_DUE: RUN.timed(EXPORTS, make_export),
}
