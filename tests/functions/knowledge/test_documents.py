"""Documents are read, embedded, replaced and removed; what is gone is in no answer."""

import asyncio
from typing import Any

import psycopg
import pytest

from functions.knowledge.reactions import HANDLERS, MODELS_DUE
from functions.knowledge.reading.process import Reading, read_file
from functions.knowledge.rules.chunks import Chunk, Page, chunks_of
from functions.knowledge.service import ingestion
from functions.knowledge.sources import keep_source
from functions.knowledge.store import DocumentPlace, keep_text
from functions.knowledge.store_erasure import erase_corpus, erase_tenant
from shared.kit import clock
from shared.kit.control import Control
from shared.kit.errors import Unavailable
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from shared.storage.firestore import TenantStore
from shared.storage.postgres import tenant_transaction
from tests.functions.knowledge.worlds import LEAVE, PUMP, World
from tests.shared.control import write_control

TABLES = ("chunks", "vectors", "signs", "pages", "sources")


async def test_a_document_is_found_with_its_page_and_exact_quotation(world: World) -> None:
    corpus = await world.handbook()
    shown = await world.sent("GET", f"/v1/corpora/{corpus}/documents")
    assert [(each["status"], each["chunks"]) for each in shown["items"]] == [("embedded", 2)]
    assert (await world.sent("GET", f"/v1/corpora/{corpus}"))["status"] == "active"
    first, *_ = (await world.asked("How long is the warranty?"))["items"]
    assert first["headings"] == "Pumps › Warranty"
    cited = first["citation"]
    assert PUMP[cited["start"] : cited["end"]] == first["text"]
    assert await world.verdicts(cited) == [{"is_true": True, "why": None}]


async def test_the_same_bytes_twice_are_one_document(world: World) -> None:
    corpus = await world.corpus()
    first = await world.added(corpus)
    assert await world.added(corpus) == first
    assert (await world.added(corpus, name="copy.md"))["document_id"] == first["document_id"]
    await world.read(first)
    assert (await world.added(corpus, name="copy.md"))["document_id"] == first["document_id"]


async def test_the_same_bytes_at_once_under_other_names_are_one_document(world: World) -> None:
    corpus = await world.corpus()
    names = [f"pumps-{number}.md" for number in range(5)]
    added = await asyncio.gather(*(world.added(corpus, name=each) for each in names))
    assert len({each["document_id"] for each in added}) == 1
    listed = await world.sent("GET", f"/v1/corpora/{corpus}/documents")
    assert len(listed["items"]) == 1
    # Once its document is gone the next one has the bytes, of whichever comes.
    await world.sent("DELETE", f"/v1/corpora/{corpus}/documents/{added[0]['document_id']}")
    again = await asyncio.gather(*(world.added(corpus, name=each) for each in names))
    assert len({each["document_id"] for each in again}) == 1
    other = await world.corpus()
    assert (await world.added(other))["corpus_id"] == other


async def test_a_corpus_of_which_nothing_can_be_read_says_so_and_what_to_do(world: World) -> None:
    corpus = await world.corpus()
    path = f"/v1/corpora/{corpus}"
    first = await world.added(corpus, "  \n", name="empty.md")
    second = await world.added(corpus, " \n \n", name="void.md")
    assert (await world.read(first)).status == "failed"
    shown = await world.sent("GET", path)
    assert (shown["status"], shown["problem"]) == ("embedding", None)
    assert (await world.read(second)).status == "failed"
    shown = await world.sent("GET", path)
    assert shown["status"] == "draft"
    assert "none of its documents could be read, the last one because" in shown["problem"]
    refused = await world.send("PATCH", path, {"status": "active"})
    assert (refused.status_code, shown["problem"] in refused.text) == (409, True)
    third = await world.added(corpus)
    shown = await world.sent("GET", path)
    assert (shown["status"], shown["problem"]) == ("embedding", None)
    assert (await world.read(third)).status == "embedded"
    shown = await world.sent("GET", path)
    assert (shown["status"], shown["problem"]) == ("active", None)


