"""The archive, built once, and environments of Python that hold what it asks for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from emulators.options import Options
from emulators.running import running_platform
from infra.archive import Archive, build_archive
from shared.manifest import Manifests, load_manifests
from tests.infra.archive.standing import Standing
from tests.infra.archive.unpacked import Unpacked, install, link, unpack

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements" / "runtime.txt"
# One public and one private side, started in every run; the night starts all.
QUICK = ("approvals", "audit-reactions")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of a `name` or a `public_name` runs for the quick ones with the packages of this
    virtualenv, and at night for every deployable with freshly installed ones; a test of all
    together runs at night."""
    asked = metafunc.fixturenames
    argument = "public_name" if "public_name" in asked else "name"
    if argument in asked:
        deployables = load_manifests(ROOT).deployables
        names = [each.name for each in deployables if each.public or argument == "name"]
        forms = [
            *(("linked", name) for name in names if name in QUICK),
            *(pytest.param("installed", name, marks=pytest.mark.nightly) for name in names),
        ]
        metafunc.parametrize(["form", argument], forms)
    elif "form" in asked:
        fresh = pytest.param("installed", marks=pytest.mark.nightly)
        metafunc.parametrize("form", [fresh] if "standing" in asked else ["linked", fresh])


@pytest.fixture(scope="session")
def manifests() -> Manifests:
    return load_manifests(ROOT)


@pytest.fixture(scope="session")
def archive(manifests: Manifests, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return build_archive(manifests, "runtime", tmp_path_factory.mktemp("archives"))


@pytest.fixture(scope="session")
def unpacked_as(
    archive: Archive, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Unpacked]:
    """The archive in an empty directory, with a virtualenv that has its requirements and nothing
    else: `linked` from the one that runs the tests, or `installed` anew with hashes checked."""

    @cache
    def unpacked_as(form: str) -> Unpacked:
        source = unpack(archive.path, tmp_path_factory.mktemp("source"))
        provide = {"linked": link, "installed": install}[form]
        return Unpacked(source, provide(source, tmp_path_factory.mktemp("environment")))

    return unpacked_as


@pytest.fixture
def unpacked(unpacked_as: Callable[[str], Unpacked], form: str) -> Unpacked:
    return unpacked_as(form)


@pytest.fixture(scope="session")
def standing_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Standing]]:
    """The local platform with every deployable run from one unpacked archive."""
    with ExitStack() as platforms:

        @cache
        def standing_on(unpacked: Unpacked) -> Standing:
            state = tmp_path_factory.mktemp("platform")
            options = Options(root=ROOT, state=state, backoff=("0.1s", "0.5s"))
            return Standing.on(platforms.enter_context(running_platform(options)), unpacked)

        yield standing_on


@pytest.fixture
def standing(standing_on: Callable[..., Standing], unpacked: Unpacked) -> Standing:
    return standing_on(unpacked)
