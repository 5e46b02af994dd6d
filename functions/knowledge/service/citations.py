"""Verifies citations against what documents say now."""

from events.citations import Citation
from functions.knowledge.rules.passages import why_wrong
from functions.knowledge.searches import cited_page
from functions.knowledge.service import constitution
from functions.knowledge.service.corpora import all_readable
from functions.knowledge.store import PLATFORM
from functions.knowledge.views import CitationsBody, CitationVerdict, Verdicts
from shared.kit.callers import Caller

# The same for a document that is not there and for one that the caller may not read.
UNKNOWN = "no document that you may read has this id"


async def verify(caller: Caller, body: CitationsBody) -> Verdicts:
    """A verdict for each citation. Raises Unavailable."""
    readable = {each.corpus_id for each in await all_readable(caller)}
    if any(each.document in constitution.documents() for each in body.citations):
        await constitution.require_stored()
    return Verdicts(
        items=tuple([await _verdict(caller.tenant_id, readable, each) for each in body.citations])
    )


async def _verdict(tenant_id: str, readable: set[str], citation: Citation) -> CitationVerdict:
    is_ours = citation.document in constitution.documents()
    owner = PLATFORM if is_ours else tenant_id
    found = await cited_page(tenant_id, owner, citation.document, citation.page)
    if found is None or (not is_ours and found.corpus_id not in readable):
        return CitationVerdict(is_true=False, why=UNKNOWN)
    why = why_wrong(citation, found.version, found.text)
    return CitationVerdict(is_true=why is None, why=why)
