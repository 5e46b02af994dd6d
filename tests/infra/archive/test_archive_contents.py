"""What is in the archive, and what is not."""

import hashlib
import shutil
import zipfile
from pathlib import Path

import pytest

from infra.archive import PYTHON_VERSION, Archive, build_archive
from shared.manifest import Manifests, load_manifests
from tests.infra.archive.conftest import LOCK, ROOT

OURS = {"events", "functions", "mobile_api", "shared"}
# Only tools of the checkout read files beside their modules: a function could not.
READS_FILES = {
    "events/__main__.py",
    # shared/catalogue.toml, shared/operations.toml and shared/built_in_tools.toml, which are packed
    "events/catalogue.py",
    "events/operations.py",
    # what one of each counted thing costs, which is packed
    "functions/billing/rules/costs.py",
    # what every tenant can ask, which is packed; and where it starts what reads files
    "functions/knowledge/forbidden.py",
    "functions/knowledge/service/constitution.py",
    "functions/knowledge/reading/process.py",
    # the scripts beside them that start the processes of servers and skills
    "functions/tools/mcp/baked_servers.py",
    # the console as its build made it, which is packed
    "mobile_api/pages.py",
    # what is sold, which is packed
    "shared/catalogue/models.py",
    "shared/definitions/tools.py",
    # the models, packed for those who load them
    "shared/embeddings/files.py",
    "shared/language/files.py",
    # and where the process of the small one is started
    "shared/language/process.py",
    "shared/recognition/files.py",
    "shared/kit/pricing.py",
    "shared/kit/principals.py",
    # the policies and their schema, which are packed
    "shared/policy/platform.py",
    # itself, which a program in the sandbox must not reach
    "shared/sandbox/cloud_run.py",
    "shared/sandbox/workers.py",
    "shared/storage/migrate.py",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what archives are made of."""
    for name in (*OURS, "requirements"):
        skip = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skip)
    return tmp_path


def test_the_same_checkout_gives_the_same_bytes(checkout: Path, archive: Archive) -> None:
    again = _archive_of(checkout)
    assert again.path.read_bytes() == archive.path.read_bytes()
    assert again.sha256 == hashlib.sha256(archive.path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("file", "builds"),
    [
        ("functions/audit/main.py", True),
        ("requirements/runtime.txt", True),
        ("functions/audit/README.md", False),
        ("functions/audit/function.toml", False),
        ("requirements/dev.txt", False),
    ],
)
def test_only_what_an_image_is_built_from_changes_the_hash(
    checkout: Path, archive: Archive, file: str, builds: bool
) -> None:
    with (checkout / file).open("a") as changed:
        changed.write("\n# Another line.\n")
    assert (_archive_of(checkout).sha256 != archive.sha256) is builds


def test_another_lock_is_another_archive_of_the_same_code(checkout: Path, archive: Archive) -> None:
    (checkout / "requirements" / "models.txt").write_text("torch==1.0 --hash=sha256:0\n")
    other = build_archive(load_manifests(checkout), "models", checkout / "build")
    assert _read(other, "requirements.txt") == "torch==1.0 --hash=sha256:0\n"
    code = [{*_names(each)} for each in (archive, other)]
    assert code[0] == code[1]


def test_no_time_or_owner_of_this_machine_is_packed(archive: Archive) -> None:
    with zipfile.ZipFile(archive.path) as content:
        assert {entry.date_time for entry in content.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in content.infolist()} == {0o100644}


def test_every_entry_file_is_packed(archive: Archive, manifests: Manifests) -> None:
    entries = {each.source.relative_to(ROOT).as_posix() for each in manifests.deployables}
    assert entries <= set(_names(archive))


def test_no_tests_or_tools_are_packed(archive: Archive) -> None:
    folders = {name.partition("/")[0] for name in _names(archive) if "/" in name}
    assert folders == OURS


def test_only_python_files_the_requirements_and_the_version_are_packed(
    archive: Archive,
) -> None:
    others = {name for name in _names(archive) if not name.endswith(".py")}
    data = {
        "functions/billing/unit_costs.json",
        "functions/knowledge/constitution/checks.md",
        "functions/knowledge/constitution/domain.md",
        "functions/knowledge/constitution/forbidden.toml",
        "functions/knowledge/constitution/policies.md",
        "shared/catalogue.toml",
        "shared/catalogue/plans.toml",
        "shared/policy/schema.cedarschema",
        "shared/policy/platform/constitution.cedar",
        "shared/policy/platform/roles.cedar",
        "shared/built_in_tools.toml",
        "shared/operations.toml",
    }
    pages = ("mobile_api/console/dist/", "mobile_api/explorer/dist/")
    built = {name for name in others if name.startswith(pages)}
    assert {f"{each}index.html" for each in pages} <= built
    assert others - built == {"requirements.txt", ".python-version", *data}
    assert _read(archive, ".python-version").strip() == PYTHON_VERSION


def test_no_function_reads_a_file_that_is_not_packed(archive: Archive) -> None:
    with zipfile.ZipFile(archive.path) as content:
        modules = [name for name in content.namelist() if name.endswith(".py")]
        assert {name for name in modules if b"__file__" in content.read(name)} == READS_FILES


def test_it_requires_the_whole_lock(archive: Archive) -> None:
    assert _read(archive, "requirements.txt") == LOCK.read_text()


@pytest.mark.parametrize("package", ["alembic", "sqlalchemy", "pulumi", "pytest", "rich", "moto"])
def test_no_tool_is_installed(archive: Archive, package: str) -> None:
    assert f"\n{package}==" not in _read(archive, "requirements.txt")


def _archive_of(checkout: Path) -> Archive:
    return build_archive(load_manifests(checkout), "runtime", checkout / "build")


def _names(archive: Archive) -> list[str]:
    with zipfile.ZipFile(archive.path) as content:
        return content.namelist()


def _read(archive: Archive, name: str) -> str:
    with zipfile.ZipFile(archive.path) as content:
        return content.read(name).decode()
