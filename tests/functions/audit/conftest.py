"""The audit log on a real PostgreSQL, its checkpoints on the Firestore emulator."""

import uuid
from collections.abc import AsyncIterator, Iterator

import pytest

from emulators.buckets import Buckets
from shared.kit.variables import bucket_variable
from tests.conftest import NAMES
from tests.functions.approvals.conftest import cloud
from tests.functions.audit.chains import Chain
from tests.shared.cloud import Cloud

__all__ = ["cloud"]


@pytest.fixture(scope="module")
def buckets(bucket_server: Buckets) -> Iterator[Buckets]:
    """Where this function keeps checkpoints and archives."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSENT_BUCKETS_URL", bucket_server.url)
        for name in NAMES:
            environment.setenv(bucket_variable(name), name)
        yield bucket_server


@pytest.fixture
def tenant(database: str) -> str:
    return f"tenant-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def chain(tenant: str, database: str, cloud: Cloud, buckets: Buckets) -> AsyncIterator[Chain]:
    """The chain of a tenant nobody else has, whole wires, and its database's owner. What a test
    broke waits for no later schedule."""
    cloud.mend()
    chain = Chain(tenant, database)
    yield chain
    await chain.tamper("DELETE FROM audit_heads WHERE {tenant}")
