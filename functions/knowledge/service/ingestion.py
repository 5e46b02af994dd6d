"""Reads documents and embeds their chunks, as their timers say."""

from contextlib import suppress

from functions.knowledge.aggregates import CORPORA, DOCUMENTS, RUN
from functions.knowledge.reading.formats import Unreadable
from functions.knowledge.reading.process import Reading, read_file
from functions.knowledge.rules import document as rules
from functions.knowledge.rules.chunks import Chunk
from functions.knowledge.rules.corpus import activated, unread
from functions.knowledge.rules.document import Document
from functions.knowledge.service.document_vectors import embed_missing
from functions.knowledge.service.documents import awaits_others, place_of
from functions.knowledge.sources import drop_source, read_source
from functions.knowledge.store import (
    DocumentPlace,
    Unstorable,
    chunks_of_tenant,
    keep_text,
)
from functions.knowledge.store_erasure import erase_document
from shared.aggregates import UnitOfWork
from shared.aggregates.unit_of_work import read_control
from shared.artifacts.artifact import why_unreadable
from shared.artifacts.content import KEPT, object_name
from shared.artifacts.reading import read_artifacts
from shared.kit.canonical import hash_of
from shared.kit.errors import Unavailable
from shared.messaging.envelope import Envelope
from shared.storage.buckets import Bucket
from shared.storage.firestore import TenantStore
from shared.storage.postgres import TookTooLong

BUCKET_KEY = "knowledge-bucket-key"
FILES = Bucket(KEPT, BUCKET_KEY)
# The most chunks of a tenant, which the smallest instance of the database serves.
MOST_OF_TENANT = 100_000


async def when_due(event: Envelope) -> None:
    """Does what is due of a document. A reading is counted before it begins: one that ends with its
    process, or takes the database too long, is not repeated for ever. Raises Unavailable."""
    await _BEGIN(event)
    try:
        await _DO(event)
    except TookTooLong:
        raise
    except Unavailable:
        with suppress(Unavailable):
            await _PUT_OFF(event)
        raise


async def _begin(work: UnitOfWork, document: Document) -> None:
    steps = rules.begun(document, work.at)
    await work.save(*steps)
    if steps and steps[-1].state.status == "failed":
        await _tell_corpus(work, steps[-1].state)


async def _put_off(work: UnitOfWork, document: Document) -> None:
    await work.save(*rules.put_off(document))


async def do_what_is_due(work: UnitOfWork, document: Document) -> None:
    """Reads the document, embeds what of it has no vector, or deletes what is left of it. What is
    done twice gives the same; in a tenant that is closed it only deletes. Raises Unavailable."""
    place = place_of(work.store.tenant_id, document)
    if document.has_rows or await _is_closed(work.store):
        await erase_document(place)
        await work.save(*rules.erased(document))
    elif document.status == "queued":
        await _read(work, document, place)
    elif document.status == "parsed":
        await _embed(work, document, place)


async def _read(work: UnitOfWork, document: Document, place: DocumentPlace) -> None:
    try:
        pages, chunks = await _reading(work, document, place)
        await _require_room(place.tenant_id, chunks)
        is_kept = await keep_text(place, pages, chunks)
    except (Unreadable, Unstorable) as why:
        await _fail(work, document, str(why))
        return
    if await _is_closed(work.store):
        # It was open when the reading began.
        await erase_document(place)
        await work.save(*rules.erased(document))
    elif is_kept:
        await work.save(*rules.parsed(document, len(pages), len(chunks), work.at))
    else:
        await _fail(work, document, "its corpus was removed meanwhile")


async def _fail(work: UnitOfWork, document: Document, why: str) -> None:
    (failed,) = await work.save(*rules.failed(document, why, work.at))
    await _tell_corpus(work, failed)


async def _tell_corpus(work: UnitOfWork, failed: Document) -> None:
    corpus = await work.find(CORPORA, failed.corpus_id)
    if corpus is not None and corpus.status == "embedding":
        more = await awaits_others(work, failed)
        await work.save(*unread(corpus, failed.reason, awaits_others=more))


async def _is_closed(store: TenantStore) -> bool:
    return (await read_control(store)).status == "closed"


async def _reading(work: UnitOfWork, document: Document, place: DocumentPlace) -> Reading:
    """The text of a document, and its chunks. Raises Unreadable, Unavailable."""
    if document.artifact_id is None:
        text = await read_source(place)
        if text is None or hash_of(text.encode()) != document.sha256:
            raise Unreadable("its text is not there any more: add it again")
        return await read_file(document.media_type, text.encode())
    found = await read_artifacts(work.store, [document.artifact_id], document.workspace_id)
    why = why_unreadable(found.get(document.artifact_id))
    if why is not None:
        raise Unreadable(f"its file cannot be read: {why}")
    content = await FILES.read(object_name(place.tenant_id, document.artifact_id))
    if content is None or hash_of(content) != document.sha256:
        raise Unreadable("the bucket does not have the bytes of its file: upload it again")
    return await read_file(document.media_type, content)


async def _require_room(tenant_id: str, chunks: list[Chunk]) -> None:
    there = await chunks_of_tenant(tenant_id)
    if there + len(chunks) > MOST_OF_TENANT:
        told = f"the tenant has {there} chunks, and {MOST_OF_TENANT} at most"
        raise Unreadable(f"{told}: remove documents, and add it again")


async def _embed(work: UnitOfWork, document: Document, place: DocumentPlace) -> None:
    # It was read, and that is committed.
    await drop_source(place)
    embedding = await embed_missing(place)
    if not embedding.is_whole:
        await work.save(*rules.continued(document, work.at))
        return
    corpus = await work.find(CORPORA, document.corpus_id)
    if corpus is None:
        raise Unavailable("the corpus of the document cannot be read")
    await work.save(*rules.embedded(document, embedding.model.hex()), *activated(corpus))


_BEGIN = RUN.timed(DOCUMENTS, _begin)
_DO = RUN.timed(DOCUMENTS, do_what_is_due)
_PUT_OFF = RUN.timed(DOCUMENTS, _put_off)
