"""What row-level security costs: the audit log's queries with it, and the same ones without."""

import statistics
from collections.abc import Callable, Sequence
from itertools import count

import psutil
import psycopg
from psycopg import Connection

from functions.audit.appender import MOST_TOGETHER
from functions.audit.store import APPEND, HASHES_AT_ONCE, READ_AT_ONCE
from tests.benchmarks.appending import database, decided
from tests.benchmarks.figures import Figure, at_most

MOST = 1.15
TENANTS = [f"clinic-{number}" for number in range(20)]
ENTRIES = 2_000
ROUNDS = 9
# Long enough for the processor's clock, which counts hundredths of a second.
SECONDS = 0.25
TABLES = ("audit_heads", "audit_entries", "audit_nodes")

Row = tuple[object, ...]
Query = tuple[str, Sequence[object]]

# As `functions.audit.store` asks, each with the tenant's condition, which the floor cannot go
# without.
QUERIES: dict[str, Query] = {
    "page": (
        "SELECT tenant_id, number, event_id, body, previous_hash, hash, at, actor, action, subject"
        " FROM audit_entries WHERE tenant_id = %s AND actor = %s"
        " ORDER BY at DESC, number DESC LIMIT 26",
        (TENANTS[3], "gala"),
    ),
    "count": (
        "SELECT count(*) FROM audit_entries WHERE tenant_id = %s AND number > %s",
        (TENANTS[3], 0),
    ),
    "read": (
        "SELECT tenant_id, number, event_id, body, previous_hash, hash FROM audit_entries"
        " WHERE tenant_id = %s AND number > %s ORDER BY number LIMIT %s",
        (TENANTS[3], 500, READ_AT_ONCE),
    ),
    "hashes": (
        "SELECT number, hash FROM audit_entries WHERE tenant_id = %s AND number > %s"
        " ORDER BY number LIMIT %s",
        (TENANTS[3], 0, HASHES_AT_ONCE),
    ),
}


def measure() -> dict[str, Figure]:
    """Milliseconds of the backend's processor time for each query and for each group of appended
    entries: in a database as it is, and in one whose tables have no row-level security, in
    turns."""
    with database() as secured, database() as bare:
        with psycopg.connect(bare.owner, autocommit=True) as owner:
            for table in TABLES:
                owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        with (
            psycopg.connect(secured.dsn, autocommit=True) as with_it,
            psycopg.connect(bare.dsn, autocommit=True) as without_it,
        ):
            for connection in (with_it, without_it):
                _fill(connection)
            for each in (secured, bare):
                with psycopg.connect(each.owner, autocommit=True) as owner:
                    owner.execute("VACUUM ANALYZE")
            figures = {
                name: _compared(_asking(with_it, query), _asking(without_it, query))
                for name, query in QUERIES.items()
            }
            figures["append"] = _compared(_appending(with_it), _appending(without_it))
    return {f"row security: {name}": figure for name, figure in figures.items()}


Work = tuple[psutil.Process, Callable[[], None]]


def _compared(with_it: Work, without_it: Work) -> Figure:
    """The median of rounds in turns, of which each begins with the other one."""
    times = _calls(with_it), _calls(without_it)
    ours: list[float] = []
    floors: list[float] = []
    for number in range(ROUNDS):
        first = (with_it, times[0], ours), (without_it, times[1], floors)
        for work, calls, into in first if number % 2 else reversed(first):
            into.append(_processor_ms(work, calls))
    return Figure(statistics.median(ours), "ms", floor=statistics.median(floors), aim=at_most(MOST))


def _calls(work: Work) -> int:
    """How many calls take as long as a round should."""
    calls = 8
    while (spent := _processor_ms(work, calls) * calls / 1_000) < SECONDS:
        calls = calls * 2 if spent < SECONDS / 4 else int(calls * SECONDS / spent) + 1
    return calls


def _processor_ms(work: Work, calls: int) -> float:
    backend, act = work
    before = sum(backend.cpu_times()[:2])
    for _ in range(calls):
        act()
    return (sum(backend.cpu_times()[:2]) - before) * 1_000 / calls


def _asking(connection: "Connection[Row]", query: Query) -> Work:
    def ask() -> None:
        with connection.transaction():
            _choose(connection, TENANTS[3])
            connection.execute(*query).fetchall()

    return psutil.Process(connection.info.backend_pid), ask


def _appending(connection: "Connection[Row]") -> Work:
    numbers = count(10 * ENTRIES, MOST_TOGETHER)

    def append() -> None:
        _append(connection, TENANTS[5], next(numbers), MOST_TOGETHER)

    return psutil.Process(connection.info.backend_pid), append


def _fill(connection: "Connection[Row]") -> None:
    for tenant in TENANTS:
        for first in range(0, ENTRIES, MOST_TOGETHER):
            _append(connection, tenant, first, MOST_TOGETHER)


def _append(connection: "Connection[Row]", tenant: str, first: int, many: int) -> None:
    group = [decided(tenant, number) for number in range(first, first + many)]
    with connection.transaction():
        _choose(connection, tenant)
        connection.execute(APPEND, (tenant, *map(list, zip(*group, strict=True))))


def _choose(connection: "Connection[Row]", tenant: str) -> None:
    connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
