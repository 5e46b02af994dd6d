"""Passages that answer a question, and their citations. Pure."""

from typing import NamedTuple

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


class Cited(NamedTuple):
    """What a citation says: which characters, and the hash of what they were."""

    document: str
    version: int
    page: int
    start: int
    end: int
    quote_sha256: str


def citation_of(passage: Passage) -> Cited:
    """The citation of a passage, which the server alone makes."""
    return Cited(
        passage.document_id,
        passage.version,
        passage.page,
        passage.start,
        passage.stop,
        quote_hash(passage.text),
    )


def why_wrong(cited: Cited, version: int, page: str | None) -> str | None:
    """Why a citation is not what the document says, whose version and page these are; None where it
    is."""
    if cited.version != version:
        return f"the document is at version {version} by now, and it cites version {cited.version}"
    if page is None:
        return f"the document has no page {cited.page}"
    if not 0 <= cited.start < cited.end <= len(page):
        cites = f"it cites {cited.start} to {cited.end}"
        return f"page {cited.page} has {len(page)} characters, and {cites}"
    if quote_hash(page[cited.start : cited.end]) != cited.quote_sha256:
        return "the document says something else there: the hash of the quotation differs"
    return None
