"""Rows of like approvals, and the precedents they draft."""

import json
from datetime import datetime

from functions.approvals.rules.approval import Approval
from functions.approvals.rules.drafting import IN_A_ROW, counts, draft, with_streak
from functions.approvals.rules.precedent import PrecedentTransition
from functions.approvals.store import find_like, find_precedents_like
from shared.storage.firestore import TenantStore

_LIVING = ("draft", "pending_review", "approved", "active", "suspended")


async def with_row(
    store: TenantStore, approval: Approval, at: datetime
) -> tuple[Approval, PrecedentTransition | None]:
    """The decided approval with its place in the row of like ones, and the precedent the row
    drafts: once per row, and not where a like precedent lives. A refusal costs no read."""
    if not counts(approval, json.loads(approval.content)):
        return approval, None
    if approval.status != "approved":
        return with_streak(approval, None), None
    previous = await find_like(store, approval.likeness, 1)
    approval = with_streak(approval, previous[0] if previous else None)
    if approval.streak != IN_A_ROW:
        return approval, None
    precedents = await find_precedents_like(store, approval.likeness)
    if any(precedent.status in _LIVING for precedent in precedents):
        return approval, None
    earlier = await find_like(store, approval.likeness, IN_A_ROW - 1)
    row = [*reversed(earlier), approval]
    return approval, draft([(each, json.loads(each.content)) for each in row], at)
