"""Verifies citations against what documents say now."""

from collections import defaultdict

from events.citations import Citation
from functions.knowledge.rules.passages import why_wrong
from functions.knowledge.searches import CitedPage, reading_pages
from functions.knowledge.service import constitution
from functions.knowledge.service.corpora import all_readable
from functions.knowledge.store import PLATFORM
from functions.knowledge.views import CitationsBody, CitationVerdict, Verdicts
from shared.kit.callers import Caller

# The same for a document that is not there and for one that the caller may not read.
UNKNOWN = "no document that you may read has this id"


async def verify(caller: Caller, body: CitationsBody) -> Verdicts:
    """A verdict for each citation. Each page is read once, and one at a time is in memory. Raises
    Unavailable."""
    readable = {each.corpus_id for each in await all_readable(caller)}
    if any(each.document in constitution.documents() for each in body.citations):
        await constitution.require_stored()
    of_page: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, each in enumerate(body.citations):
        of_page[each.document, each.page].append(number)
    verdicts: dict[int, CitationVerdict] = {}
    async with reading_pages(caller.tenant_id) as read:
        for (document, page), numbers in of_page.items():
            is_ours = document in constitution.documents()
            found = await read(PLATFORM if is_ours else caller.tenant_id, document, page)
            if found is not None and not is_ours and found.corpus_id not in readable:
                found = None
            verdicts |= {number: _verdict(body.citations[number], found) for number in numbers}
    return Verdicts(items=tuple(verdicts[number] for number in range(len(body.citations))))


def _verdict(citation: Citation, found: CitedPage | None) -> CitationVerdict:
    if found is None:
        return CitationVerdict(is_true=False, why=UNKNOWN)
    why = why_wrong(citation, found.version, found.text)
    return CitationVerdict(is_true=why is None, why=why)
