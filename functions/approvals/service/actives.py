"""Which precedents are active: changed in the very commit that changes a precedent, so that a
match decided on an older state loses its race."""

from datetime import datetime

from functions.approvals.rules.approval import Approval
from functions.approvals.rules.precedent import Precedent, count_false_positive
from functions.approvals.service.writing import Writer
from functions.approvals.store import (
    ACTIVE,
    PRECEDENTS,
    Kept,
    read_actives,
    read_precedent,
)
from shared.storage.firestore import TenantStore


async def count_veto(store: TenantStore, writer: Writer, vetoed: Approval, at: datetime) -> None:
    """Counts the false positive in the veto's own commit; the third ends the precedent there."""
    assert vetoed.precedent_id is not None
    seen = read_precedent(await store.get(PRECEDENTS, vetoed.precedent_id))
    assert seen is not None, "precedents are never deleted"
    step = count_false_positive(seen.value, at)
    writer.precedent(step, seen)
    if seen.value.status == "active" and step.precedent.status != "active":
        await drop_active(store, writer, seen)


async def drop_active(store: TenantStore, writer: Writer, seen: Kept[Precedent]) -> None:
    """The precedent assents no more from this commit on."""
    precedent = seen.value
    actives = read_actives(await store.get(ACTIVE, precedent.kind))
    others = [each for each in actives.precedents if each.precedent_id != precedent.precedent_id]
    writer.actives(precedent.kind, others, actives)
