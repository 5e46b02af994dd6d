"""Firestore, through handles that always include the tenant."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.kit.errors import FieldError, Invalid
from shared.kit.operations import count
from shared.storage import firestore_rpc
from shared.storage.batches import Batch, Document
from shared.storage.cursors import decode_cursor, encode_cursor, is_document_id
from shared.storage.encoding import Condition, plain_fields, put_query, put_value, put_write

COUNTED_PER_READ = 1000
READ_AT_ONCE = 100
# What a page of a list may hold, and how much of it is in memory at once.
PAGE_BYTES = 900_000
PAGE_READ_AT_ONCE = 26

_OF_A_TENANT = re.compile(
    r"projects/[^/]+/databases/[^/]+/documents/tenants/[^/]+/[^/]+/[^/]+", re.DOTALL
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """Some documents in order, and the cursor of the next page."""

    items: list[Document]
    next_cursor: str | None


class _Reading(NamedTuple):
    """A round trip that has not begun: the names of its documents, and what reads them."""

    names: dict[str, None]
    task: "asyncio.Task[dict[str, Document]]"


class TenantStore:
    """The documents of one tenant: `tenants/{tenant}/{collection}/{id}`, and no others."""

    def __init__(self, tenant_id: str) -> None:
        if not tenant_id or "/" in tenant_id:
            raise ValueError(f"{tenant_id!r} is not a tenant id")
        self.tenant_id = tenant_id
        self._reading: _Reading | None = None

    async def get(self, collection: str, id: str) -> Document | None:
        """The document, or None, also for an id that no document can have. One read. Raises
        Unavailable."""
        return (await self.get_many([(collection, id)]))[0]

    async def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Document | None]:
        """The documents named by (collection, id), in that order, in one round trip, which they
        share with whatever else this handle is asked for at the same moment. Raises
        Unavailable."""
        names = [self.name_of(*key) if is_document_id(key[1]) else "" for key in keys]
        if not any(names):
            return [None for _ in names]
        if self._reading is None:
            self._reading = _Reading({}, asyncio.create_task(self._read_together()))
            # Everybody who waits may give up.
            self._reading.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        reading = self._reading
        new = {name: None for name in names if name and name not in reading.names}
        reading.names.update(new)
        # Whoever gives up ends its own waiting, not that of others.
        found = await asyncio.shield(reading.task)
        count("firestore-reads", len(new))
        return [found.get(name) for name in names]

    async def _read_together(self) -> dict[str, Document]:
        """Runs once whoever asks at this moment has asked."""
        reading, self._reading = self._reading, None
        assert reading is not None
        request = firestore_rpc.request(
            "BatchGetDocuments", database=firestore_rpc.database(), documents=list(reading.names)
        )
        answers = await firestore_rpc.read("BatchGetDocuments", request)
        found = (each.found for each in answers if each.HasField("found"))
        return {each.name: _document(each) for each in found}

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
        an `order_by`, because the store does not list ids backwards.

        Raises Invalid for a cursor that is not one of ours, Unavailable."""
        if descending and order_by is None:
            raise ValueError("descending needs an order_by")
        order = () if order_by is None else (order_by,)
        query: dict[str, Any] = {"where": where, "order_by": order, "descending": descending}
        documents = await self._query(collection, cursor, limit=limit + 1, **query)
        items = documents[:limit]
        return Page(items, encode_cursor(items[-1], order) if len(documents) > limit else None)

    async def find_page(
        self,
        collection: str,
        *,
        select: Sequence[str],
        order_by: Sequence[str],
        where: Sequence[Condition] = (),
        descending: bool = True,
        limit: int,
        cursor: str | None,
        most_bytes: int = PAGE_BYTES,
        looks_ahead: bool = True,
    ) -> Page:
        """A page of a list: up to `limit` documents with only the fields in `select`, in the order
        of `order_by`, which names every field that `where` ranges over. Fewer where they would
        exceed `most_bytes`, but at least one; the cursor then leads to the rest. Reads at most one
        document more than `limit`; without `looks_ahead` none, and the last page may be empty.

        Raises Invalid for a cursor that is not one of ours, Unavailable."""
        query: dict[str, Any] = {"where": where, "order_by": order_by, "descending": descending}
        fields = (*dict.fromkeys((*select, *order_by)),)
        items: list[Document] = []
        size, left = 0, limit + looks_ahead
        while left:
            wanted = min(left, PAGE_READ_AT_ONCE)
            found = await self._query(collection, cursor, limit=wanted, select=fields, **query)
            for document in found:
                size += document.size
                if items and (size > most_bytes or len(items) == limit):
                    return Page(items, encode_cursor(items[-1], order_by))
                items.append(document)
            if len(found) < wanted:
                return Page(items, None)
            left, cursor = left - wanted, encode_cursor(items[-1], order_by)
        return Page(items, cursor)

    async def find_all(
        self, collection: str, *, where: Iterable[Condition] = ()
    ) -> AsyncIterator[Document]:
        """Every document that matches, by id, read a hundred at a time. Raises Unavailable."""
        cursor, conditions = None, list(where)
        while True:
            page = await self.find(collection, where=conditions, limit=READ_AT_ONCE, cursor=cursor)
            for document in page.items:
                yield document
            if (cursor := page.next_cursor) is None:
                return

    async def delete_below(self, collection: str, prefix: str) -> None:
        """Deletes every document whose id begins with the prefix, some hundred in a commit; a
        repetition deletes what is left. Raises Unavailable."""
        before = Document(collection, prefix[:-1], self.tenant_id, {}, None)
        cursor: str | None = encode_cursor(before, ())
        while cursor is not None:
            page = await self.find(collection, limit=READ_AT_ONCE, cursor=cursor)
            below = [each for each in page.items if each.id.startswith(prefix)]
            await self.delete_all(below)
            cursor = page.next_cursor if len(below) == len(page.items) else None

    async def delete_all(self, documents: Sequence[Document]) -> None:
        """Deletes the documents in one commit, whoever changed them meanwhile. Raises
        Unavailable."""
        batch = Batch()
        for each in documents:
            batch.delete(each.collection, each.id)
        if batch.writes:
            await self.commit(batch)

    async def count(
        self, collection: str, *, where: Iterable[Condition] = (), order_by: Sequence[str] = ()
    ) -> int:
        """How many documents match; billed one read per thousand. The descending `order_by` lets
        the index of a list serve its count. Raises Unavailable."""
        query = {"where": where, "order_by": order_by, "descending": True}
        return (await self._aggregated(collection, query))[0]

    async def count_and_sum(self, collection: str, field: str) -> tuple[int, int]:
        """How many documents have the field as a number that is not negative, and the sum of it;
        billed one read per thousand. Raises Unavailable."""
        query = {"where": [(field, ">=", 0)], "order_by": (field,)}
        return await self._aggregated(collection, query, field)

    async def commit(self, batch: Batch) -> None:
        """Applies the whole batch or nothing; the batch then knows what was `written`.

        Raises LostRace where a condition no longer holds, PayloadTooLarge for more than a document
        can hold, Invalid for an id that no document can have, Unavailable where the store did not
        answer: then the batch may or may not have been applied."""
        request = firestore_rpc.request("Commit", database=firestore_rpc.database())
        for write in batch.writes:
            if not is_document_id(write.id):
                raise Invalid(FieldError("id", f"{write.id[:80]!a} cannot be an id"))
            put_write(request.writes.add(), write, self.name_of(write.collection, write.id))
        times = await firestore_rpc.commit(request)
        batch.note_written(self.tenant_id, times)
        count("firestore-commits")
        deletes = sum(write.kind == "delete" for write in batch.writes)
        count("firestore-deletes", deletes)
        count("firestore-writes", len(batch.writes) - deletes)

    async def _query(
        self, collection: str, cursor: str | None, *, order_by: Sequence[str], **query: Any
    ) -> list[Document]:
        request = firestore_rpc.request("RunQuery", parent=self._parent)
        put_query(request.structured_query, collection, order_by=order_by, **query)
        if cursor is not None:
            values, id = decode_cursor(cursor, order_by)
            after = request.structured_query.start_at.values
            for value in values:
                put_value(after.add(), value)
            after.add().reference_value = self.name_of(collection, id)
        return await fetch(request)

    async def _aggregated(
        self, collection: str, query: Mapping[str, Any], summed: str | None = None
    ) -> tuple[int, int]:
        """How many documents the query finds, and the sum of that field of them."""
        request = firestore_rpc.request("RunAggregationQuery", parent=self._parent)
        asked = request.structured_aggregation_query
        put_query(asked.structured_query, collection, **query)
        asked.aggregations.add(alias="count").count.SetInParent()
        if summed is not None:
            asked.aggregations.add(alias="sum").sum.field.field_path = summed
        (answer,) = await firestore_rpc.read("RunAggregationQuery", request)
        found = answer.result.aggregate_fields
        number: int = found["count"].integer_value
        count("firestore-reads", max(1, -(-number // COUNTED_PER_READ)))
        return number, found["sum"].integer_value if summed is not None else 0

    @property
    def _parent(self) -> str:
        return f"{firestore_rpc.database()}/documents/tenants/{self.tenant_id}"

    def name_of(self, collection: str, id: str) -> str:
        """The name of a document of this tenant, as Firestore has it."""
        return f"{self._parent}/{collection}/{id}"


async def fetch(request: Any) -> list[Document]:
    """The documents that a query of Firestore finds, without those that belong to no tenant: these
    are logged as errors. Raises Unavailable."""
    answers = await firestore_rpc.read("RunQuery", request)
    found = [answer.document for answer in answers if answer.HasField("document")]
    count("firestore-reads", max(1, len(found)))
    return [_document(each) for each in found if _is_a_tenants(each.name)]


def _is_a_tenants(name: str) -> bool:
    if _OF_A_TENANT.fullmatch(name):
        return True
    _log.error("ignored: %r is no document of a tenant", name)
    return False


def _document(message: Any) -> Document:
    tenant_id, collection, id = message.name.split("/")[-3:]
    return Document(collection, id, tenant_id, plain_fields(message.fields), message.update_time)
