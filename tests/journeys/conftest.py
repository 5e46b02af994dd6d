"""One platform a session, with every function of the checkout in process; a tenant each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators.options import Options
from emulators.running import RunningPlatform, running_platform
from tests.journeys.world import World

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    state = tmp_path_factory.mktemp("platform")
    options = Options(root=ROOT, state=state, in_process=True, backoff=("0.1s", "0.5s"))
    with running_platform(options) as platform:
        yield platform


@pytest.fixture
def world(running: RunningPlatform) -> Iterator[World]:
    running.client.disarm()
    yield World(running.client)
    running.client.disarm()
