"""The sweeps that follow requests: the first of a process and, where nothing else sweeps, the first
of each hour."""

import asyncio
import logging
from contextvars import Context
from datetime import UTC, datetime, timedelta

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kit import clock
from shared.messaging.sweep import Sweep

# Between two sweeps of a process that no schedule sweeps.
EVERY = timedelta(hours=1)
# After one that failed.
SOON = timedelta(minutes=5)

_log = logging.getLogger(__name__)


class SweepsAfterRequests:
    """Wraps `app`, of a function without a private side. Guarantees that a sweep follows the first
    request, after its answer, and the first one of each hour after that; that what the sweep does
    is none of that request's; and that its failure changes no answer."""

    def __init__(self, app: ASGIApp, sweep: Sweep) -> None:
        self._app = app
        self._sweep = sweep
        self._next = datetime.min.replace(tzinfo=UTC)
        self._sweeping: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        now = clock.now()
        if now >= self._next:
            self._next = now + EVERY
            # Who asked, and what was allowed to them, are of that request alone.
            self._sweeping = asyncio.create_task(self._run(now), context=Context())
            # Whoever hangs up ends nothing of it.
            await asyncio.shield(self._sweeping)

    async def _run(self, now: datetime) -> None:
        if not await sweep_quietly(self._sweep, now):
            self._next = now + SOON


async def sweep_quietly(sweep: Sweep, now: datetime) -> bool:
    """Sweeps, and says whether it did; a failure is logged, because the request that started it was
    answered, and the next sweep tries again."""
    try:
        await sweep.run(now)
    except Exception:  # noqa: BLE001 - nobody awaits this
        _log.exception("a sweep that followed a request failed")
        return False
    return True
