"""The audit log on a real PostgreSQL, its checkpoints on the Firestore emulator."""

import uuid
from collections.abc import AsyncIterator

import pytest

from emulators.buckets import Buckets
from tests.functions.approvals.conftest import cloud
from tests.functions.audit.chains import Chain
from tests.shared.cloud import Cloud

__all__ = ["cloud"]


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
