"""The same tenants as in journeys, and the database behind them."""

import pytest
from google.cloud.firestore import Client

from emulators.running import RunningPlatform
from tests.journeys.conftest import world

__all__ = ["firestore", "world"]


@pytest.fixture
def firestore(running: RunningPlatform, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The database, with all rights."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", running.env["FIRESTORE_EMULATOR_HOST"])
    return Client(project=running.env["GOOGLE_CLOUD_PROJECT"])
