"""Entry points of the governor's API and of its projection."""

from functools import cache
from typing import Any

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.runtime.cold_start import begin_cold_start

begin_cold_start()


@cache
def _api() -> ASGIApp:
    from mobile_api.api import ROUTER
    from shared.runtime.app import create_api

    return create_api(function="mobile-api", routers=[ROUTER])


@cache
def _reactions() -> ASGIApp:
    from mobile_api.reactions import DELIVERIES, HANDLERS, SWEEP
    from shared.runtime.reactions import create_reactions

    return create_reactions(
        function="mobile-api", handlers=HANDLERS, sweep=SWEEP, deliveries=DELIVERIES
    )


@functions_framework.aio.http
async def api(request: Request) -> Any:
    """Serves `/v1/mobile/**`."""
    return _api()


@functions_framework.aio.http
async def react(request: Request) -> Any:
    """Serves events and the sweep."""
    return _reactions()
