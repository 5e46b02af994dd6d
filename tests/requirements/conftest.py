"""A lock that an old pip cannot resolve, and what it is installed from."""

import sys
from pathlib import Path

import pytest

from tests.requirements.checkouts import Checkout
from tests.requirements.index import Index


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "simple")


@pytest.fixture
def lock(index: Index) -> str:
    """Complete, but without the extra: `plugin` needs `meter[toml]`, and a newer one exists."""
    entries = [
        index.offer("fuel", "1.0"),
        index.offer("meter", "1.0", ["fuel==1.0; extra == 'toml'"], ["toml"]),
        index.offer("plugin", "1.0", ["meter[toml]>=1.0"]),
    ]
    index.offer("meter", "2.0", ["fuel==1.0; extra == 'toml'"], ["toml"])
    return "".join(entries)


@pytest.fixture(scope="module")
def virtualenv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty one with the pip that this Python ships."""
    checkout = Checkout.make(tmp_path_factory.mktemp("template") / "checkout", "")
    checkout.run(sys.executable, "-m", "venv", ".venv").check_returncode()
    return checkout.folder / ".venv"
