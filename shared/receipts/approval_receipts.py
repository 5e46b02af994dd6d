"""What approvals led to: the newest receipt of a call that goes by each, read where `runs` notes
it; writes nothing."""

from collections.abc import Iterable

from events.approvals import ApprovalSummary
from shared.storage.firestore import TenantStore

__all__ = ["APPROVAL_RECEIPTS", "RECEIPT_ID", "receipts_of"]

# By the approval's id; `functions/runs` alone writes them.
APPROVAL_RECEIPTS = "approval_receipts"
RECEIPT_ID = "receipt_id"
_LEADING = frozenset({"approved", "overturned"})


async def receipts_of(
    store: TenantStore, approvals: Iterable[tuple[str, ApprovalSummary]]
) -> dict[str, str]:
    """The receipts of these approvals, by the approvals' ids; of those that led to calls of runs
    only. One round trip, and none where no run asked for any. Raises Unavailable."""
    ids = [id for id, each in approvals if each.subject.type == "run" and each.status in _LEADING]
    if not ids:
        return {}
    found = await store.get_many([(APPROVAL_RECEIPTS, id) for id in ids])
    return {each.id: each.data[RECEIPT_ID] for each in found if each is not None}
