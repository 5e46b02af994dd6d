"""Firestore, across tenants."""

from collections.abc import Iterable

from shared.storage import firestore_rpc
from shared.storage.batches import Document
from shared.storage.encoding import Condition, put_query, put_value
from shared.storage.firestore import TenantStore, fetch


class PlatformStore:
    """Reads documents of every tenant, for sweeps and operators' commands. No answer to a caller
    may come from it."""

    async def find(
        self,
        collection: str,
        *,
        where: Iterable[Condition] = (),
        order_by: str | None = None,
        limit: int = 100,
        after: Document | None = None,
        select: Iterable[str] = (),
    ) -> list[Document]:
        """Up to `limit` documents of that collection of any tenant, in the order of `order_by`,
        those that follow `after` in it; with the fields in `select`, by default all. A document of
        a collection that only has the same name, elsewhere in the database, belongs to no tenant:
        it is logged as an error and left out. Raises Unavailable."""
        request = firestore_rpc.request("RunQuery", parent=f"{firestore_rpc.database()}/documents")
        put_query(
            request.structured_query,
            collection,
            where=where,
            order_by=() if order_by is None else (order_by,),
            limit=limit,
            everywhere=True,
            select=select,
        )
        if after is not None:
            place = request.structured_query.start_at.values
            if order_by is not None:
                put_value(place.add(), after.data[order_by])
            tenant = TenantStore(after.tenant_id)
            place.add().reference_value = tenant.name_of(after.collection, after.id)
        return await fetch(request)
