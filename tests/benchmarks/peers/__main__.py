"""`python -m tests.benchmarks.peers`: the cycle by each peer, a bare prototype and Assent, as a
table. Peers lie in build/peers, where only `make bench-peers` installs them."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from emulators.directory import PlatformDirectory
from emulators.ports import free_port
from emulators.postgres import Postgres
from tests.benchmarks import runs
from tests.benchmarks.figures import Figure
from tests.benchmarks.started import ROOT
from tests.benchmarks.table import table_of

HERE, PEERS = Path(__file__).parent, ROOT / "build" / "peers"
PYTHON = PEERS / "venv" / "bin" / "python"
_LONGEST_SECONDS = 180
_IN_ONE = (
    "steps in one process: no record of a tool's own, no signature, policy, audit, event, budget; "
)
_LEFT_OUT = {
    "LangGraph": f"{_IN_ONE}who resumes is not asked who they are",
    "DBOS": f"{_IN_ONE}the message is anybody's",
    "Restate": f"{_IN_ONE}whoever reaches the port resolves the promise",
    "Floor": "bare processes that commit, sign, ask Cedar, publish and append as Assent does; no "
    "rules, limits, logs, conflicts, inbox, task; nothing is begun again",
    "Assent": "nothing of this: another function records each call, the assent is signed and "
    "verified, Cedar decides each request, an audit log has receipts, an inbox is kept",
}
_HEADINGS = ("", "cycles/s, 32 in flight", "one at a time", "approve to done, p50 ms", "leaves out")


class Cycled(NamedTuple):
    """What one of them came to; `why` it could not be measured."""

    name: str
    crowd: float = 0.0
    alone: float = 0.0
    decided_p50: float = 0.0
    why: str = ""


def main() -> int:
    """The exit status is 1 where one of them could not be measured."""
    found = list(_peers())
    figures = runs.measure()
    found += beside_floor(figures)
    table = Table(title="Start, a step, waiting for a person, approval, a step, done")
    for heading in _HEADINGS:
        table.add_column(heading)
    for each in found:
        numbers = (f"{each.crowd:.1f}", f"{each.alone:.1f}", f"{each.decided_p50:.0f}")
        table.add_row(
            each.name,
            *(numbers if not each.why else (each.why[-300:], "", "")),
            _LEFT_OUT[each.name],
        )
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(table)
    console.print(table_of(figures, {}))
    print("PostgreSQL and the emulators do not wait for a disk; Restate's server is as it comes.")
    return int(any(each.why for each in found))


def _peers() -> Iterator[Cycled]:
    with tempfile.TemporaryDirectory(prefix="assent-peers-") as folder, asyncio.Runner() as runner:
        server = runner.run(Postgres.start(PlatformDirectory(Path(folder))))
        try:
            yield _measured(
                "LangGraph", "with_langgraph.py", _database(runner, server, "langgraph")
            )
            yield _measured("DBOS", "with_dbos.py", _database(runner, server, "dbos"))
        finally:
            runner.run(server.stop())
        with _restate(Path(folder)) as addresses:
            yield _measured("Restate", "with_restate.py", *addresses)


def _database(runner: asyncio.Runner, server: Postgres, name: str) -> str:
    async def create() -> None:
        import psycopg

        async with await psycopg.AsyncConnection.connect(server.dsn(), autocommit=True) as database:
            await database.execute(f"create database {name}".encode())

    runner.run(create())
    return server.dsn().removesuffix("postgres") + name


@contextmanager
def _restate(folder: Path) -> Iterator[tuple[str, ...]]:
    """A server with its data in that folder: where it takes calls and deployments, and the port for
    the service."""
    binaries = PEERS.glob("node_modules/@restatedev/restate-server-*/bin/restate-server")
    binary = next(binaries, None)
    if binary is None:
        yield ("", "", "")
        return
    ingress, admin, service, fabric = (free_port() for _ in range(4))
    env = {
        **os.environ,
        "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{ingress}",
        "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{admin}",
        "RESTATE_BIND_ADDRESS": f"127.0.0.1:{fabric}",
        "RESTATE_ADVERTISED_ADDRESS": f"http://127.0.0.1:{fabric}",
        "RESTATE_BASE_DIR": str(folder / "restate"),
        "RESTATE_DISABLE_TELEMETRY": "true",
        "RESTATE_LOG_FILTER": "error",
        "DO_NOT_TRACK": "1",
    }
    with (folder / "restate.log").open("wb") as log:
        server = subprocess.Popen([str(binary)], env=env, stdout=log, stderr=log)
        try:
            yield (f"http://127.0.0.1:{ingress}", f"http://127.0.0.1:{admin}", str(service))
        finally:
            server.terminate()
            server.wait()


def _measured(name: str, script: str, *arguments: str) -> Cycled:
    command = [str(PYTHON), str(HERE / script), *arguments]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Cycled(name, why=str(error))
    if ended.returncode:
        return Cycled(name, why=ended.stderr.strip() or "it failed without a word")
    said = json.loads(ended.stdout.strip().rpartition("\n")[2])
    return Cycled(name, said["crowd"], said["alone"], said["decided_p50"])


def beside_floor(figures: Mapping[str, Figure]) -> list[Cycled]:
    """The bare prototype and Assent, of one run."""
    crowd, alone = figures["run_cycles"], figures["run_cycles_alone"]
    decided = {name: figures[f"run_decided_p50{name}"].value for name in ("", "_of_floor")}
    return [
        Cycled("Floor", crowd.floor or 0.0, alone.floor or 0.0, decided["_of_floor"]),
        Cycled("Assent", crowd.value, alone.value, decided[""]),
    ]


if __name__ == "__main__":
    sys.exit(main())
