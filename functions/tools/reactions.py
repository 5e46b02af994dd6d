"""Events in: runs that were removed, with which the records of their calls go."""

from events.retention import RunsRemoved
from functions.tools.aggregates import RUN
from functions.tools.service.removing import remove_calls

__all__ = ["HANDLERS", "RUN"]

HANDLERS = {RunsRemoved.event_type: remove_calls}
