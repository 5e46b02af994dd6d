"""Deletes the texts of what was removed."""

from functions.knowledge.rules.corpus import Corpus, erased
from functions.knowledge.store import erase_corpus, erase_tenant
from shared.aggregates import UnitOfWork
from shared.messaging.envelope import Envelope


async def erase(work: UnitOfWork, corpus: Corpus) -> None:
    """Deletes what the database has of a removed corpus. Raises Unavailable."""
    await erase_corpus(work.store.tenant_id, corpus.corpus_id)
    await work.save(erased(corpus))


async def erase_all(event: Envelope) -> None:
    """Deletes what the database has of a tenant that is closed for good. Raises Unavailable."""
    await erase_tenant(event.tenantid)
