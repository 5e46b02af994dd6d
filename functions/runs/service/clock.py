"""The time of one request, and the commits that a run makes in it without anybody's call."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.run import Run
from functions.runs.service.places import PLACES, Place
from functions.runs.service.plans import Plan
from shared.agents import KnownAgent, read_agent_alone
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import Unavailable
from shared.kit.ids import new_id
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import LastEvent, Recorder
from shared.models.messages import Answer, ModelFailed
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again

# A request has 30 seconds, and a call may take 12 of them.
BURSTS_SECONDS = 15.0
# A model takes its time to answer, and its answer is committed.
MODEL_SECONDS = 10.0
# So long a request goes on with what it has just read or committed itself.
FRESH_SECONDS = 1.0

_log = logging.getLogger(__name__)


class Clock:
    """The time within one request, which began at `received_at`."""

    def __init__(self, received_at: datetime, cause: LastEvent | None = None) -> None:
        """`cause` is the event that the first commit follows from; by default the run's latest."""
        self.received_at = received_at
        # Who asks models in this request, and what they answered: a lost race does not ask again.
        self.asker = new_id("ask", received_at)
        self.answers: dict[str, Answer | ModelFailed] = {}
        # What the run does, which never changes: read once a request.
        self.plan: Plan | None = None
        # Events of this request that are published with those of its next commit.
        self.left: list[Envelope] = []
        # Runs as this request has committed them, and agents as it has read them, by their ids.
        self._runs: dict[str, tuple[Document, float]] = {}
        self._agents: dict[str, tuple[KnownAgent, float]] = {}
        self._cause = cause
        self._began = time.monotonic()
        # That of the burst under way, which it gives to others that are due.
        self.place: Place | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the request began."""
        return time.monotonic() - self._began

    @property
    def now(self) -> datetime:
        """The instant."""
        return self.received_at + timedelta(seconds=self.elapsed)

    async def has_turn(self) -> bool:
        """Whether the burst under way may make another call; waits while others go first."""
        left = max(0.0, BURSTS_SECONDS - self.elapsed)
        return not self.is_over and (self.place is None or await self.place.keeps(left))

    @asynccontextmanager
    async def with_place(self, tenant_id: str) -> AsyncIterator[bool]:
        """Whether there is a place in this process for bursts of the tenant, within the time of the
        request."""
        left = max(0.0, BURSTS_SECONDS - self.elapsed)
        async with PLACES.here().taken(tenant_id, left) as self.place:
            yield self.place.is_held

    @property
    def is_over(self) -> bool:
        """Whether the request has no time for another burst."""
        return self.elapsed > BURSTS_SECONDS

    @property
    def is_late(self) -> bool:
        """Whether another request has more time for a model."""
        return self.elapsed > MODEL_SECONDS

    async def agent(self, store: TenantStore, agent_id: str) -> KnownAgent | None:
        """The agent, without its spec, as this request has read it within the last second, or else
        reads it now, in one round trip. Raises Unavailable."""
        known, read_at = self._agents.get(agent_id, (None, 0.0))
        if known is not None and self.elapsed - read_at < FRESH_SECONDS:
            return known
        read_at, agent = self.elapsed, await read_agent_alone(store, agent_id)
        if agent is not None:
            self._agents[agent_id] = agent, read_at
        return agent

    def note_committed(self, change: Change) -> None:
        """Notes the runs that a commit of this request has changed."""
        for (collection, id), document in change.written.items():
            if collection == RUNS.collection:
                self._runs[id] = document, self.elapsed

    def latest(self, run_id: str) -> Run | None:
        """The run as this request has committed it within the last second, once; None where that
        has to be read."""
        document = self._take(run_id)
        return None if document is None else RUNS.state_in(document.data)

    async def publish_left(self, tenant_id: str) -> None:
        """Publishes what no commit of the request has published; where that fails, the sweep
        does, as after a crash."""
        try:
            await RUN.outbox.relay(TenantStore(tenant_id), self.left)
        except Unavailable as error:
            _log.warning("not published; the sweep will retry: %s", error)
        self.left = []

    def _take(self, run_id: str) -> Document | None:
        document, committed_at = self._runs.pop(run_id, (None, 0.0))
        return document if self.elapsed - committed_at < FRESH_SECONDS else None

    async def commit_once(
        self,
        tenant_id: str,
        run_id: str,
        use_case: Callable[[UnitOfWork, Run], Awaitable[bool]],
    ) -> None:
        """Commits what the use case makes of the run, where it says so; a lost race runs it again
        from a fresh read, but for one that was lost to the same commit, whose answer did not
        arrive. Raises Unavailable."""
        tried: list[Change] = []
        attempts = 0

        async def once() -> None:
            nonlocal attempts
            store = TenantStore(tenant_id)
            if tried and await RUN.outbox.has_committed(store, tried[-1]):
                await RUN.outbox.hand_over(store, tried[-1], now=self.now)
                self.left = []
                return
            recorder = Recorder(RUN.function, tenant_id, f"service:{RUN.function}", self.now)
            recorder.cause = self._cause
            # What follows from a delivery is published again where that comes again.
            change = Change(is_redelivered=self._cause is not None, carried=self.left)
            work = UnitOfWork(RUN.by_model, recorder, change, attempt=attempts, chains=True)
            attempts += 1
            # Whoever changed it since lets this commit lose its race.
            if (committed := self._take(run_id)) is not None:
                await work.take(RUNS, run_id, committed)
            run = await work.find(RUNS, run_id)
            if run is None:
                return
            work.is_about(RUNS, run_id)
            if await use_case(work, run):
                tried.append(work.finish())
                await RUN.outbox.commit(work.store, change, now=self.now)
                self.left = []
                self.note_committed(change)

        await decide_again(once)
        self._cause = None
