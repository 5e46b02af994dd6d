"""Contents: `tenants/{tenant}/contents/{sha256}`, a part of the event log.

Each is stored once, in the commit of the event that first names it, packed where that is shorter.
It is never changed; it can only be erased, and then a tombstone stays in its place."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.kit.canonical import hash_of
from shared.kit.contents import Content, Contents, Tombstone
from shared.kit.errors import ContentInvalid, NotFound, PayloadTooLarge
from shared.kit.instants import format_instant, parse_instant
from shared.storage.batches import Batch, Document
from shared.storage.firestore import TenantStore
from shared.storage.packing import packed, unpacked

CONTENTS = "contents"


async def read_contents(store: TenantStore, hashes: Iterable[str]) -> Contents:
    """The contents with those hashes, in one round trip. Raises ContentInvalid for a stored text
    that has another hash, Unavailable."""
    wanted = list(dict.fromkeys(hashes))
    documents = await store.get_many([(CONTENTS, hash) for hash in wanted])
    return Contents({each.id: _read(each) for each in documents if each is not None})


async def all_contents(store: TenantStore) -> AsyncIterator[Content | Tombstone]:
    """Every content of the tenant, by its hash, some at a time. Raises ContentInvalid for a stored
    text that has another hash, Unavailable."""
    async for document in store.find_all(CONTENTS):
        yield _read(document)


def keep(batch: Batch, content: Content, at: datetime, by: str) -> None:
    """Adds the content, with who stores it, to the commit, which loses its race where it is stored
    already. Raises PayloadTooLarge for more than a document can hold."""
    size = len(content.text.encode())
    try:
        short = packed(content.text)
    except ValueError as error:
        raise PayloadTooLarge("the content is larger than a document can be") from error
    body = {"packed": short} if len(short) < size else {"body": content.text}
    about = {"stored_by": by, "size": size, "created_at": format_instant(at)}
    batch.create(CONTENTS, content.hash, {**body, **about})


async def erase(store: TenantStore, hash: str, at: datetime) -> Tombstone:
    """Erases a content for good: everything that names it shows a tombstone from now on, and nobody
    can store it again. Erasing it again changes nothing. Raises NotFound, LostRace, Unavailable."""
    document = await store.get(CONTENTS, hash)
    if document is None:
        raise NotFound(f"nothing is stored under {hash}")
    known = _read(document) if "erased_at" in document.data else None
    if isinstance(known, Tombstone):
        return known
    batch = Batch()
    _bury(batch, document, at)
    await store.commit(batch)
    return Tombstone(hash, at)


async def erase_within(
    store: TenantStore, batch: Batch, hashes: Iterable[str], at: datetime
) -> None:
    """Adds the erasure of those contents to a commit, in which the event that says so lies; of one
    that is none, or was erased, nothing. One round trip. Raises Unavailable."""
    for document in await store.get_many([(CONTENTS, hash) for hash in dict.fromkeys(hashes)]):
        if document is not None and "erased_at" not in document.data:
            _bury(batch, document, at)


def _bury(batch: Batch, document: Document, at: datetime) -> None:
    """Puts a tombstone into the place of a content, in a commit."""
    left = {name: document.data[name] for name in ("size", "created_at")}
    batch.replace(document, {**left, "erased_at": format_instant(at)})


def _read(document: Document) -> Content | Tombstone:
    erased_at = document.data.get("erased_at")
    if erased_at is not None:
        return Tombstone(document.id, parse_instant(erased_at))
    text = _text(document.data)
    if text is None or hash_of(text.encode()) != document.id:
        raise ContentInvalid(f"what is stored under {document.id} is another content")
    return Content(document.id, text, document.data.get("stored_by"))


def _text(fields: Mapping[str, Any]) -> str | None:
    if "packed" not in fields:
        return str(fields["body"])
    try:
        return unpacked(fields["packed"])
    except (TypeError, ValueError):
        return None
