"""HTTP in, HTTP out: calls of runs and of agents elsewhere, and the connectors and credentials that
they are made with."""

from functions.tools.aggregates import RUN
from functions.tools.api import calls, connectors, credentials, mcp
from shared.runtime.routes import Router

__all__ = ["ROUTER", "RUN"]

ROUTER = Router.joining(
    calls.CALLS,
    calls.PEOPLES,
    connectors.ROUTER,
    credentials.ROUTER,
    mcp.ROUTER,
)
