"""Files that were uploaded become documents, and citations name their pages."""

from collections.abc import AsyncIterator

import httpx
import pytest

from functions.artifacts.api import ROUTER, RUN
from shared.runtime.app import create_api
from tests.functions.artifacts.worlds import World as Files
from tests.functions.knowledge.rules.test_formats import pdf
from tests.functions.knowledge.worlds import World
from tests.shared.cloud import Cloud

MANUAL = pdf("The office opens at nine.", "Broken pumps go back to Bergen.")
NAMED = {"name": "manual.pdf", "media_type": "application/pdf"}
WHY = "nothing reads image/png: upload a PDF, or its text"


@pytest.fixture
async def files(world: World, cloud: Cloud) -> AsyncIterator[Files]:
    """The files of the same tenant."""
    transport = httpx.ASGITransport(app=create_api(function="artifacts", router=ROUTER, run=RUN))
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://artifacts") as client,
        httpx.AsyncClient() as outside,
    ):
        yield Files(client, outside, world.key, world.tenant, await cloud.mailbox("artifacts"))


async def test_a_citation_of_a_file_names_its_page(world: World, files: Files) -> None:
    corpus = await world.corpus()
    path = f"/v1/corpora/{corpus}/documents"
    artifact = await files.announced(MANUAL, **NAMED)
    named = {"artifact_id": artifact["artifact_id"]}
    refused = await world.send("POST", path, named)
    assert (refused.status_code, "artifact_id" in refused.text) == (422, True)
    await files.put(artifact, MANUAL)
    await files.completed(artifact)
    document = await world.sent("POST", path, named)
    assert (document["name"], document["status"]) == ("manual.pdf", "queued")
    read = await world.read(document)
    assert (read.status, read.pages) == ("embedded", 2)
    (first, *_) = (await world.asked("Where do broken pumps go?", corpora=[corpus]))["items"]
    assert (first["document_name"], first["citation"]["page"]) == ("manual.pdf", 2)
    assert "Broken pumps go back to Bergen." in first["text"]
    assert await world.verdicts(first["citation"]) == [{"is_true": True, "why": None}]
    (verdict,) = await world.verdicts({**first["citation"], "page": 1})
    assert not verdict["is_true"]
    # The document was read: it stays when its file goes.
    await files.sent("DELETE", f"/{artifact['artifact_id']}")
    assert await world.verdicts(first["citation"]) == [{"is_true": True, "why": None}]


async def test_a_file_that_nothing_reads_says_so(world: World, files: Files) -> None:
    corpus = await world.corpus()
    picture = b"\x89PNG\r\n\x1a\n" + bytes(16)
    stored = await files.uploaded(picture, name="scan.png", media_type="image/png")
    body = {"artifact_id": stored["artifact_id"]}
    document = await world.read(await world.sent("POST", f"/v1/corpora/{corpus}/documents", body))
    assert (document.status, document.reason) == ("failed", WHY)
