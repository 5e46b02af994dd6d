"""Each night: embeds documents again whose vectors another model made, because no search compares
these, and deletes what belongs to none."""

from contextlib import suppress
from functools import partial

from functions.knowledge.aggregates import DOCUMENTS, RUN
from functions.knowledge.embeddings import model_of
from functions.knowledge.rules.document import outdated
from functions.knowledge.service.erasure import erase_unclaimed
from functions.knowledge.store import outdated_documents
from functions.knowledge.views import DocumentView
from shared.kit.callers import Caller
from shared.kit.errors import NotFound, Unavailable
from shared.messaging.envelope import Envelope

MOST_IN_A_DELIVERY = 500


async def renew(event: Envelope) -> None:
    """What is done each night: texts are deleted that belong to no document, and documents are
    embedded by the current model. Raises Unavailable."""
    await erase_unclaimed()
    await _embed_anew(event)


async def _embed_anew(event: Envelope) -> None:
    """Lets some hundred such documents be embedded; a redelivery takes further ones. Meanwhile they
    are found by their words. Raises Unavailable where there are more."""
    found = await outdated_documents(await model_of(), MOST_IN_A_DELIVERY)
    changed = 0
    for tenant_id, document_id in found:
        caller = Caller.acting("service:knowledge", tenant_id, event.received_at)
        rule = partial(outdated, at=event.received_at)
        with suppress(NotFound):
            shown = await RUN.change(caller, DOCUMENTS, document_id, rule, DocumentView)
            changed += shown.status == "parsed"
    if changed == MOST_IN_A_DELIVERY:
        raise Unavailable("more documents are to be embedded by the new model")
