"""Reads a tenant's approvals in the order of their requests, as they are now; writes nothing."""

from collections.abc import AsyncIterator
from datetime import datetime

from shared.approvals.past import PastApproval
from shared.approvals.reading import APPROVALS
from shared.kit.instants import format_instant
from shared.kit.workspaces import WORKSPACE, within
from shared.storage.encoding import Condition
from shared.storage.firestore import TenantStore

_ORDER = ("requested_at", "open_until")
_AT_ONCE = 200


async def read_history(
    store: TenantStore,
    workspace_id: str | None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int,
) -> AsyncIterator[PastApproval]:
    """The approvals that were requested from `since` on and before `until`, newest first, `most` at
    most; of a workspace only those in it. One read for each. Raises Unavailable."""
    where: list[Condition] = [*within(workspace_id)]
    where += [("requested_at", ">=", format_instant(since))] if since else []
    where += [("requested_at", "<", format_instant(until))] if until else []
    cursor, left = None, most
    while left > 0:
        page = await store.find_page(
            APPROVALS,
            select=("state", WORKSPACE),
            where=where,
            order_by=_ORDER,
            limit=min(left, _AT_ONCE),
            cursor=cursor,
            looks_ahead=False,
        )
        for document in page.items:
            if "state" in document.data:
                yield PastApproval.model_validate_json(document.data["state"])
        left -= len(page.items)
        if (cursor := page.next_cursor) is None:
            return
