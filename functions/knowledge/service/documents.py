"""Documents: added and removed by people, and listed for those who read their corpus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from functions.knowledge.aggregates import CONTENTS, CORPORA, DOCUMENTS, RUN
from functions.knowledge.rules import document as rules
from functions.knowledge.rules.corpus import Corpus, awaited, unread
from functions.knowledge.rules.document import MOST_DOCUMENTS, Document
from functions.knowledge.service.corpora import kept, readable
from functions.knowledge.sources import keep_source
from functions.knowledge.store import DocumentPlace
from functions.knowledge.store_erasure import erase_document
from functions.knowledge.views import DocumentBody, DocumentPage, DocumentView
from shared.aggregates.command import Command, not_found
from shared.aggregates.unit_of_work import UnitOfWork
from shared.artifacts.artifact import why_unreadable
from shared.artifacts.named_files import require_reader
from shared.artifacts.reading import read_artifacts
from shared.kit.callers import Caller
from shared.kit.canonical import hash_of
from shared.kit.errors import FieldError, Invalid, NotFound, VersionConflict
from shared.kit.ids import hashed_id
from shared.storage.idempotency import IdempotencyKey

PREFIX = "doc"


async def add(
    caller: Caller, key: IdempotencyKey, corpus_id: str, body: DocumentBody
) -> DocumentView:
    """The document that is to be read, or as it is where the corpus has these bytes already. Raises
    as `kept`, Invalid for a file that nobody reads, VersionConflict for too many."""

    async def use_case(work: Command) -> DocumentView:
        corpus = await kept(work, corpus_id)
        name, media_type, sha256 = await _content(work, body, corpus)
        document_id = document_id_of(corpus_id, name)
        # Read before the documents: what is added between the two is seen here or there.
        content = _content_id(corpus_id, sha256)
        last = await work.store.get(CONTENTS.name, content)
        known = await work.find(DOCUMENTS, document_id)
        same = await work.query(
            DOCUMENTS, where=[("listed_in", "==", corpus_id), ("sha256", "==", sha256)], limit=5
        )
        if (there := rules.there_already(known, same, sha256)) is not None:
            return DocumentView.of(there)
        if known is None or known.listed_in is None:
            await _require_room(work, corpus_id)
        step = rules.added(
            known,
            document_id,
            corpus_id=corpus_id,
            name=name,
            media_type=media_type,
            sha256=sha256,
            artifact_id=body.artifact_id,
            by=caller.principal,
            at=work.at,
        )
        if body.text is not None:
            await keep_source(place_of(caller.tenant_id, step.state), body.text)
        saved = await work.save(step, *awaited(corpus))
        said = {"document_id": document_id}
        if last is None:
            work.change.create(CONTENTS.name, content, said)
        else:
            work.change.replace(last, said)
        return DocumentView.of(saved[0])

    about = (CORPORA, corpus_id)
    return await RUN.command(caller, use_case, DocumentView, key=key, about=about)


def document_id_of(corpus_id: str, name: str) -> str:
    """The id of the document of that name: another content of one name is another version."""
    return hashed_id(PREFIX, hash_of(f"{corpus_id}\x1f{name}".encode()))


def _content_id(corpus_id: str, sha256: str) -> str:
    return hash_of(f"{corpus_id}\x1f{sha256}".encode())


async def awaits_others(work: UnitOfWork, document: Document) -> bool:
    """Whether another document of its corpus is to be read or embedded. Two queries at most. Raises
    Unavailable."""
    for status in ("queued", "parsed"):
        where = [("listed_in", "==", document.corpus_id), ("status", "==", status)]
        found = await work.query(DOCUMENTS, where=where, limit=2)
        if any(each.document_id != document.document_id for each in found):
            return True
    return False


def place_of(tenant_id: str, document: Document) -> DocumentPlace:
    """Where the database has its text."""
    return DocumentPlace(tenant_id, document.corpus_id, document.document_id, document.version)


async def page(caller: Caller, corpus_id: str, limit: int, cursor: str | None) -> DocumentPage:
    """The documents of a corpus. Raises NotFound, Invalid for a wrong cursor, Unavailable."""
    await readable(caller, corpus_id)
    found = await RUN.page(
        caller,
        DOCUMENTS,
        where=[("listed_in", "==", corpus_id)],
        order_by=("added_at",),
        limit=limit,
        cursor=cursor,
    )
    return found.shown(DocumentPage, DocumentView.of)


async def show(caller: Caller, corpus_id: str, document_id: str) -> DocumentView:
    """The document. Raises NotFound, Unavailable."""
    async with _missing_too(caller, document_id):
        await readable(caller, corpus_id)
    found = await RUN.read(caller, DOCUMENTS, document_id)
    if found.corpus_id != corpus_id or found.status == "removed":
        raise await not_found(RUN.outbox, caller, DOCUMENTS, document_id)
    return DocumentView.of(found)


async def remove(
    caller: Caller, key: IdempotencyKey, corpus_id: str, document_id: str
) -> DocumentView:
    """The document that no answer cites from now on. Raises NotFound, Forbidden, Unavailable."""

    async def use_case(work: Command) -> DocumentView:
        async with _missing_too(caller, document_id):
            corpus = await kept(work, corpus_id)
        found = await work.get(DOCUMENTS, document_id)
        if found.corpus_id != corpus_id or found.status == "removed":
            raise await not_found(RUN.outbox, caller, DOCUMENTS, document_id)
        # Before the commit: once somebody was told, no answer has it.
        await erase_document(place_of(caller.tenant_id, found))
        gone, *_ = await work.save(*rules.removed(found, caller.principal, work.at))
        if corpus.status == "embedding":
            more = await awaits_others(work, found)
            await work.save(*unread(corpus, None, awaits_others=more))
        return DocumentView.of(gone)

    about = (CORPORA, corpus_id)
    return await RUN.command(caller, use_case, DocumentView, key=key, about=about)


@asynccontextmanager
async def _missing_too(caller: Caller, document_id: str) -> AsyncIterator[None]:
    """Reports the document as missing where its corpus is: the call asked for both."""
    try:
        yield
    except NotFound:
        raise await not_found(RUN.outbox, caller, DOCUMENTS, document_id) from None


async def _content(work: Command, body: DocumentBody, corpus: Corpus) -> tuple[str, str, str]:
    """The name, the type and the hash of what is added."""
    if body.text is not None:
        assert body.name is not None
        return body.name, body.media_type, hash_of(body.text.encode())
    assert body.artifact_id is not None
    require_reader(work.caller)
    found = await read_artifacts(work.store, [body.artifact_id], corpus.workspace_id)
    artifact = found.get(body.artifact_id)
    why = why_unreadable(artifact)
    if artifact is None or why is not None:
        raise Invalid(FieldError("artifact_id", why or "there is no such artifact"))
    opened = await work.words.opened(artifact) if body.name is None else artifact
    return body.name or opened.file_name, artifact.media_type, artifact.sha256


async def _require_room(work: Command, corpus_id: str) -> None:
    there = await work.store.count(DOCUMENTS.collection, where=[("listed_in", "==", corpus_id)])
    if there >= MOST_DOCUMENTS:
        raise VersionConflict(f"the corpus has {MOST_DOCUMENTS} documents: DELETE some first")
