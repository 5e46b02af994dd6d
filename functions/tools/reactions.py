"""Events in: none. The private side sweeps what was committed and not published."""

from functions.tools.aggregates import RUN
from shared.aggregates.runner import Handler

__all__ = ["HANDLERS", "RUN"]

HANDLERS: dict[str, Handler] = {}
