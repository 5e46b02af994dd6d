"""The sweep that follows the first request of a process."""

import logging
from datetime import datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kit import clock
from shared.messaging.sweep import Sweep

_log = logging.getLogger(__name__)


class FirstSweep:
    """Wraps `app`. Guarantees that one sweep follows the first request, after its answer, and that
    its failure changes no answer."""

    def __init__(self, app: ASGIApp, sweep: Sweep) -> None:
        self._app = app
        self._sweep: Sweep | None = sweep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        sweep, self._sweep = self._sweep, None
        if sweep is not None:
            await sweep_quietly(sweep, clock.now())


async def sweep_quietly(sweep: Sweep, now: datetime) -> None:
    """Sweeps; a failure is logged, because the request that started the process was answered, and
    the next sweep tries again."""
    try:
        await sweep.run(now)
    except Exception:  # noqa: BLE001 - nobody awaits this
        _log.exception("the first sweep of this process failed")
