"""The whole program, as production would have it."""

import pytest

from infra.preview import Graph, graph
from tests.infra.stacks import settings


@pytest.fixture(scope="session")
def prod() -> Graph:
    return graph(settings())


@pytest.fixture(scope="session")
def at_home() -> Graph:
    """A stack with a domain of its own."""
    return graph(settings(domain="api.example.com"))
