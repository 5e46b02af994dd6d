"""A tenant for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from emulators.running import RunningPlatform
from functions.identity.settings import settings
from tests.journeys.person import Person
from tests.journeys.world import World
from tests.name_server import NameServer, name_server


@pytest.fixture
def world(running: RunningPlatform) -> Iterator[World]:
    running.client.disarm()
    yield World(running.client)
    running.client.disarm()


@pytest.fixture
def people(running: RunningPlatform) -> Iterator[Any]:
    running.client.disarm()
    found: list[Person] = []

    def person(name: str) -> Person:
        found.append(Person(running, name))
        return found[-1]

    yield person
    for each in found:
        each.browser.http.close()


@pytest.fixture
def names(running: RunningPlatform, monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """The name server that the platform asks."""
    with name_server() as server:
        monkeypatch.setenv("ASSENT_NAME_SERVER", server.address)
        settings.cache_clear()
        yield server
    settings.cache_clear()
