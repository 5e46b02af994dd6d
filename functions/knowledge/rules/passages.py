"""Passages that answer a question, and their citations. Pure."""

from typing import NamedTuple

from events.citations import Citation
from functions.knowledge.rules.chunks import quote_hash


class Passage(NamedTuple):
    """The characters from `start` to before `stop` of a page of a document's version."""

    corpus_id: str
    document_id: str
    version: int
    page: int
    start: int
    stop: int
    heading: str
    text: str


def citation_of(passage: Passage) -> Citation:
    """The citation of a passage, which the server alone makes."""
    return Citation(
        document=passage.document_id,
        version=passage.version,
        page=passage.page,
        start=passage.start,
        end=passage.stop,
        quote_sha256=quote_hash(passage.text),
    )


def why_wrong(citation: Citation, version: int, page: str | None) -> str | None:
    """Why a citation is not what the document says, whose version and page these are; None where it
    is."""
    if citation.version != version:
        now = f"the document is at version {version} by now"
        return f"{now}, and it cites version {citation.version}"
    if page is None:
        return f"the document has no page {citation.page}"
    if not citation.start < citation.end <= len(page):
        cites = f"it cites {citation.start} to {citation.end}"
        return f"page {citation.page} has {len(page)} characters, and {cites}"
    if quote_hash(page[citation.start : citation.end]) != citation.quote_sha256:
        return "the document says something else there: the hash of the quotation differs"
    return None
