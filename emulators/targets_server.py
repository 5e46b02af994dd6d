"""The server of counters and ledgers: what operations of `tools` act on, so that effects can be
counted. `python -m emulators.targets_server FILE PORT`.

A counter takes a key with each addition, and adds once however often the key comes. A ledger takes
no key: whoever appends twice has two lines. `POST /faults {"drop": 2}` closes the next connections
after the effect, without an answer; `{"refuse": 1}` answers 503 before any effect. At `/books` lies
a service of articles (`emulators/books.py`), and at `/mail` what a relay
received (`emulators/mailbox.py`)."""

import asyncio
import sqlite3
import sys
from pathlib import Path
from typing import Any

from aiohttp import web

from emulators import books, mailbox
from emulators.counted_faults import CountedFaults
from emulators.ports import HOST

_TABLES = """
CREATE TABLE IF NOT EXISTS additions (tenant, counter, key, amount, value,
  PRIMARY KEY (tenant, counter, key));
CREATE TABLE IF NOT EXISTS lines (tenant, ledger, line);
CREATE INDEX IF NOT EXISTS lines_of ON lines (tenant, ledger);
"""


class Targets:
    """All counters and ledgers, in one file that outlives the process."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(_TABLES)
        self._faults = CountedFaults(("drop", "refuse"))

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Adds once for each key, and answers the value after that addition."""
        if self._faults.takes("refuse"):
            raise web.HTTPServiceUnavailable
        place = self._place(request)
        body = await request.json()
        key, amount = body["key"], body["amount"]
        known = self._row(
            "SELECT amount, value FROM additions WHERE tenant=? AND counter=? AND key=?",
            *place,
            key,
        )
        if known is not None and known[0] != amount:
            raise web.HTTPConflict(text="the key came with another amount before")
        if known is None:
            before = self._value(place)
            known = (amount, before + amount)
            self._database.execute(
                "INSERT INTO additions VALUES (?,?,?,?,?)", (*place, key, *known)
            )
        return self._answer(request, {"value": known[1]})

    async def counter(self, request: web.Request) -> web.StreamResponse:
        """The value, and how many additions it is the sum of."""
        place = self._place(request)
        count = "SELECT count(*) FROM additions WHERE tenant=? AND counter=?"
        additions = self._row(count, *place)[0]
        return web.json_response({"value": self._value(place), "additions": additions})

    async def append(self, request: web.Request) -> web.StreamResponse:
        """Appends a line, whether it is there or not, and answers its position."""
        if self._faults.takes("refuse"):
            raise web.HTTPServiceUnavailable
        place = self._place(request)
        line = (await request.json())["line"]
        self._database.execute("INSERT INTO lines VALUES (?,?,?)", (*place, line))
        return self._answer(request, {"position": len(self._lines(place))})

    async def ledger(self, request: web.Request) -> web.StreamResponse:
        """All lines, in their order."""
        return web.json_response({"lines": self._lines(self._place(request))})

    async def fail(self, request: web.Request) -> web.StreamResponse:
        """Says how many of the next calls fail, and how."""
        await self._faults.arm(request)
        return self._faults.shown()

    def _answer(self, request: web.Request, body: Any) -> web.StreamResponse:
        if self._faults.takes("drop") and request.transport is not None:
            request.transport.abort()
        return web.json_response(body)

    def _value(self, place: tuple[str, str]) -> int:
        total = "SELECT coalesce(sum(amount), 0) FROM additions WHERE tenant=? AND counter=?"
        value: int = self._row(total, *place)[0]
        return value

    def _lines(self, place: tuple[str, str]) -> list[str]:
        found = "SELECT line FROM lines WHERE tenant=? AND ledger=? ORDER BY rowid"
        return [row[0] for row in self._database.execute(found, place)]

    def _row(self, statement: str, *values: Any) -> Any:
        return self._database.execute(statement, values).fetchone()

    @staticmethod
    def _place(request: web.Request) -> tuple[str, str]:
        return request.match_info["tenant"], request.match_info["name"]


def application(file: Path) -> web.Application:
    """The server's calls."""
    targets = Targets(file)
    app = web.Application()
    counter, ledger = "/tenants/{tenant}/counters/{name}", "/tenants/{tenant}/ledgers/{name}"
    app.router.add_post(f"{counter}/additions", targets.add)
    app.router.add_get(counter, targets.counter)
    app.router.add_post(f"{ledger}/lines", targets.append)
    app.router.add_get(ledger, targets.ledger)
    app.router.add_post("/faults", targets.fail)
    app.add_subapp("/books", books.application(books.Books(file)))
    received = mailbox.Mailbox(file)
    app.add_subapp("/mail", mailbox.application(received))
    app.cleanup_ctx.append(received.listening)
    return app


async def _serve(file: Path, port: int) -> None:
    runner = web.AppRunner(application(file), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
