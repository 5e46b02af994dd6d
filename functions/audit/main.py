"""Entry point of the audit function; it has a private side only."""

from functools import cache
from typing import Any

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.runtime.cold_start import begin_cold_start

begin_cold_start()


@cache
def _reactions() -> ASGIApp:
    from functions.audit.reactions import HANDLERS
    from shared.runtime.reactions import create_reactions

    # Without a store of documents there is no log in which to tell of our own dead letters.
    return create_reactions(function="audit", handlers=HANDLERS)


@functions_framework.aio.http
async def react(request: Request) -> Any:
    """Serves events."""
    return _reactions()
