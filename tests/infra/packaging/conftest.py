"""Every archive, built once; unpacked and installed where a test asks."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from emulators.options import Options
from emulators.running import running_platform
from infra.packaging import Archive, build_archive
from shared.manifest import Deployable, Manifests, load_manifests
from tests.infra.packaging.standing import Standing
from tests.infra.packaging.unpacked import Unpacked, install, unpack

ROOT = Path(__file__).parents[3]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a `name` is run for each deployable; for a `public_name`, for each that
    people call."""
    deployables = load_manifests(ROOT).deployables
    if "public_name" in metafunc.fixturenames:
        metafunc.parametrize("public_name", [each.name for each in deployables if each.public])
    elif "name" in metafunc.fixturenames:
        metafunc.parametrize("name", [each.name for each in deployables])


@pytest.fixture(scope="session")
def manifests() -> Manifests:
    return load_manifests(ROOT)


@pytest.fixture
def deployable(manifests: Manifests, name: str) -> Deployable:
    return manifests.deployable(name)


@pytest.fixture(scope="session")
def archives(
    manifests: Manifests, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Archive]:
    into = tmp_path_factory.mktemp("archives")
    return {each.name: build_archive(manifests, each, into) for each in manifests.deployables}


@pytest.fixture
def archive(archives: Mapping[str, Archive], name: str) -> Archive:
    return archives[name]


@pytest.fixture(scope="session", params=["ours", pytest.param("fresh", marks=pytest.mark.nightly)])
def installed(
    request: pytest.FixtureRequest,
    archives: Mapping[str, Archive],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Unpacked]:
    """A deployable's archive in an empty directory, run by the virtualenv of these tests, or by a
    fresh one that has its requirements and nothing else; made at the first call. Both sides of a
    function may require the very same: then they share it."""
    made: dict[str, Unpacked] = {}
    environments: dict[str, Path] = {}

    def installed(name: str) -> Unpacked:
        if name not in made:
            source = unpack(archives[name].path, tmp_path_factory.mktemp(name) / "source")
            required = (source / "requirements.txt").read_text()
            if request.param == "ours":
                environments[required] = Path(sys.prefix)
            if required not in environments:
                environments[required] = install(source, tmp_path_factory.mktemp(name))
            made[name] = Unpacked(source, environments[required])
        return made[name]

    return installed


@pytest.fixture(scope="session")
def standing(
    manifests: Manifests,
    installed: Callable[[str], Unpacked],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Standing]:
    """The local platform with every deployable run from its unpacked archive."""
    unpacked = {each.name: installed(each.name) for each in manifests.deployables}
    options = Options(
        root=ROOT, state=tmp_path_factory.mktemp("platform"), backoff=("0.1s", "0.5s")
    )
    with running_platform(options) as running:
        yield Standing.on(running, unpacked)
