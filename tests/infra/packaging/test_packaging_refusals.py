"""What cannot be packed is refused, by name, before anything is deployed."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.packaging import PackagingError
from infra.packaging.reach import Reach, reach_of
from infra.packaging.requirements import requirements_of
from shared.manifest import Deployable, Manifests
from tests.infra.packaging.conftest import ROOT

MAIN = """
def api(request):
    return _late()

def _late():
    from functions.notes.service import keep
    return keep

def react(request):
    from functions.notes.reactions import HANDLERS
    return HANDLERS
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for package in ("functions", "functions/notes", "functions/letters", "shared", "tests"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "functions/notes/main.py").write_text(MAIN)
    (tmp_path / "functions/notes/service.py").write_text("import json\n")
    (tmp_path / "functions/notes/reactions.py").write_text("HANDLERS = {}\n")
    (tmp_path / "functions/letters/rules.py").touch()
    return tmp_path


def _reach(checkout: Path, manifests: Manifests, service: str | None = None) -> Reach:
    """What the public side of `notes` reaches when its service reads so."""
    if service is not None:
        (checkout / "functions/notes/service.py").write_text(service)
    folder = checkout / "functions/notes"
    notes = replace(manifests.deployable("approvals"), name="notes", noun="notes", folder=folder)
    assert isinstance(notes, Deployable)
    return reach_of(notes, checkout)


def _files(reach: Reach) -> set[str]:
    return {file.as_posix() for file in reach.files}


def test_late_imports_are_followed_from_the_target_only(
    checkout: Path, manifests: Manifests
) -> None:
    assert _files(_reach(checkout, manifests)) == {
        "functions/__init__.py",
        "functions/notes/__init__.py",
        "functions/notes/main.py",
        "functions/notes/service.py",
    }


def test_relative_imports_and_submodules_are_followed(checkout: Path, manifests: Manifests) -> None:
    reach = _reach(checkout, manifests, "from . import reactions\nfrom shared import kit\n")
    assert "functions/notes/reactions.py" in _files(reach)
    assert "shared/__init__.py" in _files(reach)


def test_an_import_for_type_checkers_packs_nothing(checkout: Path, manifests: Manifests) -> None:
    text = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import functions.letters.rules\n"
    )
    assert "functions/letters/rules.py" not in _files(_reach(checkout, manifests, text))


@pytest.mark.parametrize(
    ("service", "because"),
    [
        ("from functions.letters import rules\n", "imports functions.letters, which notes lacks"),
        ("import tests\n", "imports tests, which notes lacks"),
        ("from shared.nothing import it\n", "imports shared.nothing, which does not exist"),
        ("import importlib\nimportlib.import_module(name)\n", "computes what it imports"),
        ("open(__file__)\n", "hides which file is read"),
        (
            "from pathlib import Path\nPRICES = Path(__file__).parent / 'prices.toml'\n",
            "names no file",
        ),
    ],
)
def test_an_import_that_cannot_be_packed_is_refused(
    checkout: Path, manifests: Manifests, service: str, because: str
) -> None:
    with pytest.raises(PackagingError, match=because):
        _reach(checkout, manifests, service)


def test_a_computed_import_that_nothing_packed_can_reach_is_no_obstacle(
    checkout: Path, manifests: Manifests
) -> None:
    (checkout / "shared/listing.py").write_text("def every(names):\n    __import__(names[0])\n")
    assert _reach(checkout, manifests, "import shared.listing\n")
    with pytest.raises(PackagingError, match="computes what it imports, in every"):
        _reach(checkout, manifests, "from shared.listing import every\n")


def test_a_literal_given_to_import_module_is_followed(checkout: Path, manifests: Manifests) -> None:
    text = "from importlib import import_module\nimport_module('functions.notes.reactions')\n"
    assert "functions/notes/reactions.py" in _files(_reach(checkout, manifests, text))


def test_a_data_file_is_packed_because_a_module_names_it(
    checkout: Path, manifests: Manifests
) -> None:
    (checkout / "functions/prices.toml").touch()
    text = "from pathlib import Path\nPRICES = Path(__file__).parents[1] / 'prices.toml'\n"
    assert "functions/prices.toml" in _files(_reach(checkout, manifests, text))


def test_a_package_that_is_not_locked_is_refused_with_its_importer() -> None:
    importer = Path("functions/notes/service.py")
    with pytest.raises(PackagingError, match=r"service\.py imports numpy\.array, which nothing"):
        requirements_of({"numpy.array": importer}, ROOT)
