"""The real programs behind the platform, started once a session and only when a test asks."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from emulators.firestore import FirestoreEmulator
from emulators.google_cli import find_tools
from emulators.postgres import Postgres
from emulators.pubsub.emulator import PubsubEmulator
from emulators.workplace import Workplace


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace(tmp_path_factory.mktemp("backing"))


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
async def firestore_emulator(
    workplace: Workplace, http: aiohttp.ClientSession
) -> AsyncIterator[FirestoreEmulator]:
    emulator = await FirestoreEmulator.start(find_tools(), workplace, http)
    yield emulator
    await emulator.stop()


@pytest.fixture(scope="session")
async def pubsub_emulator(
    workplace: Workplace, http: aiohttp.ClientSession
) -> AsyncIterator[PubsubEmulator]:
    emulator = await PubsubEmulator.start(find_tools(), workplace, http)
    yield emulator
    await emulator.stop()


@pytest.fixture(scope="session")
async def postgres(workplace: Workplace) -> AsyncIterator[Postgres]:
    """A server with an empty database."""
    server = await Postgres.start(workplace)
    yield server
    await server.stop()