async def test_a_corpus_whose_last_document_is_removed_unread_has_none(world: World) -> None:
    corpus = await world.corpus()
    document = (await world.added(corpus))["document_id"]
    await world.sent("DELETE", f"/v1/corpora/{corpus}/documents/{document}")
    shown = await world.sent("GET", f"/v1/corpora/{corpus}")
    assert (shown["status"], shown["problem"]) == ("draft", None)


async def test_bytes_whose_document_was_removed_are_those_of_their_other_document(
    world: World,
) -> None:
    corpus = await world.corpus()
    removed = (await world.added(corpus))["document_id"]
    await world.sent("DELETE", f"/v1/corpora/{corpus}/documents/{removed}")
    copy = await world.added(corpus, name="copy.md")
    await world.read(copy)
    again = await world.added(corpus)
    assert (again["document_id"], again["status"]) == (copy["document_id"], "embedded")


async def test_a_new_version_embeds_only_what_changed_and_ends_old_citations(world: World) -> None:
    corpus = await world.handbook()
    (old, *_) = (await world.asked("Where do broken pumps go?"))["items"]
    changed = PUMP.replace("three years", "four years")
    document = await world.added(corpus, changed)
    assert document["version"] == 2
    # The words of the new version are found before its meaning is; the other section keeps its
    # vector.
    await world.read({"document_id": document["document_id"]})
    assert await world.rows("knowledge_vectors") == 2
    (first, *_) = (await world.asked("How long is the warranty?"))["items"]
    assert "four years" in first["text"]
    (verdict,) = await world.verdicts(old["citation"])
    assert (verdict["is_true"], "at version 2" in verdict["why"]) == (False, True)


async def test_an_altered_page_makes_its_citations_false(world: World) -> None:
    corpus = await world.handbook()
    (first, *_) = (await world.asked("How long is the warranty?"))["items"]
    text = PUMP.replace("three", "seven")
    place = DocumentPlace(world.tenant, corpus, first["citation"]["document"], 1)
    assert await keep_text(place, [Page(text)], chunks_of([Page(text)], has_headings=True))
    (verdict,) = await world.verdicts(first["citation"])
    assert (verdict["is_true"], "hash of the quotation" in verdict["why"]) == (False, True)


async def test_a_removed_document_is_in_no_answer_and_in_no_table(world: World) -> None:
    corpus = await world.handbook()
    (first, *_) = (await world.asked("How long is the warranty?"))["items"]
    path = f"/v1/corpora/{corpus}/documents/{first['citation']['document']}"
    assert (await world.sent("DELETE", path))["status"] == "removed"
    answer = await world.asked("How long is the warranty?")
    assert not [each for each in answer["items"] if each["corpus_id"] == corpus]
    assert [await world.rows(f"knowledge_{each}") for each in TABLES] == [0] * len(TABLES)
    assert (await world.verdicts(first["citation"]))[0]["is_true"] is False
    assert (await world.send("GET", path)).status_code == 404
    # Whoever was reading it meanwhile adds nothing.
    place = DocumentPlace(world.tenant, corpus, first["citation"]["document"], 1)
    assert not await keep_text(place, [Page(PUMP)], [])
    again = await world.added(corpus)
    assert (again["version"], (await world.read(again)).status) == (2, "embedded")


async def test_a_removed_corpus_is_gone_with_its_documents(world: World) -> None:
    corpus = await world.handbook()
    other = await world.handbook(LEAVE, name="Leave")
    await world.sent("DELETE", f"/v1/corpora/{corpus}")
    answer = await world.asked("How long is the warranty?")
    assert {each["corpus_id"] for each in answer["items"]} <= {other, "constitution"}
    assert (await world.send("GET", f"/v1/corpora/{corpus}/documents")).status_code == 404


