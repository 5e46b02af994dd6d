"""Servers that the operator baked into the image, spoken to over their standard input and output.
Each tenant has processes of its own, which are kept warm.

Importing this loads the library; callers import it where they call."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions.tools.http.call import WITHIN_SECONDS
from functions.tools.http.outcomes import NeverSent, Refused, Unknown
from functions.tools.mcp.call import outcome_of
from functions.tools.mcp.faults import FAULTS, told_by
from functions.tools.mcp.outcomes import ToolOutcome
from functions.tools.mcp.pipes import Pipes, speaking
from functions.tools.mcp.sessions import Session, begin
from functions.tools.mcp.tool_list import NotRead, listing_of
from functions.tools.rules.elicitation import Reply
from functions.tools.rules.tools import Listing, ListingRefused
from shared.kit.per_loop import PerLoop

STARTED_WITHIN_SECONDS = 30.0
# A call, with this before it, is over before its intent counts as one that nobody will answer. A
# server that takes longer goes on starting, for whoever calls next.
AWAITED_SECONDS, AWAITED_TO_READ_SECONDS = 4.0, 15.0
# In one process of ours: of all tenants, and of one.
MOST_KEPT, MOST_OF_TENANT = 4, 2
# Whoever found no place is given the next one before others get a second.
WANTED_SECONDS = 15.0
_CONFINED = str(Path(__file__).with_name("confined.py"))

_Key = tuple[str, str]


class NotStarted(Exception):
    """No server can be spoken to now. Its text says why."""


class _Server:
    """One process of one tenant. A task of its own opens and closes it, and others speak to it."""

    def __init__(self, command: Sequence[str]) -> None:
        self.users = 0
        # Takes no further call: somebody else waits for its place.
        self.leaves = False
        self.session: Session | None = None
        self.protocol = ""
        self.folder = tempfile.mkdtemp(prefix="assent-mcp-")
        self._command = command
        self._ended = asyncio.Event()
        self._started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._live())

    @property
    def is_over(self) -> bool:
        """Whether nobody can speak to it any more."""
        return self._task.done() or self._ended.is_set()

    async def started(self, within: float) -> None:
        """Waits so many seconds until it can be spoken to. Raises NotStarted."""
        try:
            async with asyncio.timeout(within):
                await asyncio.shield(self._started)
        except TimeoutError:
            raise NotStarted("the server has not started yet") from None

    def end(self) -> None:
        """Ends the process, and whatever it started."""
        self._ended.set()

    async def gone(self) -> None:
        """Waits until nothing is left of it."""
        self.end()
        await asyncio.wait([self._task])

    async def _live(self) -> None:
        process: asyncio.subprocess.Process | None = None
        try:
            process = await self._process()
            pipes = Pipes(process, self.end)
            async with (
                speaking(pipes) as (read, write),
                Session(read, write) as session,
            ):
                async with asyncio.timeout(STARTED_WITHIN_SECONDS):
                    self.protocol = await begin(session, None)
                self.session = session
                self._started.set_result(None)
                await self._ended.wait()
        except FAULTS:
            # Whoever waits for it is told below.
            return
        finally:
            self.session = None
            self.end()
            if process is not None:
                await _killed(process)
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self._started.done():
                told = "the server does not start, or does not speak the protocol"
                self._started.set_exception(NotStarted(told))
                # Nobody may wait for it any more.
                self._started.exception()

    async def _process(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", _CONFINED, *self._command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=Pipes.LONGEST_LINE,
            env={},
            cwd=self.folder,
            start_new_session=True,
        )


@dataclass
class _Kept:
    """The servers by tenant and name, those that were used last at the end; and which tenants
    found no place for one, and when."""

    servers: OrderedDict[_Key, _Server] = field(default_factory=OrderedDict)
    wanted: dict[str, float] = field(default_factory=dict)

    def make_room(self, tenant_id: str) -> None:
        """Frees a place for a server of the tenant. A tenant has two at most, and one while another
        tenant found no place. Raises NotStarted where none is free yet."""
        now = asyncio.get_running_loop().time()
        for key in [key for key, each in self.servers.items() if each.is_over]:
            del self.servers[key]
        self.wanted = {id: at for id, at in self.wanted.items() if now - at < WANTED_SECONDS}
        most = MOST_OF_TENANT if self.wanted.keys() <= {tenant_id} else 1
        own = [key for key in self.servers if key[0] == tenant_id]
        if len(own) >= most and not self._ended_idle(own):
            raise NotStarted("as many servers of the image are at work for this tenant as may be")
        if len(self.servers) >= MOST_KEPT and not self._ended_idle(list(self.servers)):
            self.wanted[tenant_id] = now
            self._let_leave()
            raise NotStarted("as many servers of the image are at work as may be")
        self.wanted.pop(tenant_id, None)

    def _ended_idle(self, among: Sequence[_Key]) -> bool:
        idle = next((key for key in among if self.servers[key].users == 0), None)
        if idle is not None:
            self.servers.pop(idle).end()
        return idle is not None

    def _let_leave(self) -> None:
        """One that is its tenant's second goes once its calls have ended."""
        tenants = Counter(tenant_id for tenant_id, _ in self.servers)
        for (tenant_id, _), server in self.servers.items():
            if tenants[tenant_id] > 1:
                server.leaves = True
                return


