"""Every deployable starts from the archive alone: a directory and a virtualenv of its own, and the
cloud's environment."""

from pathlib import Path

import httpx
import pytest

from shared.manifest import Manifests
from tests.infra.archive.cloud import environment_of_program
from tests.infra.archive.standing import Standing
from tests.infra.archive.unpacked import Unpacked, required_by
from tests.journeys.world import World

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]

READS = {
    "agents": "/v1/agents",
    "approvals": "/v1/approvals",
    "mobile-api": "/v1/mobile/dashboard",
}
# Imported by the tools of the checkout, and where an operator has added it to the lock
# (docs/LIMITATIONS.md).
_TOOLS = ("alembic", "sqlalchemy", "opentelemetry.exporter")
# Those of images with other locks.
OPTIONAL = (
    *(*_TOOLS, "cvc5", "numpy", "onnxruntime", "tokenizers"),
    *("pypdfium2", "markitdown", "semantic_text_splitter", "xllamacpp"),
)

_ANSWER = """
import asyncio, sys
import httpx
from functions_framework.aio import create_asgi_app
async def answer():
    transport = httpx.ASGITransport(create_asgi_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        (await client.get("/healthz")).raise_for_status()
asyncio.run(answer())
print(*sys.modules)
"""


def test_every_import_of_the_archive_finds_what_it_asks_for(unpacked: Unpacked) -> None:
    done = unpacked.imports(*OPTIONAL)
    assert done.returncode == 0, done.stderr


def test_an_archive_that_lacks_a_file_is_found_out(unpacked: Unpacked, tmp_path: Path) -> None:
    lame = unpacked.without("shared/storage/postgres.py", tmp_path)
    assert "No module named 'shared.storage.postgres'" in lame.imports(*OPTIONAL).stderr


def test_only_the_requirements_are_installed(unpacked: Unpacked) -> None:
    assert unpacked.packages() == required_by(unpacked.source)


def test_a_process_imports_no_other_function(
    unpacked: Unpacked, name: str, manifests: Manifests
) -> None:
    deployable = manifests.deployable(name)
    done = unpacked.run(_ANSWER, env=environment_of_program(deployable))
    assert done.returncode == 0, done.stderr
    packages = {noun: _package(folder, manifests) for noun, folder in manifests.folders.items()}
    own = packages.pop(deployable.noun)
    imported = done.stdout.split()
    assert f"{own}.{'api' if deployable.public else 'reactions'}" in imported
    assert not [name for name in imported if name.startswith(tuple(packages.values()))]


@pytest.mark.nightly
def test_a_started_deployable_says_that_it_is_well(standing: Standing, name: str) -> None:
    answer = _ask(standing, name, "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.nightly
def test_a_started_public_side_has_its_routes_and_describes_them_to_nobody(
    standing: Standing, public_name: str
) -> None:
    for route, status in ((READS[public_name], 401), ("/v1/others", 404), ("/openapi.json", 404)):
        assert _ask(standing, public_name, route).status_code == status, route


@pytest.mark.nightly
def test_a_started_public_side_answers_an_authenticated_read_from_firestore(
    standing: Standing, public_name: str
) -> None:
    scopes = ["governance:read", "agents:read", "approvals:read"]
    token = standing.running.client.token("gala", "packaging", scopes=scopes)
    answer = _ask(standing, public_name, READS[public_name], token=token)
    assert answer.status_code == 200, answer.text
    assert "firestore-reads=" in answer.headers["assent-cost"]


def test_an_agent_is_approved_and_live_by_the_archive_alone(standing: Standing) -> None:
    world = World(standing.running.client)
    world.live("packaged-writer")
    world.author.send("GET", "/v1/agents/agt_00000000000000000000000000")
    world.settle()
    for name, backend in standing.backends.items():
        delivered = {status for path, status in backend.answers if path.startswith("/events/")}
        assert delivered == ({204} if name.endswith("-reactions") else set()), name


def _package(folder: Path, manifests: Manifests) -> str:
    return ".".join(folder.relative_to(manifests.root).parts)


def _ask(standing: Standing, name: str, path: str, token: str = "") -> httpx.Response:
    """Asks the process itself where IAM stands before it: health is the platform's to ask."""
    backend = standing.backends[name]
    url = standing.running.run(backend._started())
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"{url}{path}", headers=headers, trust_env=False, timeout=60)
