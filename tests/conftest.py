"""The real programs behind the platform, only when a test asks: one of each for all tests."""

import asyncio
import gc
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from hypothesis import settings

from emulators.buckets import Buckets, create_buckets
from emulators.directory import PlatformDirectory
from emulators.options import Options
from emulators.running import RunningPlatform, running_platform
from shared.kit.variables import bucket_variable
from shared.manifest import load_manifests
from shared.runtime.settings import runtime_settings
from shared.storage import postgres as storage
from shared.storage import secrets
from shared.storage.migrate import migrate
from tests import by_day
from tests.backing import FIRESTORE, POSTGRES, PUBSUB, Service, service
from tests.examples import DAY
from tests.forgetting import forget_events

settings.load_profile(DAY)
# Until all is collected, hardly anything is garbage, and to look for it takes a fifth of that time.
gc.disable()

ROOT = Path(__file__).parents[1]
# So many cases of a test that calls functions with their services run by day, where it says nothing
# else: its cases differ in a value, which rules are tested with, or in where a process dies.
OF_FUNCTIONS = 2
# Its modules share people.
_CONSOLE = ROOT / "tests" / "journeys" / "console"
_FUNCTIONS = (ROOT / "tests" / "functions", ROOT / "tests" / "mobile_api")
NAMES = [*load_manifests(ROOT).buckets]
_RUNNING = pytest.StashKey[RunningPlatform]()
_ON_PLATFORM = pytest.StashKey[set[Path]]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make test` leaves to the night, whatever was chosen to run: cases beyond those of
    `by_day` are nightly, and tests that their names leave out are deferred."""
    cases = [_case(item) for item in items]
    nightly, deferred = by_day.cases_left(cases), by_day.left_to_the_night(cases, by_day.proofs())
    for item in items:
        if item.nodeid in nightly:
            item.add_marker(pytest.mark.nightly)
        if item.nodeid in deferred:
            item.add_marker(pytest.mark.deferred)


def _case(item: pytest.Item) -> by_day.Case:
    return by_day.Case(
        id=item.nodeid,
        calls_services=_asks_for_services(item) or item.get_closest_marker("platform") is not None,
        is_nightly=item.get_closest_marker("nightly") is not None,
        is_daily=item.get_closest_marker("daily") is not None,
        most=_most_by_day(item),
    )


def _most_by_day(item: pytest.Item) -> int | None:
    """How many of the test's cases run by day; None for all of them."""
    if marker := item.get_closest_marker("by_day"):
        most: int = marker.args[0]
        return most
    is_of_functions = any(item.path.is_relative_to(each) for each in _FUNCTIONS)
    return OF_FUNCTIONS if is_of_functions and _asks_for_services(item) else None


def _asks_for_services(item: pytest.Item) -> bool:
    return not by_day.SERVICES.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays until the end: no collection of garbage walks it."""
    session.config.stash[_ON_PLATFORM] = {
        item.path for item in session.items if "running" in getattr(item, "fixturenames", ())
    }
    gc.collect()
    gc.freeze()
    # A collection for each seven hundred new objects takes three per cent of a processor.
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> PlatformDirectory:
    return PlatformDirectory(tmp_path_factory.mktemp("backing"))


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
async def firestore_emulator(
    directory: PlatformDirectory, http: aiohttp.ClientSession
) -> AsyncIterator[Service]:
    async with service(FIRESTORE, directory, http) as emulator:
        yield emulator


@pytest.fixture(scope="session")
async def pubsub_emulator(
    directory: PlatformDirectory, http: aiohttp.ClientSession
) -> AsyncIterator[Service]:
    async with service(PUBSUB, directory, http) as emulator:
        yield emulator


@pytest.fixture(scope="session")
async def postgres(
    directory: PlatformDirectory, http: aiohttp.ClientSession
) -> AsyncIterator[Service]:
    async with service(POSTGRES, directory, http) as server:
        yield server


@pytest.fixture(scope="session")
async def bucket_server(directory: PlatformDirectory) -> AsyncIterator[Buckets]:
    """A service of buckets, with those of the manifests."""
    server = await Buckets.start(ROOT, directory)
    await create_buckets(server.url, NAMES)
    yield server
    await server.stop()


@pytest.fixture(scope="module")
def buckets(bucket_server: Buckets) -> Iterator[Buckets]:
    """Where functions of this process keep what they keep in buckets."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSENT_BUCKETS_URL", bucket_server.url)
        for name in NAMES:
            environment.setenv(bucket_variable(name), name)
        yield bucket_server


@pytest.fixture(scope="module")
def project() -> str:
    """A Google Cloud project that only this module's tests use."""
    return f"assent-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
async def empty_database(postgres: Service) -> AsyncIterator[str]:
    """The name of a new database; ASSENT_POSTGRES_ADMIN_DSN names it to the migrations."""
    async with _new_database(postgres) as name:
        with _administered(name, postgres):
            yield name


@pytest.fixture(scope="session")
async def migrated_database(postgres: Service) -> AsyncIterator[str]:
    """The name of a migrated database to which nobody is connected: others are copied from it."""
    async with _new_database(postgres) as name:
        with _administered(name, postgres):
            await asyncio.to_thread(migrate)
        async with await _owner(postgres) as owner:
            await owner.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
                (name,),
            )
        yield name


@pytest.fixture(scope="module")
async def database(postgres: Service, migrated_database: str) -> AsyncIterator[str]:
    """The address, for its owner, of a migrated database that our own functions are connected to
    as the role that owns nothing."""
    async with _new_database(postgres, f"TEMPLATE {migrated_database}") as name:
        with storage._pools.anew(), _administered(name, postgres) as environment:
            environment.setenv("ASSENT_POSTGRES_DSN", _of(name, postgres.dsn("assent_app")))
            environment.setenv("ASSENT_POSTGRES_CONNECTIONS", "4")
            yield _of(name, postgres.dsn())
            await storage.disconnect()


@asynccontextmanager
async def _new_database(postgres: Service, *options: str) -> AsyncIterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    async with await _owner(postgres) as owner:
        await owner.execute(" ".join((f"CREATE DATABASE {name}", *options)).encode())
        yield name
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def _administered(name: str, postgres: Service) -> Iterator[pytest.MonkeyPatch]:
    """Within it, ASSENT_POSTGRES_ADMIN_DSN names that database to the migrations."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSENT_POSTGRES_ADMIN_DSN", _of(name, postgres.dsn()))
        yield environment


async def _owner(postgres: Service) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(postgres.dsn(), autocommit=True)


def _of(database: str, dsn: str) -> str:
    return f"{dsn.rpartition('/')[0]}/{database}"


@pytest.fixture(scope="session")
def running(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RunningPlatform]:
    """The whole platform with every function of the checkout in this process. Modules of tests that
    do not use it are not in its environment."""
    state = tmp_path_factory.mktemp("platform")
    options = Options(root=ROOT, state=state, in_process=True, backoff=("0.1s", "0.5s"))
    with running_platform(options) as platform, _remembering_nothing():
        request.config.stash[_RUNNING] = platform
        yield platform
        del request.config.stash[_RUNNING]


@pytest.fixture(scope="module", autouse=True)
def own_environment(request: pytest.FixtureRequest) -> Iterator[None]:
    """Sets the whole platform aside, where it runs, for a module whose tests do not use it."""
    platform = request.config.stash.get(_RUNNING, None)
    if request.path in request.config.stash[_ON_PLATFORM]:
        yield
        if (
            running := request.config.stash.get(_RUNNING, None)
        ) and _CONSOLE not in request.path.parents:
            forget_events(running)
        return
    if platform is None:
        yield
        return
    with platform.set_aside(), _remembering_nothing():
        yield


@contextmanager
def _remembering_nothing() -> Iterator[None]:
    """What this process remembers of its environment is set aside until the block ends."""
    runtime_settings.cache_clear()
    with pytest.MonkeyPatch.context() as memory:
        memory.setattr(secrets, "_texts", {})
        yield
    runtime_settings.cache_clear()
