"""Firestore behind handles that cannot forget the tenant."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from shared.kit.errors import AssentError, FieldError, Invalid, PayloadTooLarge, Unavailable
from shared.kit.operations import count
from shared.storage.batches import Add, AtLeast, Batch, Document, Write
from shared.storage.cursors import decode_cursor, encode_cursor, is_document_id
from shared.storage.patience import passing_failures, patience

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncClient, AsyncWriteBatch
    from google.cloud.firestore_v1.async_document import AsyncDocumentReference
    from google.cloud.firestore_v1.async_query import AsyncQuery
    from google.cloud.firestore_v1.base_document import DocumentSnapshot

COUNTED_PER_READ = 1000
READ_AT_ONCE = 100

Condition = tuple[str, str, Any]

_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncClient]" = WeakKeyDictionary()


class LostRace(AssentError):
    """Somebody changed what the commit was decided on, or it was committed before: decide again."""

    code = "version_conflict"
    title = "Somebody else was first"
    http_status = 409
    retriable = True


@dataclass(frozen=True)
class Page:
    """Some documents in order, and where to go on."""

    items: list[Document]
    next_cursor: str | None


class TenantStore:
    """The documents of one tenant: `tenants/{tenant}/{collection}/{id}`, and no others."""

    def __init__(self, tenant_id: str) -> None:
        if not tenant_id or "/" in tenant_id:
            raise ValueError(f"{tenant_id!r} is no tenant id")
        self.tenant_id = tenant_id

    async def get(self, collection: str, id: str) -> Document | None:
        """The document, or None; also for an id that no document can have. One read. Raises
        Unavailable."""
        if not is_document_id(id):
            return None
        async with _answering():
            snapshot = await self._reference(collection, id).get(**patience())
        count("firestore-reads")
        return _document(snapshot) if snapshot.exists else None

    async def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Document | None]:
        """The documents named by (collection, id), in that order, in one round trip."""
        references = [self._reference(*key) if is_document_id(key[1]) else None for key in keys]
        asked = [reference for reference in references if reference is not None]
        found: dict[str, Document] = {}
        async with _answering():
            async for snapshot in _client().get_all(asked, **patience()):
                if snapshot.exists:
                    found[snapshot.reference.path] = _document(snapshot)
        count("firestore-reads", len(asked))
        return [found.get(reference.path) if reference else None for reference in references]

    async def find(
        self,
        collection: str,
        *,
        where: Iterable[Condition] = (),
        order_by: str | None = None,
        descending: bool = False,
        limit: int = 25,
        cursor: str | None = None,
    ) -> Page:
        """Up to `limit` documents in the order of `order_by`, then of their ids; `descending` needs
        an `order_by`, for the store does not list ids backwards.

        Raises Invalid for a cursor that is not one of ours, Unavailable."""
        if descending and order_by is None:
            raise ValueError("descending needs an order_by")
        query = _filtered(self._collection(collection), where)
        direction = "DESCENDING" if descending else "ASCENDING"
        if order_by is not None:
            query = query.order_by(order_by, direction=direction)
        query = query.order_by("__name__", direction=direction)
        if cursor is not None:
            query = query.start_after(self._position(collection, order_by, cursor))
        documents = await _fetch(query.limit(limit + 1))
        items = documents[:limit]
        more = len(documents) > limit
        return Page(items, encode_cursor(items[-1], order_by) if more else None)

    async def find_all(
        self, collection: str, *, where: Iterable[Condition] = ()
    ) -> AsyncIterator[Document]:
        """Every document that matches, by id, read a hundred at a time. Raises Unavailable."""
        cursor, conditions = None, list(where)
        while True:
            page = await self.find(collection, where=conditions, limit=READ_AT_ONCE, cursor=cursor)
            for document in page.items:
                yield document
            cursor = page.next_cursor
            if cursor is None:
                return

    async def count(self, collection: str, *, where: Iterable[Condition] = ()) -> int:
        """How many documents match; billed one read per thousand. Raises Unavailable."""
        query = _filtered(self._collection(collection), where)
        async with _answering():
            result = await query.count().get(**patience())
        number = int(result[0][0].value)
        count("firestore-reads", max(1, -(-number // COUNTED_PER_READ)))
        return number

    async def commit(self, batch: Batch) -> None:
        """Applies the whole batch or nothing.

        Raises LostRace where a condition no longer holds, PayloadTooLarge for more than a document
        holds, Invalid for an id no document can have, Unavailable where the store did not answer:
        then the batch may or may not have been applied."""
        from google.api_core.exceptions import (
            AlreadyExists,
            Conflict,
            FailedPrecondition,
            InvalidArgument,
            NotFound,
        )

        writer = _client().batch()
        for write in batch.writes:
            self._add(writer, write)
        try:
            async with _answering():
                await writer.commit(**patience())
        except (AlreadyExists, FailedPrecondition, NotFound, Conflict) as refusal:
            raise LostRace(str(refusal)) from refusal
        except InvalidArgument as refusal:
            # Only the message tells a size (so many bytes) from a bug of ours.
            if " bytes" in str(refusal):
                raise PayloadTooLarge("the content is larger than a document can be") from refusal
            raise
        count("firestore-commits")
        deletes = sum(write.kind == "delete" for write in batch.writes)
        count("firestore-deletes", deletes)
        count("firestore-writes", len(batch.writes) - deletes)

    def _collection(self, collection: str) -> "AsyncQuery":
        return _client().collection("tenants", self.tenant_id, collection)._query()

    def _reference(self, collection: str, id: str) -> "AsyncDocumentReference":
        return _client().document("tenants", self.tenant_id, collection, id)

    def _position(self, collection: str, order_by: str | None, cursor: str) -> dict[str, Any]:
        value, id = decode_cursor(cursor)
        position: dict[str, Any] = {"__name__": self._reference(collection, id)}
        return position if order_by is None else {order_by: value, **position}

    def _add(self, writer: "AsyncWriteBatch", write: Write) -> None:
        if not is_document_id(write.id):
            raise Invalid(FieldError("id", f"{write.id[:80]!a} cannot be an id"))
        reference = self._reference(write.collection, write.id)
        if write.kind == "create":
            writer.create(reference, dict(write.data))
        elif write.kind == "put":
            writer.set(reference, dict(write.data))
        elif write.kind == "merge":
            writer.set(reference, _transforms(write.data), merge=True)
        elif write.kind == "delete":
            writer.delete(reference, option=_unchanged(write.seen) if write.seen else None)
        else:
            assert write.seen is not None
            whole = write.kind == "replace"
            fields = _replaced(write.seen, write.data) if whole else _first_field(write.seen)
            writer.update(reference, fields, option=_unchanged(write.seen))


class PlatformStore:
    """Every tenant at once: for sweeps and for commands of the platform's own operators, never for
    an answer to a caller."""

    async def find(
        self,
        collection: str,
        *,
        where: Iterable[Condition] = (),
        order_by: str | None = None,
        limit: int = 100,
    ) -> list[Document]:
        """Up to `limit` documents of that collection of any tenant. Raises Unavailable."""
        query = _filtered(_client().collection_group(collection), where)
        if order_by is not None:
            query = query.order_by(order_by)
        return await _fetch(query.limit(limit))


async def _fetch(query: "AsyncQuery") -> list[Document]:
    async with _answering():
        documents = [_document(snapshot) async for snapshot in query.stream(**patience())]
    count("firestore-reads", max(1, len(documents)))
    return documents


def _filtered(query: "AsyncQuery", where: Iterable[Condition]) -> "AsyncQuery":
    from google.cloud.firestore_v1.base_query import FieldFilter

    for field, operator, value in where:
        query = query.where(filter=FieldFilter(field, operator, value))
    return query


def _document(snapshot: "DocumentSnapshot[Any]") -> Document:
    # tenants/{tenant}/{collection}/{id}
    _, tenant_id, collection, id = snapshot.reference.path.split("/")
    data = snapshot._data if snapshot._data is not None else {}
    return Document(collection, id, tenant_id, data, snapshot.update_time)


def _unchanged(seen: Document) -> Any:
    return _client().write_option(last_update_time=seen.update_time)


def _replaced(seen: Document, data: Mapping[str, Any]) -> dict[str, Any]:
    from google.cloud.firestore_v1 import DELETE_FIELD

    return _quoted({**dict.fromkeys(seen.data, DELETE_FIELD), **data})


def _first_field(seen: Document) -> dict[str, Any]:
    # Writing what is there already changes nothing, not even the update time, but it is refused
    # when the document moved on: the cheapest condition a batch can carry.
    name = min(seen.data)
    return _quoted({name: seen.data[name]})


def _quoted(data: Mapping[str, Any]) -> dict[str, Any]:
    # An update reads its keys as paths; quoted, a name with a dot stays one name.
    from google.cloud.firestore_v1.field_path import FieldPath

    return {FieldPath(name).to_api_repr(): value for name, value in data.items()}


def _transforms(data: Mapping[str, Any]) -> dict[str, Any]:
    from google.cloud.firestore_v1.transforms import Increment, Maximum

    def transform(value: Any) -> Any:
        if isinstance(value, Add):
            return Increment(value.amount)
        if isinstance(value, AtLeast):
            return Maximum(value.value)
        return _transforms(value) if isinstance(value, Mapping) else value

    return {name: transform(value) for name, value in data.items()}


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    from google.api_core.exceptions import Aborted, DeadlineExceeded, ResourceExhausted, RetryError

    gave_up = DeadlineExceeded, ResourceExhausted, RetryError
    unanswered: tuple[type[Exception], ...] = (*passing_failures(), *gave_up)
    try:
        yield
    except Aborted as error:
        raise LostRace("the store gave up on a contended document") from error
    except unanswered as error:
        raise Unavailable("the document store did not answer") from error


def _client() -> "AsyncClient":
    """One client per event loop, because a gRPC channel belongs to the loop it was made in."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        from google.cloud.firestore import AsyncClient

        _clients[loop] = AsyncClient(project=os.environ["GOOGLE_CLOUD_PROJECT"])
    return _clients[loop]
