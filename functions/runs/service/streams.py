"""What happens to a run, as a stream of server-sent events (HTML Living Standard, 9.2)."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import replace

from starlette.responses import Response

from functions.runs.service.event_stream import follow_run
from functions.runs.views.runs import RunEvents
from shared.kit import clock
from shared.kit.callers import Caller
from shared.kit.errors import AssentError, TooManyRequests
from shared.runtime.streams import Streamed
from shared.storage.subject_keys import opened

EVENT_STREAM = "text/event-stream"
# Below the time limit of the function's requests: the stream ends itself, between two events.
OPEN_SECONDS = 25.0
# An instance has twenty requests at once; streams take at most half of them.
OF_TENANT, OF_PROCESS = 4, 10
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 1.0, 4.0, 1.25
HEARTBEAT_SECONDS = 10.0
RETRY_MILLISECONDS = 1_000
_HEARTBEAT = b": still here\n\n"


class Streams:
    """The streams that are open in this process, by tenant."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def take(self, tenant_id: str) -> None:
        """Takes a place. Raises TooManyRequests where the tenant, or all together, have theirs."""
        if self._open[tenant_id] >= OF_TENANT:
            detail = f"a tenant has {OF_TENANT} streams at once; end one, or poll without a stream"
            raise TooManyRequests(detail, retry_after=5)
        if self._open.total() >= OF_PROCESS:
            detail = "all streams are taken now; try again, or poll without a stream"
            raise TooManyRequests(detail, retry_after=5)
        self._open[tenant_id] += 1

    async def leave(self, tenant_id: str) -> None:
        """Gives a place back."""
        self._open[tenant_id] -= 1
        if not self._open[tenant_id]:
            del self._open[tenant_id]


_streams = Streams()


def is_wanted(accept: str) -> bool:
    """Whether the header `Accept` names server-sent events, and does not refuse them."""
    for each in accept.lower().split(","):
        kind, *parameters = (part.replace(" ", "") for part in each.split(";"))
        if kind == EVENT_STREAM:
            return not any(re.fullmatch(r"q=0(\.0*)?", part) for part in parameters)
    return False


async def stream_run(caller: Caller, run_id: str, after: int, limit: int) -> Response:
    """The run's events after the one with that number as they happen, until the run has ended or
    25 seconds are over; 204, which tells a client not to come again, where nothing follows. Raises
    what `follow_run` raises, and TooManyRequests."""
    _streams.take(caller.tenant_id)
    try:
        page = await follow_run(caller, run_id, after, limit)
        if page.is_over and not page.items:
            await _streams.leave(caller.tenant_id)
            return Response(status_code=204)
    except BaseException:
        await _streams.leave(caller.tenant_id)
        raise
    streamed = Streamed(_parts(caller, run_id, page, limit), media_type=EVENT_STREAM)
    streamed.at_end(lambda: _streams.leave(caller.tenant_id))
    return streamed


async def _parts(
    caller: Caller, run_id: str, page: RunEvents, limit: int
) -> AsyncGenerator[bytes, None]:
    until = time.monotonic() + OPEN_SECONDS
    silent_since, pause = time.monotonic(), FIRST_PAUSE
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    while True:
        if page.items:
            yield await _written(caller.tenant_id, page)
            silent_since, pause = time.monotonic(), FIRST_PAUSE
        # A full page has a next one.
        waits = pause if len(page.items) < limit else 0.0
        if page.is_over or time.monotonic() + waits >= until:
            return
        if time.monotonic() - silent_since >= HEARTBEAT_SECONDS:
            yield _HEARTBEAT
            silent_since = time.monotonic()
        if waits:
            await asyncio.sleep(pause)
            pause = min(pause * GROWTH, LONGEST_PAUSE)
        try:
            now = replace(caller, received_at=clock.now())
            page = await follow_run(now, run_id, page.after, limit)
        except AssentError:
            # Whoever comes again with the last number is told why, and loses nothing.
            return


async def _written(tenant_id: str, page: RunEvents) -> bytes:
    """The events as they are sent; `id` is what comes back as `Last-Event-ID`."""
    text = "".join(
        f"id: {each.sequence}\nevent: {each.type}\ndata: {each.model_dump_json()}\n\n"
        for each in page.items
    )
    return (await opened(tenant_id, text, in_json=True)).encode()
