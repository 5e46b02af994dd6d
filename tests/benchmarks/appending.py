"""How many audit entries a second of the database's processor appends."""

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
import psycopg
from psycopg import Connection

from emulators.directory import PlatformDirectory
from emulators.postgres import Postgres
from functions.audit.appender import MOST_TOGETHER
from functions.audit.rules.evidence import NewEntry, new_entry
from functions.audit.store import APPEND
from shared.kit.ids import derive_id
from shared.storage.migrate import migrate
from tests.benchmarks.figures import Figure, at_least
from tests.functions.audit.chains import AT, event

GROUPS = 120
ALONE = 1_500
FEWEST_A_SECOND = 10_000
TENANT = "bench"


def measure() -> dict[str, Figure]:
    """Entries for each second of processor time of the backend that appends them, as the functions'
    role, with every index and row-level security; each call is a commit."""
    with database() as server, psycopg.connect(server.dsn, autocommit=True) as connection:
        entries = [decided(TENANT, number) for number in range(GROUPS * MOST_TOGETHER + ALONE)]
        _append(connection, entries[-MOST_TOGETHER:])  # Plans and pages are warm.
        alone = _rate(connection, [[each] for each in entries[-ALONE:-MOST_TOGETHER]])
        firsts = range(0, GROUPS * MOST_TOGETHER, MOST_TOGETHER)
        together = _rate(connection, [entries[at : at + MOST_TOGETHER] for at in firsts])
    return {
        "audit entries appended": Figure(together, "a cpu-second", aim=at_least(FEWEST_A_SECOND)),
        "audit entries appended one by one": Figure(alone, "a cpu-second"),
    }


def decided(tenant: str, number: int) -> NewEntry:
    """An entry of about the size of a decision's."""
    data = {
        "approval_id": derive_id("apr", AT, str(number)),
        "decision": "approve",
        "decided_by": "gala",
        "capacity": "governor",
        "decision_hash": f"{number:064x}",
        "subject": {"type": "agent", "id": derive_id("agt", AT, str(number)), "name": "writer"},
        "signature": "e" * 700,
    }
    approved = event(
        tenant, number, type="assent.approval.approved.v1", data=json.dumps(data), sequence=2
    )
    return new_entry(approved.attributes(), approved.data)


def _rate(connection: "Connection[tuple[object, ...]]", groups: list[list[NewEntry]]) -> float:
    backend = psutil.Process(connection.info.backend_pid)
    before = sum(backend.cpu_times()[:2])
    for group in groups:
        _append(connection, group)
    return sum(map(len, groups)) / (sum(backend.cpu_times()[:2]) - before)


def _append(connection: "Connection[tuple[object, ...]]", group: list[NewEntry]) -> None:
    with connection.transaction():
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (TENANT,))
        connection.execute(APPEND, (TENANT, *map(list, zip(*group, strict=True))))


class Addresses(NamedTuple):
    """Of a database: for the functions' role, and for its owner."""

    dsn: str
    owner: str


@contextmanager
def database() -> Iterator[Addresses]:
    """A new database of a server of its own, migrated."""
    with tempfile.TemporaryDirectory(prefix="assent-bench-") as folder, asyncio.Runner() as runner:
        server = runner.run(Postgres.start(PlatformDirectory(Path(folder))))
        before = os.environ.get("ASSENT_POSTGRES_ADMIN_DSN")
        os.environ["ASSENT_POSTGRES_ADMIN_DSN"] = server.dsn()
        try:
            migrate()
            yield Addresses(server.dsn("assent_app"), server.dsn())
        finally:
            os.environ.pop("ASSENT_POSTGRES_ADMIN_DSN")
            if before is not None:
                os.environ["ASSENT_POSTGRES_ADMIN_DSN"] = before
            runner.run(server.stop())