_kept = PerLoop(_Kept)


async def read_baked(tenant_id: str, name: str, command: Sequence[str]) -> Listing:
    """The tools that the server lists. Raises NotRead, ListingRefused."""
    try:
        async with (
            _spoken_to(tenant_id, name, command, AWAITED_TO_READ_SECONDS) as server,
            asyncio.timeout(WITHIN_SECONDS),
        ):
            assert server.session is not None
            return await listing_of(server.session, server.protocol)
    except ListingRefused:
        raise
    except NotStarted as error:
        raise NotRead(str(error)) from error
    except FAULTS:
        raise NotRead("the server does not answer") from None


async def call_baked(
    tenant_id: str,
    name: str,
    command: Sequence[str],
    *,
    protocol: str,
    tool: str,
    arguments: Mapping[str, Any],
    reply: Reply | None = None,
) -> ToolOutcome:
    """What became of the call, which was sent at most once, within ten seconds. A server that does
    not answer is ended. Raises nothing but what ends the task."""
    was_sent = False
    try:
        async with _spoken_to(tenant_id, name, command, AWAITED_SECONDS) as server:
            if server.session is None or server.protocol != protocol:
                return Refused(reason=f"the server speaks {server.protocol}, not {protocol}")
            was_sent = True
            try:
                async with asyncio.timeout(WITHIN_SECONDS):
                    result = await server.session.called(tool, arguments, reply)
            except TimeoutError:
                server.end()
                raise
            return outcome_of(result)
    except NotStarted as error:
        return NeverSent(reason=str(error))
    except FAULTS as error:
        refused = told_by(error)
        if refused is not None:
            return refused
        if not was_sent:
            return NeverSent(reason="the server does not start")
        return Unknown(reason="the server broke off before it had answered")


async def end_servers() -> None:
    """Ends all servers of the running loop."""
    kept = _kept.forget()
    for each in list(kept.servers.values()) if kept is not None else ():
        await each.gone()


@asynccontextmanager
async def _spoken_to(
    tenant_id: str, name: str, command: Sequence[str], within: float
) -> AsyncIterator[_Server]:
    """The tenant's server, which is not ended meanwhile. Raises NotStarted."""
    kept, key = _kept.here(), (tenant_id, name)
    server = kept.servers.get(key)
    if server is None or server.is_over:
        kept.make_room(tenant_id)
        server = kept.servers[key] = _Server(command)
    if server.leaves:
        raise NotStarted("another tenant waits for the place of the server")
    kept.servers.move_to_end(key)
    server.users += 1
    try:
        await server.started(within)
        yield server
    finally:
        server.users -= 1
        if server.leaves and server.users == 0:
            server.end()


async def _killed(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
