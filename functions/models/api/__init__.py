"""HTTP in, HTTP out: calls of models on their providers' wires, and where they go."""

from functions.models.aggregates import RUN
from functions.models.api import calls, prompts, questions, routes
from shared.runtime.routes import Router

__all__ = ["ROUTER", "RUN"]

ROUTER = Router.joining(
    calls.ROUTER,
    calls.MESSAGES,
    routes.ROUTER,
    questions.ROUTER,
    prompts.WRITERS,
    prompts.GOVERNORS,
)
