"""Events and timers in: runs that were removed, with which the records of their calls go, and calls
of agents elsewhere whose process died."""

from events.retention import RunsRemoved
from functions.tools.aggregates import DIRECT_CALLS, RUN
from functions.tools.rules.direct_call import DIRECT_CALL_LOST
from functions.tools.service.direct_calls import note_lost
from functions.tools.service.removing import remove_calls

__all__ = ["HANDLERS", "RUN"]

HANDLERS = {
    RunsRemoved.event_type: remove_calls,
    DIRECT_CALL_LOST: RUN.timed(DIRECT_CALLS, note_lost),
}
