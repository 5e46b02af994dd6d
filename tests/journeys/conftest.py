"""A tenant for each test."""

from collections.abc import Iterator

import pytest

from emulators.running import RunningPlatform
from tests.journeys.world import World


@pytest.fixture
def world(running: RunningPlatform) -> Iterator[World]:
    running.client.disarm()
    yield World(running.client)
    running.client.disarm()
