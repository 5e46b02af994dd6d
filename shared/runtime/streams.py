"""Answers that are sent as they come."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

End = Callable[[], Awaitable[object]]


class Streamed(StreamingResponse):
    """An answer whose parts are sent as they come. Guarantees that whatever waits for its end
    (`at_end`) happens once, in the order of its adding, also where the client has gone: then
    nothing more of `parts` is asked for."""

    def __init__(
        self,
        parts: AsyncGenerator[bytes, None],
        *,
        media_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(parts, 200, headers, media_type)
        self._ends: list[End] = []

    def at_end(self, end: End) -> None:
        """Adds something that happens once the answer is over."""
        self._ends.append(end)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.ensure_future(self.stream_response(send))
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            sending.cancel()
            try:
                with suppress(asyncio.CancelledError):
                    await sending
            finally:
                async with AsyncExitStack() as stack:
                    for end in reversed(self._ends):
                        stack.push_async_callback(end)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
