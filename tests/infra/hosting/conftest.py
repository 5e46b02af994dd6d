"""The whole program, as production would have it."""

import pytest

from infra.preview import Graph
from tests.infra.stacks import larger_graph, sound_graph


@pytest.fixture(scope="session")
def prod() -> Graph:
    return sound_graph()


@pytest.fixture(scope="session")
def at_home() -> Graph:
    """A stack with a domain of its own."""
    return larger_graph()
