"""Events and timers in: what is due of corpora, documents and memories, erased persons, and the end
of a tenant."""

from events.principals import PersonErased
from events.tenants import TenantClosed
from functions.knowledge.aggregates import CORPORA, RUN
from functions.knowledge.memory_aggregates import MEMORIES
from functions.knowledge.rules.corpus import CORPUS_DUE
from functions.knowledge.rules.document import DOCUMENT_DUE
from functions.knowledge.rules.memory import MEMORY_DUE
from functions.knowledge.service import memories
from functions.knowledge.service.erasure import erase, erase_all
from functions.knowledge.service.ingestion import when_due
from functions.knowledge.service.renewal import renew

__all__ = ["HANDLERS", "RUN"]

MODELS_DUE = "assent.knowledge_models.due.v1"

HANDLERS = {
    CORPUS_DUE: RUN.timed(CORPORA, erase),
    DOCUMENT_DUE: when_due,
    MEMORY_DUE: RUN.timed(MEMORIES, memories.end),
    PersonErased.event_type: memories.erase_persons,
    MODELS_DUE: renew,
    TenantClosed.event_type: erase_all,
}
