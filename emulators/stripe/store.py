"""The objects of the account, in one file that outlives the process."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]
DueOf = Callable[[Document], int | None]
_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, kind TEXT, customer TEXT,
  clock TEXT, due INTEGER, body TEXT);
CREATE INDEX IF NOT EXISTS objects_of ON objects (kind, customer);
CREATE INDEX IF NOT EXISTS objects_due ON objects (clock, due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS payments_of ON objects (json_extract(body, '$.invoice'))
  WHERE kind = 'invoice_payment';
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY, asked TEXT, status INTEGER, body TEXT, at INTEGER);
CREATE TABLE IF NOT EXISTS deliveries (
  event TEXT, endpoint TEXT, clock TEXT, attempts INTEGER, due INTEGER, since INTEGER,
  patience INTEGER,
  PRIMARY KEY (event, endpoint));
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT);
"""
LIVE = ""


@dataclass(frozen=True)
class Delivery:
    """An event that an endpoint has not taken yet."""

    event: str
    endpoint: str
    clock: str
    attempts: int
    due: int
    since: int
    # How many attempts the clock's next step waits for.
    patience: int = 1


class Store:
    """Belongs to one thread. Whatever changes it runs inside `transaction`."""

    def __init__(self, file: Path | str, due_of: DueOf) -> None:
        self._due_of = due_of
        self._database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_TABLES)

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keeps all that the block changes, or nothing where it raises."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undoes all that the block changes."""
        self._database.execute("SAVEPOINT undone")
        try:
            yield
        finally:
            self._database.execute("ROLLBACK TO undone")
            self._database.execute("RELEASE undone")

    def save(self, document: Document) -> Document:
        """Adds an object, or replaces it."""
        clock = document.get("test_clock") or document.get("_clock") or LIVE
        row = (
            document["id"],
            document["object"],
            document.get("customer"),
            clock,
            self._due_of(document),
            json.dumps(document),
        )
        self._database.execute(
            "INSERT INTO objects (id, kind, customer, clock, due, body) VALUES (?,?,?,?,?,?)"
            " ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, clock = excluded.clock,"
            " due = excluded.due, body = excluded.body",
            row,
        )
        return document

    def remove(self, identifier: str) -> None:
        self._database.execute("DELETE FROM objects WHERE id = ?", (identifier,))

    def find(self, identifier: str) -> Document | None:
        """The object of that id, of whatever kind."""
        row = self._one("SELECT body FROM objects WHERE id = ?", identifier)
        return None if row is None else json.loads(row[0])

    def all(self, kind: str, customer: str | None = None) -> list[Document]:
        """The objects of a kind, or only a customer's, the oldest first."""
        if customer is None:
            rows = self._many("SELECT body FROM objects WHERE kind = ? ORDER BY sequence", kind)
        else:
            rows = self._many(
                "SELECT body FROM objects WHERE kind = ? AND customer = ? ORDER BY sequence",
                kind,
                customer,
            )
        return [json.loads(row[0]) for row in rows]

    def payments_of(self, invoice: str) -> list[Document]:
        """What was or is to be paid of an invoice, the oldest first: found without a look at those
        of other customers."""
        rows = self._many(
            "SELECT body FROM objects WHERE kind = 'invoice_payment'"
            " AND json_extract(body, '$.invoice') = ? ORDER BY sequence",
            invoice,
        )
        return [json.loads(row[0]) for row in rows]

    def next_due(self, clock: str) -> tuple[int, Document] | None:
        """What is due first on a clock."""
        row = self._one(
            "SELECT due, body FROM objects WHERE clock = ? AND due IS NOT NULL"
            " ORDER BY due, sequence LIMIT 1",
            clock,
        )
        return None if row is None else (row[0], json.loads(row[1]))

    def answered(self, key: str, since: int) -> tuple[str, int, str] | None:
        """The digest, status and body of an answer under that idempotency key, since then."""
        answer: tuple[str, int, str] | None = self._one(
            "SELECT asked, status, body FROM answers WHERE key = ? AND at >= ?", key, since
        )
        return answer

    def remember(self, key: str, params: str, status: int, body: str, at: int) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO answers VALUES (?,?,?,?,?)", (key, params, status, body, at)
        )

    def owe(self, delivery: Delivery) -> None:
        """Adds a delivery, or replaces it."""
        self._database.execute(
            "INSERT OR REPLACE INTO deliveries VALUES (?,?,?,?,?,?,?)",
            (
                delivery.event,
                delivery.endpoint,
                delivery.clock,
                delivery.attempts,
                delivery.due,
                delivery.since,
                delivery.patience,
            ),
        )

    def delivered(self, event: str, endpoint: str) -> None:
        self._database.execute(
            "DELETE FROM deliveries WHERE event = ? AND endpoint = ?", (event, endpoint)
        )

    def owed(self, event: str | None = None) -> list[Delivery]:
        """All deliveries that are owed, or those of an event."""
        rows = self._many("SELECT * FROM deliveries WHERE ? IS NULL OR event = ?", event, event)
        return [Delivery(*row) for row in rows]

    def untried(self, clock: str) -> bool:
        """Whether an event of that clock was sent less often than the next step waits for."""
        query = "SELECT 1 FROM deliveries WHERE clock = ? AND attempts < patience LIMIT 1"
        return self._one(query, clock) is not None

    def setting(self, name: str, default: Any) -> Any:
        row = self._one("SELECT value FROM settings WHERE name = ?", name)
        return default if row is None else json.loads(row[0])

    def set(self, name: str, value: Any) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO settings VALUES (?,?)", (name, json.dumps(value))
        )

    def _one(self, statement: str, *values: Any) -> Any:
        return self._database.execute(statement, values).fetchone()

    def _many(self, statement: str, *values: Any) -> list[Any]:
        return self._database.execute(statement, values).fetchall()
