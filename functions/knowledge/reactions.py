"""Events and timers in: what is due of corpora and documents, and the end of a tenant."""

from events.tenants import TenantClosed
from functions.knowledge.aggregates import CORPORA, DOCUMENTS, RUN
from functions.knowledge.rules.corpus import CORPUS_DUE
from functions.knowledge.rules.document import DOCUMENT_DUE
from functions.knowledge.service.erasing import erase, erase_all
from functions.knowledge.service.ingesting import do_what_is_due

__all__ = ["HANDLERS", "RUN"]

HANDLERS = {
    CORPUS_DUE: RUN.timed(CORPORA, erase),
    DOCUMENT_DUE: RUN.timed(DOCUMENTS, do_what_is_due),
    TenantClosed.event_type: erase_all,
}
