"""Firestore as `shared.storage` meets it: the real emulator at the end of a wire."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from emulators.firestore import FirestoreEmulator
from shared.storage import firestore as storage
from shared.storage.firestore import TenantStore
from tests.shared.wire import Wire


@pytest.fixture(scope="module")
async def firestore_wire(firestore_emulator: FirestoreEmulator) -> AsyncIterator[Wire]:
    """Our own client is connected to it as long as the module's tests run."""
    wire = Wire(firestore_emulator.address)
    await wire.open()
    loop = asyncio.get_running_loop()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GOOGLE_CLOUD_PROJECT", "assent-local")
        environment.setenv("FIRESTORE_EMULATOR_HOST", wire.address)
        before = storage._clients.pop(loop, None)
        yield wire
        storage._clients.pop(loop, None)
        if before is not None:
            storage._clients[loop] = before
    await wire.close()


@pytest.fixture
def firestore(firestore_wire: Wire) -> Wire:
    """The wire, whole."""
    firestore_wire.mend()
    return firestore_wire


@pytest.fixture
def store(firestore: Wire) -> TenantStore:
    """A tenant nobody else has."""
    return TenantStore(f"tenant-{uuid.uuid4().hex[:12]}")
