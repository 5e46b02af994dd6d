"""What is in each archive, and what is not."""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.packaging import PYTHON_VERSION, Archive, build_archive
from infra.packaging.reach import reach_of
from infra.packaging.requirements import direct_distributions, read_lock
from shared.manifest import Deployable, Manifests
from tests.infra.packaging.conftest import ROOT

# Never deployed, whatever imports them.
TOOLS = ("docs/", "emulators/", "infra/", "tests/", "build/", "requirements/", ".github/")


@pytest.fixture
def required(archive: Archive) -> set[str]:
    return set(_pins(_read(archive, "requirements.txt")))


def test_the_same_checkout_gives_the_same_bytes(
    manifests: Manifests, deployable: Deployable, archive: Archive, tmp_path: Path
) -> None:
    again = build_archive(manifests, deployable, tmp_path)
    assert again.path.read_bytes() == archive.path.read_bytes()
    assert again.sha256 == hashlib.sha256(archive.path.read_bytes()).hexdigest()


def test_no_time_or_owner_of_this_machine_is_packed(archive: Archive) -> None:
    with zipfile.ZipFile(archive.path) as content:
        assert {entry.date_time for entry in content.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in content.infolist()} == {0o100644}


def test_the_entry_file_offers_the_target_and_no_other(
    archive: Archive, deployable: Deployable
) -> None:
    assert f"__all__ = [{deployable.target!r}]".replace("'", '"') in _read(archive, "main.py")


def test_no_tests_tools_or_other_functions_are_packed(
    archive: Archive, deployable: Deployable, manifests: Manifests
) -> None:
    others = {
        f"{folder.relative_to(ROOT).as_posix()}/"
        for noun, folder in manifests.folders.items()
        if noun != deployable.noun
    }
    assert not [name for name in archive.files if name.startswith((*TOOLS, *others))]


def test_only_python_files_the_requirements_and_the_version_are_packed(archive: Archive) -> None:
    """Nothing that runs opens a file of the checkout; the first that does adds it here."""
    others = {name for name in archive.files if not name.endswith(".py")}
    assert others == {"requirements.txt", ".python-version"}
    assert _read(archive, ".python-version").strip() == PYTHON_VERSION


def test_what_only_the_other_side_imports_is_left_out(archives: Mapping[str, Archive]) -> None:
    assert "functions/approvals/reactions.py" not in archives["approvals"].files
    assert "functions/approvals/api/approvals.py" not in archives["approvals-reactions"].files
    assert "shared/runtime/app.py" not in archives["mobile-api-reactions"].files
    assert "shared/storage/postgres.py" in archives["audit-reactions"].files
    assert "shared/storage/migrate.py" not in archives["audit-reactions"].files


def test_every_pin_is_the_locks_with_its_hashes(archive: Archive) -> None:
    lock = (ROOT / "requirements" / "runtime.txt").read_text()
    entries = _read(archive, "requirements.txt").strip().split("\n", 1)
    assert entries
    for line in _read(archive, "requirements.txt").splitlines():
        assert f"{line}\n" in lock
    unhashed = [
        pin for pin, hashes in _pins(_read(archive, "requirements.txt")).items() if not hashes
    ]
    assert not unhashed


@pytest.mark.parametrize(
    ("package", "readers"),
    [
        ("psycopg", {"audit-reactions"}),
        ("psycopg-binary", {"audit-reactions"}),
        ("ruamel-yaml", {"agents", "agents-reactions"}),
        ("httpx", {"agents", "agents-reactions", "mobile-api"}),
        (
            "google-cloud-secret-manager",
            {"agents", "agents-reactions", "approvals", "approvals-reactions"},
        ),
    ],
)
def test_a_package_is_where_it_is_imported_and_nowhere_else(
    archives: Mapping[str, Archive], package: str, readers: set[str]
) -> None:
    having = {
        name
        for name, archive in archives.items()
        if package in _pins(_read(archive, "requirements.txt"))
    }
    assert having == readers


@pytest.mark.parametrize("package", ["alembic", "sqlalchemy", "pulumi", "pytest", "rich", "boto3"])
def test_no_tool_is_installed(archives: Mapping[str, Archive], package: str) -> None:
    for archive in archives.values():
        assert package not in _pins(_read(archive, "requirements.txt"))


def test_nothing_is_required_that_neither_we_nor_a_requirement_imports(
    deployable: Deployable, required: set[str]
) -> None:
    lock = read_lock(ROOT / "requirements" / "runtime.txt")
    direct = direct_distributions(reach_of(deployable, ROOT).foreign, lock)
    assert direct <= required
    assert "functions-framework" in direct
    wanted = set().union(*(_wanted(name) for name in required))
    assert required - direct <= wanted


def _wanted(package: str) -> set[str]:
    from importlib.metadata import requires

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    return {canonicalize_name(Requirement(text).name) for text in requires(package) or []}


def _read(archive: Archive, name: str) -> str:
    with zipfile.ZipFile(archive.path) as content:
        return content.read(name).decode()


def _pins(requirements: str) -> dict[str, int]:
    """How many hashes each package has."""
    pins: dict[str, int] = {}
    for line in requirements.splitlines():
        if "==" in line:
            pins[line.partition("==")[0].partition("[")[0]] = 0
        elif "--hash=sha256:" in line:
            pins[list(pins)[-1]] += 1
    return pins
