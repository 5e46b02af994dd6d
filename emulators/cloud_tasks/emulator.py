"""A running Cloud Tasks: a gRPC server and a dispatcher over the same queues."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import grpc.aio
from google.cloud.tasks_v2 import types

from emulators.clock import VirtualClock
from emulators.cloud_tasks.api import CALLS, SERVICE, CloudTasksApi
from emulators.cloud_tasks.queue import Dispatch, Queue
from emulators.cloud_tasks.queues import Queues, SavedQueues
from emulators.cloud_tasks.rules import Outcome
from emulators.cloud_tasks.sender import Deliver, Fault, Mint, Sender
from emulators.google_rpc import service
from emulators.grpc_server import serve


class CloudTasksEmulator:
    """One event loop's Cloud Tasks: `start` serves the API, `run` dispatches as time passes.

    `deliver` makes a task's HTTP request; it raises OSError or NoResponse where none was answered,
    and any other exception of it is a bug that `run` and `dispatch_due` raise.
    `mint(service_account_email, audience)` makes the bearer token of a task that asks for one.
    """

    def __init__(self, *, clock: VirtualClock, deliver: Deliver, mint: Mint) -> None:
        self._clock = clock
        self._sender = Sender(deliver=deliver, mint=mint, clock=clock)
        self._queues = Queues()
        self._attempts: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._stepping = 0
        self._halted = False
        self._failure: BaseException | None = None
        self._server: grpc.aio.Server | None = None
        self._api = CloudTasksApi(
            queues=self._queues, now=self._clock.now, changed=self._wake, send=self._spawn
        )

    def provide(self, queue: dict[str, Any]) -> None:
        """Creates a queue, or changes it, as UpdateQueue does, but without a call."""
        self._api.update_queue(types.UpdateQueueRequest.pb()(queue=queue))

    async def start(self, port: int = 0) -> str:
        """Serves the API on loopback and returns its `host:port`. OSError if the port is taken."""
        handler = service(SERVICE, self._api, types, CALLS, before=self._sender.meet_call)
        self._server, address = await serve(handler, port)
        return address

    async def stop(self) -> None:
        """Stops the server and cancels every attempt under way."""
        if self._server:
            await self._server.stop(grace=None)
        attempts = list(self._attempts)
        for attempt in attempts:
            attempt.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)

    def halt(self) -> None:
        """Begins no further attempt for any caller; attempts under way may end."""
        self._halted = True

    def save(self) -> SavedQueues:
        """The state from which a later emulator continues; call it once nothing is in flight."""
        return self._queues.save()

    def load(self, saved: SavedQueues, moves: Mapping[str, str]) -> None:
        """Continues from a saved state; call it before `start`. `moves` maps saved addresses to
        current ones: in the cloud a function keeps its address, here another program may have its
        port."""
        self._queues.load(saved, moves, self._clock.now())

    @property
    def in_flight(self) -> int:
        """The attempts that were sent, or wait in a fault's delay, and have no outcome yet."""
        return len(self._attempts)

    def next_due(self) -> datetime | None:
        """When the next attempt may begin, now at the earliest; None if no task waits for a
        time."""
        return self._queues.next_due(self._clock.now())

    def is_due(self) -> bool:
        """Whether a task's time has come, also where its queue's rate lets it wait."""
        first = self._queues.first_scheduled()
        return first is not None and first <= self._clock.now()

    def inject(self, kind: Fault, count: int = 1) -> None:
        """Lets the next `count` dispatches (or, for `unavailable`, API calls) fail by a fault."""
        self._sender.inject(kind, count)

    @contextmanager
    def stepping(self) -> Iterator[None]:
        """While this context is open, `run` begins nothing; only `dispatch_due` and RunTask do."""
        self._stepping += 1
        try:
            yield
        finally:
            self._stepping -= 1
            self._wake()

    async def dispatch_due(self) -> int:
        """Runs every attempt scheduled by now and returns how many, once all have answered.

        Those with one schedule time run together, and only after all earlier ones have answered.
        Rates and concurrency hold: where they do not let an attempt begin, this waits.
        """
        ended = 0
        with self.stepping():
            until = self._clock.now()
            while (first := self._queues.first_scheduled()) is not None and first <= until:
                changed = self._changed
                if self._halted:
                    await asyncio.Event().wait()
                begun = self._queues.take_all(self._clock.now(), first)
                if begun:
                    await asyncio.gather(*(self._spawn(*pair) for pair in begun))
                    ended += len(begun)
                else:
                    await self._wait(changed, self.next_due())
        return ended

    async def run(self) -> None:
        """Begins attempts as they fall due, without end; also after the clock was moved."""
        while True:
            changed, due = self._changed, None
            if self._failure:
                raise self._failure
            if not self._stepping and not self._halted:
                now = self._clock.now()
                for pair in self._queues.take_all(now, now):
                    self._spawn(*pair)
                due = self.next_due()
            await self._wait(changed, due)

    def _spawn(self, queue: Queue, dispatch: Dispatch) -> asyncio.Task[None]:
        attempt = asyncio.create_task(
            self._attempt(queue, dispatch), name=dispatch.task.message.name
        )
        self._attempts.add(attempt)
        attempt.add_done_callback(self._ended)
        return attempt

    async def _attempt(self, queue: Queue, dispatch: Dispatch) -> None:
        outcome = Outcome(http_status=None)
        try:
            outcome = await self._sender.send(dispatch)
        finally:
            queue.finish(dispatch, outcome, self._clock.now())

    def _ended(self, attempt: asyncio.Task[None]) -> None:
        self._attempts.discard(attempt)
        if not attempt.cancelled():
            self._failure = self._failure or attempt.exception()
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _wait(self, changed: asyncio.Event, due: datetime | None) -> None:
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(changed.wait())]
        if due is not None:
            waits.append(asyncio.create_task(self._clock.sleep_until(due)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
