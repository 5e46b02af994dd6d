"""The tools function, people at its connectors, and the reference server."""

from collections.abc import Iterator

import pytest

from tests.functions.tools.conftest import cloud, issuing_key, later, targets, topic, world
from tests.functions.tools.mcp.others import everything
from tests.functions.tools.mcp.people import Desk
from tests.functions.tools.worlds import World

__all__ = ["cloud", "issuing_key", "later", "targets", "topic", "world"]


@pytest.fixture(scope="module")
def reference() -> Iterator[str]:
    """The address of the reference server of the protocol's authors."""
    with everything() as url:
        yield url


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
