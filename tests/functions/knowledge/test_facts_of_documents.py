"""A fact from a document has the labels of its file, and of strangers unless a person saw it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.knowledge.aggregates import DOCUMENTS
from functions.knowledge.rules.memory_rights import is_keeper, is_program
from functions.knowledge.service.memory_sources import labels_of_document
from shared.artifacts.aggregates import ARTIFACTS
from shared.artifacts.artifact import Artifact
from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.functions.knowledge.worlds import World

AT = datetime(2026, 11, 27, tzinfo=UTC)
HERE = "wsp_01M8F4BQAJJYQH1THC1PT13TTC"
WARRANTY = "How long is the warranty of a pump?"


def _caller(principal: str, *roles: str) -> Caller:
    return replace(Caller.acting(principal, "clinic", AT), roles=frozenset(roles))


@pytest.mark.parametrize(
    ("caller", "program", "keeper"),
    [
        (_caller("gala", "governor"), False, True),
        (_caller("eve", "end_user"), False, False),
        # A key of a person has no roles.
        (_caller("gala"), False, False),
        (_caller("service_01M8F4BQAJJYQH1THC1PT13TTC", "operator"), True, False),
        (_caller("runner-1", "service_runtime", "developer"), True, False),
        (_caller("agt_01M8F4BQAJJYQH1THC1PT13TTC"), True, False),
        (_caller("service:runs"), True, False),
        (replace(_caller("gala", "governor"), agent_id="agt_1"), True, False),
    ],
)
def test_programs_are_no_persons(caller: Caller, program: bool, keeper: bool) -> None:
    assert is_program(caller) == program
    assert is_keeper(caller, None) == keeper
    assert not is_keeper(caller, "run_1")


def test_what_nobody_saw_or_finds_is_untrusted() -> None:
    assert labels_of_document(None, is_kept=True) == ("untrusted",)
    assert labels_of_document((), is_kept=False) == ("untrusted",)
    assert labels_of_document((), is_kept=True) == ()
    assert labels_of_document(("from:art_1", "untrusted"), is_kept=True) == (
        "from:art_1",
        "untrusted",
    )


async def test_a_fact_keeps_the_labels_of_the_file_in_its_documents_workspace(
    world: World,
) -> None:
    made = await world.sent(
        "POST", "/v1/corpora", {"name": "Lab", "readers": ["developer", "ada"]}, workspace=HERE
    )
    read = await world.read(await world.added(made["corpus_id"]))
    (first, *_) = (await world.asked(WARRANTY))["items"]
    assert await _told(world, first["citation"]) == []
    assert await _told(world, first["citation"], roles=()) == ["untrusted"]
    store = TenantStore(world.tenant)
    artifact_id = new_id("art", AT)
    stored = await store.get(DOCUMENTS.collection, read.document_id)
    assert stored is not None
    named = read.but(artifact_id=artifact_id)
    batch = Batch()
    batch.replace(stored, {**stored.data, **DOCUMENTS.fields(named, 9, None)})
    await store.commit(batch)
    # A file that is gone tells nothing of what strangers wrote.
    assert await _told(world, first["citation"]) == ["untrusted"]
    file = Artifact(
        artifact_id=artifact_id,
        file_name="pumps.md",
        media_type="text/markdown",
        bytes=1,
        sha256="0" * 64,
        status="stored",
        labels=("from:crm",),
        created_at=AT,
        stored_at=AT,
        workspace_id=HERE,
    )
    batch = Batch()
    batch.create(ARTIFACTS.collection, artifact_id, ARTIFACTS.fields(file, 1, None))
    await store.commit(batch)
    assert await _told(world, first["citation"]) == ["from:crm"]
    assert await _told(world, first["citation"], roles=()) == ["from:crm", "untrusted"]


async def _told(world: World, citation: Any, **claims: Any) -> Any:
    source = {"kind": "document", "citation": citation}
    body = {"fact": "The warranty is three years.", "scope": "tenant", "source": source}
    return (await world.sent("POST", "/v1/memories", body, **claims))["labels"]
