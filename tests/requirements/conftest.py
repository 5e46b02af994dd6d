"""A lock that an old pip cannot resolve, and what it is installed from."""

import ensurepip
import sys
import zipfile
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
    """An empty one with the pip that this Python ships, which takes four seconds of a processor to
    install and none to unpack."""
    checkout = Checkout.make(tmp_path_factory.mktemp("template") / "checkout", "")
    wheel = next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"), None)
    without = [] if wheel is None else ["--without-pip"]
    checkout.run(sys.executable, "-m", "venv", *without, ".venv").check_returncode()
    if wheel is not None:
        (packages,) = (checkout.folder / ".venv").glob("lib/python*/site-packages")
        with zipfile.ZipFile(wheel) as content:
            content.extractall(packages)
    return checkout.folder / ".venv"
