"""Lets calls of one local model take turns. An answer is read as fast as the model writes it, so a
program that reads slowly holds up nobody else."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

from functions.models.service.answers import (
    Answer,
    BrokenOff,
    Busy,
    NeverSent,
    NotHere,
    ProviderRequest,
)
from functions.models.service.queues import Places, Turn
from shared.inference.brought import ModelRefusedError
from shared.inference.loading import ModelAbsentError
from shared.language.process import LanguageModel, ModelEndpoint

if TYPE_CHECKING:
    import httpx2

PLACE_WITHIN_SECONDS = 3.0
# With the start of a process this is about as long as a request of this function takes.
TURN_WITHIN_SECONDS = 120.0
# A process that took longer for one call is replaced.
ANSWERED_WITHIN_SECONDS = 150.0
CONNECTED_WITHIN_SECONDS = 3.0
# Some hundred tokens are a fraction of that.
MOST_ANSWER_BYTES = 8 * 1024 * 1024


class Turns:
    """The turns of one model, in the running event loop."""

    def __init__(
        self,
        model: LanguageModel,
        *,
        place_within: float = PLACE_WITHIN_SECONDS,
        turn_within: float = TURN_WITHIN_SECONDS,
        answered_within: float = ANSWERED_WITHIN_SECONDS,
    ) -> None:
        self._model = model
        self._place_within, self._turn_within = place_within, turn_within
        self._answered_within = answered_within
        self._places, self._turn = Places(), Turn()
        # How long the process said nothing, over all calls that were given up.
        self._silent_seconds = 0.0

    async def ask(self, tenant_id: str, request: ProviderRequest) -> Answer:
        """The answer, once its head was read. Raises Busy where no place is free in time, NotHere,
        NeverSent, BrokenOff."""
        try:
            async with asyncio.timeout(self._place_within):
                await self._places.take(tenant_id)
        except TimeoutError as error:
            raise Busy from error
        heard = _Heard()
        asking = asyncio.ensure_future(self._in_turn(heard, tenant_id, request))
        # A task that is cancelled before its first step runs nothing of its own.
        asking.add_done_callback(lambda _: self._places.leave(tenant_id))
        heard.asking = asking
        try:
            return await heard.begun()
        except BaseException:
            await heard.aclose()
            raise

    async def _in_turn(self, heard: "_Heard", tenant_id: str, request: ProviderRequest) -> None:
        """Reads one answer into `heard`, and ends it there, also with an error."""
        try:
            async with asyncio.timeout(self._turn_within):
                await self._turn.take(tenant_id)
        except TimeoutError:
            heard.end(Busy())
            return
        try:
            served = await self._served()
            await self._hear(heard, served, request)
            heard.end()
        except ModelAbsentError as error:
            is_refused = isinstance(error, ModelRefusedError)
            heard.end(NotHere(str(error), is_refused=is_refused))
        except Exception as error:  # noqa: BLE001 - raised where the answer is read
            heard.end(error)
        finally:
            self._turn.leave()

    async def _served(self) -> ModelEndpoint:
        """Where the process answers. A process is replaced once it said nothing, over all calls
        that were given up, for as long as one call may take: programs that give up sooner would
        never find out that it hangs. Raises ModelAbsentError."""
        served = await asyncio.to_thread(self._model.serve)
        if self._silent_seconds < self._answered_within:
            return served
        await self._replace(served)
        return await asyncio.to_thread(self._model.serve)

    async def _hear(self, heard: "_Heard", served: ModelEndpoint, request: ProviderRequest) -> None:
        """Reads the answer of the process, and replaces the process where the answer does not end
        in time. Raises NeverSent, BrokenOff."""
        import httpx2

        last_heard = time.monotonic()
        path, body, headers = request
        said = {**headers, "Authorization": f"Bearer {served.key}"}
        try:
            async with (
                asyncio.timeout(self._answered_within),
                _client() as client,
                client.stream("POST", f"{served.url}{path}", content=body, headers=said) as answer,
            ):
                self._silent_seconds, last_heard = 0.0, time.monotonic()
                heard.begin(answer.status_code, answer.headers)
                async for part in answer.aiter_raw():
                    last_heard = time.monotonic()
                    heard.take(part)
        except asyncio.CancelledError:
            self._silent_seconds += time.monotonic() - last_heard
            raise
        except TimeoutError as error:
            await self._replace(served)
            raise BrokenOff from error
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            await self._replace(served)
            raise NeverSent from error
        except httpx2.HTTPError as error:
            raise BrokenOff from error

    async def _replace(self, served: ModelEndpoint) -> None:
        self._silent_seconds = 0.0
        await asyncio.to_thread(self._model.replace, served)


class _Heard:
    """An answer as it is heard, in memory until it is read."""

    def __init__(self) -> None:
        self.status_code = 0
        self.headers: Mapping[str, str] = {}
        self.asking: asyncio.Future[None] | None = None
        self._begun = asyncio.Event()
        self._parts: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._size = 0
        self._failure: Exception | None = None

    async def begun(self) -> "_Heard":
        """The same one, once its head is there. Raises why it is not."""
        await self._begun.wait()
        if self._failure is not None and not self.status_code:
            raise self._failure
        return self

    def begin(self, status_code: int, headers: Mapping[str, str]) -> None:
        self.status_code, self.headers = status_code, headers
        self._begun.set()

    def take(self, part: bytes) -> None:
        """Takes a part. Raises BrokenOff for an answer that is longer than any."""
        self._size += len(part)
        if self._size > MOST_ANSWER_BYTES:
            raise BrokenOff
        self._parts.put_nowait(part)

    def end(self, failure: Exception | None = None) -> None:
        self._failure = failure
        self._begun.set()
        self._parts.put_nowait(None)

    async def aiter_raw(self) -> AsyncIterator[bytes]:
        """Its parts. Raises BrokenOff where it is not whole."""
        while (part := await self._parts.get()) is not None:
            yield part
        if self._failure is not None:
            raise self._failure

    async def aclose(self) -> None:
        """Leaves the process alone."""
        if self.asking is not None:
            self.asking.cancel()
            await asyncio.wait({self.asking})


def _client() -> "httpx2.AsyncClient":
    import httpx2

    soon = CONNECTED_WITHIN_SECONDS
    # The time of the whole answer is bounded, and a process that was replaced left its connections.
    timeout = httpx2.Timeout(None, connect=soon, pool=soon)
    return httpx2.AsyncClient(timeout=timeout, trust_env=False, verify=False)
