"""The whole program, as production would have it."""

import uuid

import pytest

from infra.preview import Graph
from infra.preview.graph import graph_of_stack
from shared.storage.firestore import TenantStore
from tests.backing import Service
from tests.infra.stacks import sound_graph


@pytest.fixture(scope="session")
def prod() -> Graph:
    return sound_graph()


@pytest.fixture(scope="session")
def unpaid_and_unwatched() -> Graph:
    """A stack for trying things: no billing account, and nobody to tell."""
    return graph_of_stack("dev")


@pytest.fixture
def store(firestore_emulator: Service, monkeypatch: pytest.MonkeyPatch) -> TenantStore:
    """A tenant in a project of the test's own, because a sweep looks at every tenant."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", f"assent-{uuid.uuid4().hex[:12]}")
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.address)
    return TenantStore("acme")