async def test_what_cannot_be_read_says_why(world: World) -> None:
    corpus = await world.corpus()
    document = await world.read(await world.added(corpus, "   \n \n", "blank.md"))
    assert (document.status, document.reason) == (
        "failed",
        "it has no text: a scan needs its text recognised before",
    )


async def test_a_document_that_is_read_twice_is_stored_once(world: World) -> None:
    corpus = await world.handbook()
    before = await world.rows("knowledge_chunks")
    pages = [Page(PUMP)]
    (shown,) = (await world.sent("GET", f"/v1/corpora/{corpus}/documents"))["items"]
    place = DocumentPlace(world.tenant, corpus, shown["document_id"], 1)
    assert await keep_text(place, pages, chunks_of(pages, has_headings=True))
    assert await world.rows("knowledge_chunks") == before
    assert await world.rows("knowledge_vectors") == before


async def test_signs_are_those_of_the_vectors_whatever_becomes_of_documents(world: World) -> None:
    corpus = await world.corpus()
    sections = [f"## Part {number}\n\nIt weighs {number} grams.\n" for number in range(230)]
    await world.read(await world.added(corpus, "\n".join(sections), "parts.md"))
    assert await _signs(world) == (230, 0)
    kept = sections[:40] + sections[190:] + ["## Screws\n\nThey are of steel.\n"]
    changed = await world.read(await world.added(corpus, "\n".join(kept), "parts.md"))
    assert await _signs(world) == (81, 0)
    await world.read(await world.added(corpus, LEAVE, "leave.md"))
    assert await _signs(world) == (82, 0)
    await world.sent("DELETE", f"/v1/corpora/{corpus}/documents/{changed.document_id}")
    assert await _signs(world) == (1, 0)


async def _signs(world: World) -> tuple[int, int]:
    """How many chunks of the tenant have signs, and how many signs and vectors differ."""
    compared = """
    WITH known AS (SELECT chunk_id, model, binary_quantize(vector)::bit(384) AS signs
                   FROM knowledge_vectors WHERE tenant_id = %(tenant)s),
         kept AS (SELECT unnest(chunk_ids) AS chunk_id, model, unnest(signs) AS signs
                  FROM knowledge_signs WHERE tenant_id = %(tenant)s)
    SELECT (SELECT count(*) FROM kept),
           (SELECT count(*) FROM ((TABLE known EXCEPT ALL TABLE kept)
                UNION ALL (TABLE kept EXCEPT ALL TABLE known)) AS unlike)
    """
    async with await psycopg.AsyncConnection.connect(world.database) as connection:
        found = await connection.execute(compared.encode(), {"tenant": world.tenant})
        row = await found.fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


async def test_a_document_that_stops_its_reader_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = await world.corpus()

    class Died(BaseException):
        """The process ends."""

    async def die(*_: Any) -> None:
        raise Died

    monkeypatch.setattr(ingestion, "read_file", die)
    document = await world.added(corpus)
    for _ in range(5):
        with pytest.raises(Died):
            await world.read(document)
    state = await world.read(document)
    assert (state.status, state.reason) == (
        "failed",
        "reading it stopped its reader each time: split it",
    )
    assert await world.rows("knowledge_sources") == 0


