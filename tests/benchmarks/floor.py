"""The floor of a cycle: six bare processes (`bare/cycle.py`) beside the platform, at the same
emulators and the same PostgreSQL, in a project and in tables of their own."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import httpx
import psutil

from emulators.ports import HOST
from tests.benchmarks.bare.cycle import AGENT, PLAN, TENANT, TEXT, bearer
from tests.benchmarks.connections import Connections
from tests.benchmarks.cycles import Cycles, Runner
from tests.benchmarks.function_process import bare, connected, function_process
from tests.benchmarks.hearing import Subscriber
from tests.benchmarks.started import Started

FLOOR, PROJECT = "floor", "assent-floor"
SOURCE = Path(__file__).parent / "bare" / "cycle.py"
# What each process hears: topics, and the path that they are pushed to.
HEARS: dict[str, tuple[tuple[str, ...], str]] = {
    "tools": ((), ""),
    "runs": ((), ""),
    "approvals": ((), ""),
    "runs-reactions": (("approved",), "/push/approved"),
    "approvals-reactions": (("asked",), "/push/asked"),
    "audit-reactions": (("started", "requested", "approved", "completed"), "/push/audit"),
}
HEARD = ("requested", "completed")
_TOPICS = ("started", "asked", "requested", "approved", "completed")
_LONGEST_SECONDS, _GLANCE_SECONDS = 60.0, 0.1
_TABLES = """
    create table floor_heads (tenant text primary key, number bigint, hash bytea);
    create table floor_entries (
      tenant text, id text, number bigint, hash bytea, body bytea,
      primary key (tenant, number), unique (tenant, id));
    insert into floor_heads values ('floor', 0, '');
"""


@asynccontextmanager
async def floor_of(platform: Started) -> AsyncIterator[Cycles]:
    """Its cycles, as a load generator drives ours."""
    with _processes(platform) as ports:
        await asyncio.to_thread(_prepare, platform, ports)
        said = {"Content-Type": "application/json"}
        starter, governor = (
            {**said, "Authorization": f"Bearer {bearer(who)}"} for who in ("ada", "gala")
        )
        runner = Runner(TENANT, "plan", starter, governor)
        async with (
            Connections(f"http://{HOST}:{ports['runs']}") as runs,
            Connections(f"http://{HOST}:{ports['approvals']}") as approvals,
            Subscriber(platform.emulator("pubsub"), HEARD, PROJECT) as subscriber,
        ):
            cycles = Cycles(runs, subscriber, runner, lambda: _settle(platform, cycles), approvals)
            yield cycles


def floor_programs() -> dict[str, psutil.Process]:
    """Its processes that run."""
    found = {}
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # It may have ended meanwhile.
            if str(SOURCE) in each.cmdline():
                found[f"{FLOOR} {each.pid}"] = each
    return found


def _settle(platform: Started, cycles: Cycles) -> None:
    """Returns once every event of the cycles so far is an entry of the chain."""
    import psycopg

    expected = len(cycles.decided) * len(HEARS["audit-reactions"][0])
    give_up = time.monotonic() + _LONGEST_SECONDS
    with psycopg.connect(_dsn(platform), autocommit=True) as database:
        while True:
            (number,) = database.execute("select number from floor_heads").fetchone() or (0,)
            if number >= expected:  # An event may have been pushed twice.
                return
            if time.monotonic() > give_up:
                raise TimeoutError(f"{number} of {expected} entries were appended")
            time.sleep(_GLANCE_SECONDS)


@contextmanager
def _processes(platform: Started) -> Iterator[dict[str, int]]:
    env = platform.environment("audit-reactions") | {
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "FIRESTORE_EMULATOR_HOST": platform.emulator("firestore"),
        "PUBSUB_EMULATOR_HOST": platform.emulator("pubsub"),
        "ASSENT_POSTGRES_DSN": _dsn(platform),
    }
    ports: dict[str, int] = {}
    with ExitStack() as stack:
        # The first one is what others call.
        for name in HEARS:
            ports[name] = stack.enter_context(function_process(bare(env, SOURCE)))
            env["FLOOR_TOOLS_URL"] = f"http://{HOST}:{ports['tools']}"
        for port in ports.values():
            connected(port).close()
        yield ports


def _dsn(platform: Started) -> str:
    """As the owner of the database, who may make tables."""
    _, _, place = platform.environment("audit-reactions")["ASSENT_POSTGRES_DSN"].partition("@")
    return f"postgresql://postgres@{place}"


def _prepare(platform: Started, ports: dict[str, int]) -> None:
    """Tables, the plan and its agent, topics and who hears them."""
    import psycopg

    with psycopg.connect(_dsn(platform)) as database:
        database.execute(_TABLES.encode())
    with platform.documents(PROJECT) as client:
        for path in (PLAN, AGENT):
            client.document(path).set({"text": TEXT})
    own = f"projects/{PROJECT}"
    at = f"http://{platform.emulator('pubsub')}/v1/{own}"
    with httpx.Client(trust_env=False) as http:
        for topic in _TOPICS:
            http.put(f"{at}/topics/{topic}", json={}).raise_for_status()
        for name, (topics, path) in HEARS.items():
            pushed = {"pushEndpoint": f"http://{HOST}:{ports[name]}{path}"}
            for topic in topics:
                body = {"topic": f"{own}/topics/{topic}", "pushConfig": pushed}
                answer = http.put(
                    f"{at}/subscriptions/{topic}-{name}", json={**body, "ackDeadlineSeconds": 60}
                )
                answer.raise_for_status()
