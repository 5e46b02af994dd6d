"""Sessions with servers that are kept open between calls, each used by one call at a time.

Importing this loads the library; callers import it where they call."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from events.connector_definition import ToolOperation
from functions.tools.mcp.exchange import Exchange
from functions.tools.mcp.faults import FAULTS
from functions.tools.mcp.sessions import Session, ToolResult, begin, opened
from functions.tools.mcp.whose import Shape, Whose
from functions.tools.rules.elicitation import Reply
from functions.tools.rules.task import Poll
from shared.kit.per_loop import PerLoop

if TYPE_CHECKING:
    pass

# Whoever calls a tool often calls it again within this time.
IDLE_SECONDS = 10.0
# In one process of ours, of all tenants, beside those that calls are using.
MOST_IDLE = 16
# A session that a server keeps is ended, where that takes no longer.
CLOSED_WITHIN_SECONDS = 1.0


class KeptSession:
    """One session. A task of its own opens and closes it, and others speak to it."""

    def __init__(self, whose: Whose, shape: Shape, exchange: Exchange) -> None:
        self.whose, self.shape, self.exchange = whose, shape, exchange
        self._ended = asyncio.Event()
        self._session: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        self._fault: Exception | None = None
        self._idle: asyncio.TimerHandle | None = None
        self.task = asyncio.create_task(self._live())

    @property
    def is_over(self) -> bool:
        """Whether nobody can speak to it any more."""
        return self.task.done() or self._ended.is_set()

    async def call(
        self,
        operation: ToolOperation,
        arguments: Mapping[str, Any],
        reply: Reply | Poll | None = None,
    ) -> ToolResult:
        """What the server answered. Raises what the library raises."""
        waited: set[asyncio.Future[Any]] = {self._session, self.task}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if not self._session.done():
            raise self._why_over()
        as_task = operation.tool.as_task
        session = self._session.result()
        asked = session.called(operation.name, arguments, reply, as_task=as_task)
        calling = asyncio.ensure_future(asked)
        try:
            await asyncio.wait({calling, self.task}, return_when=asyncio.FIRST_COMPLETED)
            if not calling.done():
                raise self._why_over()
            return calling.result()
        finally:
            if not calling.done():
                calling.cancel()
                await asyncio.wait({calling})

    def rest(self) -> None:
        """Nobody uses it: it ends, unless somebody does soon."""
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.end)

    def rouse(self) -> None:
        """Somebody uses it."""
        if self._idle is not None:
            self._idle.cancel()

    def end(self) -> None:
        """Closes it in its own task, and at the server where that keeps one."""
        self.rouse()
        self._ended.set()
        if not self._session.done():
            self.task.cancel()

    async def gone(self) -> Exception | None:
        """Waits until nothing is left of it, for two seconds at most, and says what it failed by,
        if it did."""
        self.end()
        # A server that hangs in the handshake also holds the end of its session.
        await asyncio.wait({self.task}, timeout=2 * CLOSED_WITHIN_SECONDS)
        return self._fault

    def _why_over(self) -> Exception:
        return self._fault or RuntimeError("the session has ended")

    async def _live(self) -> None:
        is_closing = False
        try:
            async with (
                asyncio.timeout(None) as limit,
                opened(self.exchange, repeats=self.shape.repeats) as session,
            ):
                await begin(session, self.shape.protocol)
                self._session.set_result(session)
                await self._ended.wait()
                is_closing = True
                limit.reschedule(asyncio.get_running_loop().time() + CLOSED_WITHIN_SECONDS)
        except FAULTS as error:
            if not (is_closing and isinstance(error, TimeoutError)):
                self._fault = error
        finally:
            self._ended.set()


class KeptSessions:
    """The sessions of a loop: `idle` are those that nobody uses, the one used last at the end."""

    def __init__(self) -> None:
        self.idle: list[KeptSession] = []
        # Their tasks, which nothing else may refer to until they have closed.
        self._live: set[asyncio.Task[None]] = set()

    def take(self, whose: Whose, shape: Shape) -> KeptSession | None:
        """A session for these calls that nobody else uses, if one is kept. Those of the same
        connector that were opened with anything else end."""
        found = None
        for each in reversed(self._usable()):
            if each.whose != whose:
                continue
            if each.shape._replace(repeats=shape.repeats) != shape:
                self.idle.remove(each)
                each.end()
            elif found is None and each.shape == shape:
                found = each
        if found is not None:
            self.idle.remove(found)
            found.rouse()
        return found

    def open(self, whose: Whose, shape: Shape, exchange: Exchange) -> KeptSession:
        """A new one."""
        made = KeptSession(whose, shape, exchange)
        self._live.add(made.task)
        made.task.add_done_callback(self._live.discard)
        return made

    def keep(self, session: KeptSession) -> None:
        """Its call has been answered."""
        idle = self._usable()
        idle.append(session)
        session.rest()
        while len(idle) > MOST_IDLE:
            idle.pop(0).end()

    def _usable(self) -> list[KeptSession]:
        self.idle[:] = [each for each in self.idle if not each.is_over]
        return self.idle


_sessions = PerLoop(KeptSessions)


def sessions() -> KeptSessions:
    """Those of the running loop."""
    return _sessions.here()


async def end_sessions() -> None:
    """Ends all that nobody uses in the running loop."""
    known = _sessions.forget()
    for each in known.idle if known is not None else ():
        await each.gone()