async def test_a_reading_that_something_else_stops_does_not_count(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = await world.corpus()
    document = await world.added(corpus)

    async def fail(*_: Any) -> None:
        raise Unavailable("no process")

    with monkeypatch.context() as patched:
        patched.setattr(ingestion, "read_file", fail)
        for _ in range(6):
            with pytest.raises(Unavailable):
                await world.read(document)
    state = await world.read(document)
    assert (state.status, state.readings) == ("embedded", 0)


async def test_a_text_that_the_database_does_not_take_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = await world.corpus()
    # So many words are too many for one passage.
    text = " ".join(f"word{number}" for number in range(200_000))
    passage = Chunk(1, 0, len(text), "", text)

    async def read(*_: Any) -> Reading:
        return Reading([Page(text)], [passage])

    monkeypatch.setattr(ingestion, "read_file", read)
    state = await world.read(await world.added(corpus))
    assert (state.status, state.reason) == (
        "failed",
        "its text is none that the database takes",
    )


async def test_a_closed_tenant_gets_no_text_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = await world.corpus()
    document, other = await world.added(corpus), await world.added(corpus, LEAVE, "leave.md")
    read = read_file

    async def close_meanwhile(*content: Any) -> Reading:
        said = await read(*content)
        await write_control(TenantStore(world.tenant), Control(status="closed"))
        await erase_tenant(world.tenant)
        return said

    monkeypatch.setattr(ingestion, "read_file", close_meanwhile)
    await world.read(document)
    monkeypatch.setattr(ingestion, "read_file", read)
    await world.read(other)
    assert [await world.rows(f"knowledge_{each}") for each in TABLES] == [0] * len(TABLES)


async def test_a_text_whose_document_was_never_committed_is_deleted(world: World) -> None:
    corpus, kept = await world.corpus(), await world.corpus(name="Kept")
    waiting = await world.added(kept)
    for name in ("lost-1", "lost-2"):
        await keep_source(DocumentPlace(world.tenant, corpus, name, 1), PUMP)
    async with tenant_transaction(world.tenant) as connection:
        await connection.execute(
            "UPDATE knowledge_sources SET kept_at = now() - interval '2 days'"
            " WHERE tenant_id = %s AND document_id <> 'lost-2'",
            (world.tenant,),
        )
    assert await world.rows("knowledge_sources") == 3
    await night()
    assert await world.rows("knowledge_sources") == 2
    await erase_corpus(world.tenant, corpus)
    assert await world.rows("knowledge_sources") == 1
    # What waits for its reader stays until it is read.
    assert (await world.read(waiting)).status == "embedded"
    assert await world.rows("knowledge_sources") == 0


async def night() -> None:
    """What is done each night."""
    now = clock.now()
    await HANDLERS[MODELS_DUE](
        timer_event("knowledge", "", Timer(MODELS_DUE, "schedule/x", now), now)
    )


async def test_wrong_documents_are_refused_in_words(world: World) -> None:
    corpus = await world.corpus()
    path = f"/v1/corpora/{corpus}/documents"
    for body, words in (
        ({}, "give either text with a name, or artifact_id"),
        ({"text": "x"}, "a text needs a name"),
        ({"text": "x", "name": "a", "artifact_id": "art_1"}, "give either text"),
        ({"artifact_id": "art_01M8F4BQAJJYQH1THC1PT13TTC"}, "there is no such artifact"),
    ):
        refused = await world.send("POST", path, body)
        assert (refused.status_code, words in refused.text) == (422, True), refused.text


async def test_another_models_vectors_are_not_compared_and_are_made_anew(world: World) -> None:
    corpus = await world.handbook()
    (shown,) = (await world.sent("GET", f"/v1/corpora/{corpus}/documents"))["items"]
    async with tenant_transaction(world.tenant) as connection:
        await connection.execute(
            "UPDATE knowledge_vectors SET model = %s WHERE tenant_id = %s", (b"old", world.tenant)
        )
        await connection.execute(
            "UPDATE knowledge_corpora SET version = version + 1 WHERE tenant_id = %s",
            (world.tenant,),
        )
    question: dict[str, Any] = {"mode": "vector", "corpora": [corpus]}
    assert (await world.asked("How long is the warranty?", **question))["items"] == []
    assert (await world.asked("How long is the warranty?", corpora=[corpus]))["items"] != []
    await night()
    assert (await world.read(shown)).status == "embedded"
    assert len((await world.asked("How long is the warranty?", **question))["items"]) == 2
