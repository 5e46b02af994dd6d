"""The oldest pip that is supported, from the registry, installs a lock and our own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.requirements.checkouts import OLDEST_PIP, OLDEST_PIP_HASH, ROOT, Checkout
from tests.requirements.index import Index

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]
LOCK = ROOT / "requirements" / "dev.txt"


@pytest.fixture(scope="module")
def oldest_pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pip")
    lock = folder / "pip.txt"
    lock.write_text(f"pip=={OLDEST_PIP} --hash=sha256:{OLDEST_PIP_HASH}\n")
    [wheel] = _download(lock, folder / "wheels")
    return wheel


def _download(lock: Path, into: Path) -> list[Path]:
    """Each locked package as a wheel."""
    options = ("--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:")
    command = [sys.executable, "-m", "pip", "download", *options, "-r", str(lock), "-d", str(into)]
    subprocess.run(command, check=True, timeout=600)
    return list(into.glob("*.whl"))


def test_it_installs_the_locked_version_while_a_newer_one_is_offered(
    tmp_path: Path, index: Index, lock: str, oldest_pip: Path
) -> None:
    checkout = Checkout.make(tmp_path / "checkout", lock, PIP_INDEX_URL=index.url)
    checkout.install_pip(oldest_pip)
    assert checkout.version_of_pip() == (22, 3)
    done = checkout.set_up()
    assert done.returncode == 0, done.stderr
    assert checkout.installed() == {"fuel": "1.0", "meter": "1.0", "plugin": "1.0"}


def test_it_cannot_resolve_the_same_lock(
    tmp_path: Path, index: Index, lock: str, oldest_pip: Path
) -> None:
    checkout = Checkout.make(tmp_path / "checkout", lock, PIP_INDEX_URL=index.url)
    checkout.install_pip(oldest_pip)
    checkout.let_pip_resolve()
    done = checkout.set_up()
    assert done.returncode != 0
    assert "must have their versions pinned" in done.stderr


def test_it_installs_our_own_lock_without_a_network(tmp_path: Path, oldest_pip: Path) -> None:
    wheels = _download(LOCK, tmp_path / "wheels")
    checkout = Checkout.make(
        tmp_path / "checkout",
        LOCK.read_text(),
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(tmp_path / "wheels"),
    )
    checkout.install_pip(oldest_pip)
    done = checkout.set_up()
    assert done.returncode == 0, done.stderr
    ours = [wheel for wheel in wheels if not wheel.name.startswith(("pip-", "setuptools-"))]
    assert len(checkout.installed()) == len(ours)
