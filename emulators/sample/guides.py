"""Adds the project's own guides to the sample tenant through the public API, so that somebody new
can ask them. What the corpus has already is not added again."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulators.browser import Browser
from emulators.client import PlatformClient
from emulators.demo.person import Person
from emulators.failures import PlatformError
from emulators.sample.people import AUTHOR, signed_in

CORPUS = "Sample: the guides of Assent"
# What the start page lets somebody ask; the guide that answers is read first.
QUESTION = "Who decides while a governor is away?"
_ANSWERS = "name-a-deputy.md"
_READERS = ("developer", "governor", "tenant_admin")
_FOLDER = Path(__file__).parents[2] / "docs" / "guides"
_SECONDS_TO_READ = 120
# Half of the time nothing is read, so that whoever looks at the sample meanwhile does not wait.
_SECONDS_BETWEEN_LOOKS = 1.0


def guides() -> list[Path]:
    """The files of the guides in the order in which they are read; none where the checkout has no
    guides."""
    found = _FOLDER.glob("*.md")
    return sorted(found, key=lambda each: (each.name != _ANSWERS, each.name))


def add(url: str, tenant_id: str, goes_on: Callable[[], bool], read: Callable[[int], None]) -> None:
    """Adds what is missing, one guide once the one before can be found, for as long as it
    `goes_on`; tells `read` how many can be found. Raises PlatformError, or httpx.HTTPError where
    the platform stops meanwhile."""
    with _author(url, tenant_id) as author:
        documents = f"/v1/corpora/{_corpus(author)}/documents"
        known = {each["name"]: each for each in author.get(documents, limit=100)["items"]}
        for number, guide in enumerate(guides(), 1):
            text = guide.read_text()
            if not _is_found(known.get(guide.name), text):
                added = author.post(documents, {"name": guide.name, "text": text})
                _until_found(author, f"{documents}/{added['document_id']}", goes_on)
            if not goes_on():
                return
            read(number)


@contextmanager
def _author(url: str, tenant_id: str) -> Iterator[Person]:
    with PlatformClient(url) as platform, Browser(url) as browser:
        author = signed_in(AUTHOR, platform, browser)
        author.enter(tenant_id)
        yield author


def _corpus(author: Person) -> str:
    mine = author.get("/v1/corpora")["items"]
    found = [each["corpus_id"] for each in mine if each["name"] == CORPUS]
    if not found:
        made = author.post("/v1/corpora", {"name": CORPUS, "readers": _READERS})
        found = [made["corpus_id"]]
    return str(found[0])


def _is_found(document: Any, text: str) -> bool:
    """Whether the document says exactly this, and is found by what it means."""
    if document is None or document["status"] != "embedded":
        return False
    return bool(document["sha256"] == hashlib.sha256(text.encode()).hexdigest())


def _until_found(author: Person, document: str, goes_on: Callable[[], bool]) -> None:
    end = time.monotonic() + _SECONDS_TO_READ
    while goes_on():
        found = author.get(document)
        if found["status"] == "embedded":
            return
        if found["status"] == "failed" or time.monotonic() > end:
            why = found["reason"] or f"it is not read within {_SECONDS_TO_READ} s"
            raise PlatformError(f"{found['name']} cannot be found: {why}")
        time.sleep(_SECONDS_BETWEEN_LOOKS)
