"""Deletes the texts of what was removed."""

from functions.knowledge.aggregates import DOCUMENTS
from functions.knowledge.rules.corpus import Corpus, erased
from functions.knowledge.sources import drop_source, unread_sources
from functions.knowledge.store_erasure import erase_corpus, erase_tenant
from shared.aggregates import UnitOfWork
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore

MOST_IN_A_DELIVERY = 500


async def erase(work: UnitOfWork, corpus: Corpus) -> None:
    """Deletes what the database has of a removed corpus. Raises Unavailable."""
    await erase_corpus(work.store.tenant_id, corpus.corpus_id)
    await work.save(erased(corpus))


async def erase_all(event: Envelope) -> None:
    """Deletes what the database has of a tenant that is closed for good. Raises Unavailable."""
    await erase_tenant(event.tenantid)


async def erase_unclaimed() -> None:
    """Deletes some hundred texts of yesterday whose document nobody committed, or that is of
    another version by now. Raises Unavailable."""
    for place in await unread_sources(MOST_IN_A_DELIVERY):
        stored = await TenantStore(place.tenant_id).get(DOCUMENTS.collection, place.document_id)
        document = DOCUMENTS.state_in(stored.data) if stored is not None else None
        is_awaited = document is not None and document.status == "queued"
        if document is None or not is_awaited or document.version != place.version:
            await drop_source(place, is_old=True)
