"""No event of others concerns identity: its private side only sweeps what it publishes itself."""

from functions.identity.aggregates import RUN
from shared.aggregates.runner import Handler

__all__ = ["HANDLERS", "RUN"]

HANDLERS: dict[str, Handler] = {}
