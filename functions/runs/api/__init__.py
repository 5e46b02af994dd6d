"""HTTP in, HTTP out: runs of plans and what starts, pays and stops them."""

from functions.runs.aggregates import RUN
from functions.runs.api import budgets, recalls, retention, runs, schedules, tokens
from shared.runtime.routes import Router

__all__ = ["ROUTER", "RUN"]

ROUTER = Router.joining(
    # Before the route of one run, whose path it matches.
    retention.ROUTER,
    runs.ROUTER,
    schedules.ROUTER,
    budgets.ROUTER,
    recalls.ROUTER,
    tokens.ROUTER,
)
