"""`make setup` installs what the lock says, also with an old pip while newer releases exist."""

import re
from pathlib import Path

import pytest

from tests.requirements.checkouts import ROOT, Checkout
from tests.requirements.index import Index

# From this release on, pip knows that the pin of a package also holds for it with an extra.
RESOLVES_EXTRAS = (23, 3)
LOCKED = {"fuel": "1.0", "meter": "1.0", "plugin": "1.0"}


@pytest.mark.nightly
def test_the_locked_version_is_installed_while_a_newer_one_is_offered(
    tmp_path: Path, index: Index, lock: str
) -> None:
    checkout = Checkout.make(tmp_path / "checkout", lock, PIP_INDEX_URL=index.url)
    done = checkout.set_up()
    assert done.returncode == 0, done.stderr
    assert checkout.installed() == LOCKED
    assert (done.stdout, done.stderr) == ("Installing the locked requirements into .venv ...\n", "")
    again = checkout.set_up()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


@pytest.mark.nightly
def test_an_old_pip_cannot_resolve_the_same_lock(
    tmp_path: Path, index: Index, lock: str, virtualenv: Path
) -> None:
    checkout = Checkout.make(tmp_path / "checkout", lock, virtualenv, PIP_INDEX_URL=index.url)
    if checkout.version_of_pip() >= RESOLVES_EXTRAS:
        pytest.skip("this Python's pip can; make test-nightly takes the oldest one")
    checkout.let_pip_resolve()
    done = checkout.set_up()
    assert done.returncode != 0
    assert "must have their versions pinned" in done.stderr


def test_a_lock_that_lacks_a_package_is_refused(
    tmp_path: Path, index: Index, lock: str, virtualenv: Path
) -> None:
    incomplete = "".join(re.findall(r"(?:fuel|plugin)==.*\n.*\n", lock))
    checkout = Checkout.make(tmp_path / "checkout", incomplete, virtualenv, PIP_INDEX_URL=index.url)
    done = checkout.set_up()
    assert done.returncode != 0
    assert "plugin 1.0 requires meter" in done.stdout
    assert not list((checkout.folder / ".venv").glob(".ready-*"))


def test_a_package_with_another_hash_is_refused(
    tmp_path: Path, index: Index, lock: str, virtualenv: Path
) -> None:
    forged = re.sub("sha256:[0-9a-f]{8}", f"sha256:{8 * '0'}", lock, count=1)
    checkout = Checkout.make(tmp_path / "checkout", forged, virtualenv, PIP_INDEX_URL=index.url)
    done = checkout.set_up()
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
def test_the_lock_keeps_extras_and_names_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    assert re.search(r"^google-api-core\[grpc\]==", text, re.MULTILINE)
    assert re.search(r"^psycopg\[binary, ?pool\]==", text, re.MULTILINE)
