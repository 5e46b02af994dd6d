"""A tenant of the shared platform, and a platform of real processes for what only they show."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.options import Options
from emulators.running import RunningPlatform, running_platform
from tests.journeys.world import World

ROOT = Path(__file__).parents[2]


@pytest.fixture
def world(running: RunningPlatform) -> Iterator[World]:
    running.client.disarm()
    yield World(running.client)
    running.client.disarm()


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """Every function as a process of its own: what one has read, only its end makes it forget."""
    state = tmp_path_factory.mktemp("processes")
    options = Options(root=ROOT, state=state, backoff=("0.1s", "0.5s"))
    with running_platform(options) as platform:
        yield platform
