"""Timers in: calls whose process died."""

from functions.models.aggregates import CALLS, RUN
from functions.models.rules.call import CALL_LOST
from functions.models.service.settlement import settle_lost

__all__ = ["HANDLERS", "RUN"]

HANDLERS = {CALL_LOST: RUN.timed(CALLS, settle_lost)}
