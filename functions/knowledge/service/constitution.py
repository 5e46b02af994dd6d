"""The platform's own corpus, which every tenant reads: what Assent itself forbids and allows."""

import asyncio
from functools import cache
from pathlib import Path
from typing import NamedTuple

from functions.knowledge.rules.chunks import Page, chunks_of
from functions.knowledge.searches import cited_page
from functions.knowledge.service.document_vectors import embed_missing
from functions.knowledge.store import PLATFORM, DocumentPlace, keep_text
from shared.kit.canonical import hash_of
from shared.kit.ids import hashed_id
from shared.kit.per_loop import PerLoop

CORPUS_ID = "constitution"
NAME = "The constitution of Assent"
MAKER = "service:assent"
_FOLDER = Path(__file__).parents[1] / "constitution"


class Text(NamedTuple):
    """A document of the constitution."""

    document_id: str
    name: str
    text: str


@cache
def documents() -> dict[str, Text]:
    """The documents of this release, by their ids."""
    found = (
        Text(hashed_id("doc", hash_of(f"{PLATFORM}\x1f{each.name}".encode())), each.name, text)
        for each in sorted(_FOLDER.glob("*.md"))
        for text in (each.read_text(),)
    )
    return {each.document_id: each for each in found}


class _Stored:
    """Whether this process has seen that the database has the constitution of this release."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.is_there = False


_stored = PerLoop(_Stored)


def forget() -> None:
    """Makes this process look again, for tests."""
    _stored.forget()


async def require_stored() -> None:
    """Returns once the database has the constitution of this release with vectors of this model:
    the first process of a release embeds it, in seconds. Raises Unavailable."""
    stored = _stored.here()
    async with stored.lock:
        if not stored.is_there:
            for each in documents().values():
                await _store(each)
            stored.is_there = True


async def _store(document: Text) -> None:
    there = await cited_page(PLATFORM, PLATFORM, document.document_id, 1)
    version = there.version if there is not None else 1
    if there is not None and there.text != document.text:
        version += 1
    place = DocumentPlace(PLATFORM, CORPUS_ID, document.document_id, version)
    if there is None or there.text != document.text:
        pages = [Page(document.text)]
        await keep_text(place, pages, chunks_of(pages, has_headings=True))
    await embed_missing(place)
