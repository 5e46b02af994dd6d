"""Entry points of the agents function: `api` for people and programs, `react` for events."""

from functools import cache
from typing import Any

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.runtime.cold_start import begin_cold_start

begin_cold_start()


@cache
def _api() -> ASGIApp:
    from functions.agents.api import ROUTER
    from shared.runtime.app import create_api

    return create_api(function="agents", routers=[ROUTER])


@cache
def _reactions() -> ASGIApp:
    from functions.agents.reactions import DELIVERIES, HANDLERS, SWEEP
    from shared.runtime.reactions import create_reactions

    return create_reactions(
        function="agents", handlers=HANDLERS, sweep=SWEEP, deliveries=DELIVERIES
    )


@functions_framework.aio.http
async def api(request: Request) -> Any:
    """Serves `/v1/**`."""
    return _api()


@functions_framework.aio.http
async def react(request: Request) -> Any:
    """Serves events, timers and schedules."""
    return _reactions()
