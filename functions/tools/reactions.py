"""Events and timers in: runs that were removed, with which the records of their calls go; calls of
agents elsewhere whose process died, and those whose time is over; tenants that were closed."""

from events.audit import RunEvidenceCovered
from events.retention import RunsRemoved
from events.tenants import TenantClosed
from functions.tools.aggregates import CALL_RETENTION, DIRECT_CALLS, RUN
from functions.tools.rules.direct_call import DIRECT_CALL_LOST
from functions.tools.rules.retention import CALL_RETENTION_DUE
from functions.tools.service.credentials import erase_of_closed
from functions.tools.service.direct_calls import note_lost
from functions.tools.service.removal import look_at_calls, remove_calls, remove_covered

__all__ = ["HANDLERS", "RUN"]

HANDLERS = {
    RunsRemoved.event_type: remove_calls,
    RunEvidenceCovered.event_type: remove_covered,
    TenantClosed.event_type: erase_of_closed,
    DIRECT_CALL_LOST: RUN.timed(DIRECT_CALLS, note_lost),
    CALL_RETENTION_DUE: RUN.timed(CALL_RETENTION, look_at_calls),
}
