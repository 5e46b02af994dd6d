"""Every archive stands on its own feet: own directory, own virtualenv, the cloud's environment."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from infra.packaging.requirements import OPTIONAL
from shared.manifest import Deployable, Manifests
from tests.infra.packaging.standing import Standing
from tests.infra.packaging.unpacked import Unpacked
from tests.journeys.world import World

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]

READS = {
    "agents": "/v1/agents",
    "approvals": "/v1/approvals",
    "mobile-api": "/v1/mobile/dashboard",
}


@pytest.fixture
def unpacked(installed: Callable[[str], Unpacked], name: str) -> Unpacked:
    return installed(name)


def test_every_import_of_an_archive_finds_what_it_asks_for(
    unpacked: Unpacked, deployable: Deployable, manifests: Manifests
) -> None:
    entry = str(deployable.source.relative_to(manifests.root))
    done = unpacked.imports(entry=entry, optional=list(OPTIONAL))
    assert done.returncode == 0, done.stderr


def test_an_archive_that_lacks_a_file_is_found_out(
    installed: Callable[[str], Unpacked], tmp_path: Path
) -> None:
    lame = installed("audit-reactions").without("shared/storage/postgres.py", tmp_path)
    done = lame.imports(entry="functions/audit/main.py", optional=list(OPTIONAL))
    assert "No module named 'shared.storage.postgres'" in done.stderr


@pytest.mark.parametrize("installed", ["fresh"], indirect=True)
@pytest.mark.nightly
def test_only_a_deployables_own_requirements_are_installed(unpacked: Unpacked) -> None:
    lines = (unpacked.source / "requirements.txt").read_text().splitlines()
    required = {line.partition("==")[0].partition("[")[0] for line in lines if "==" in line}
    assert {each.lower().replace("_", "-").replace(".", "-") for each in unpacked.packages()} == (
        required
    )


def test_a_started_archive_says_that_it_is_well(standing: Standing, name: str) -> None:
    answer = _ask(standing, name, "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_started_public_archive_describes_its_routes(
    standing: Standing, public_name: str, manifests: Manifests
) -> None:
    paths = _ask(standing, public_name, "/openapi.json").json()["paths"]
    for route in manifests.deployable(public_name).routes:
        assert any(path.startswith(route.removesuffix("/**")) for path in paths), route


def test_a_started_public_archive_answers_an_authenticated_read_from_firestore(
    standing: Standing, public_name: str
) -> None:
    scopes = ["governance:read", "agents:read", "approvals:read"]
    token = standing.running.client.token("governor", "packaging", scopes=scopes)
    answer = _ask(standing, public_name, READS[public_name], token=token)
    assert answer.status_code == 200, answer.text
    assert "firestore-reads=" in answer.headers["assent-cost"]


def test_an_agent_is_approved_and_live_by_archives_alone(standing: Standing) -> None:
    world = World(standing.running.client)
    world.live("packaged-writer")
    world.author.send("GET", "/v1/agents/agt_00000000000000000000000000")
    world.settle()
    for name, backend in standing.backends.items():
        delivered = {status for path, status in backend.answers if path.startswith("/events/")}
        assert delivered == ({204} if name.endswith("-reactions") else set()), name


def _ask(standing: Standing, name: str, path: str, token: str = "") -> httpx.Response:
    """Asks the process itself where IAM stands before it: health is the platform's to ask."""
    backend = standing.backends[name]
    url = standing.running.run(backend._started())
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"{url}{path}", headers=headers, trust_env=False, timeout=60)
