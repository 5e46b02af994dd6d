"""What people assented to last, of each capsule's plans and of each step's calls."""

from collections.abc import Iterable
from typing import Any

from events.approvals import ApprovalState
from events.receipts import Receipt
from functions.runs.aggregates import LAST_ASSENTS, LED_TO
from functions.runs.rules.decisions import TAKEN_BACK
from functions.runs.rules.differences import difference, is_assent, place_of
from functions.runs.rules.run import Run, Steps
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.contents import Content
from shared.receipts.approval_receipts import RECEIPT_ID


async def difference_from_last(
    work: UnitOfWork, run: Run, step: str | None, content: Content
) -> tuple[dict[str, Any], ...]:
    """What differs in the content from what was assented to last; nothing where nothing was. One
    read, and another of that content. Raises ContentInvalid, Unavailable."""
    document = await work.store.get(LAST_ASSENTS.name, place_of(run, step))
    if document is None:
        return ()
    since: str = document.data["content_hash"]
    if since == content.hash:
        return ({"since": since, "changed": []},)
    contents = await work.read_contents(since)
    before = contents.value(since) if since in contents.present else None
    return (difference(since, before, content.value),)


async def note_assent(work: UnitOfWork, run: Run, decision: ApprovalState, steps: Steps) -> None:
    """Notes, in the commit of the `steps` that follow from it, that somebody assented to what the
    run had asked; forgets an assent that was taken back. Raises ContentInvalid, Unavailable."""
    if decision.status in TAKEN_BACK:
        await _forget(work, run, decision)
    elif steps and run.asked is not None and is_assent(decision):
        said = {"content_hash": decision.decision_hash, "approval_id": decision.approval_id}
        work.change.put(LAST_ASSENTS.name, place_of(run, run.asked.step), said)


def note_receipts(work: UnitOfWork, receipts: Iterable[Receipt]) -> None:
    """Notes, in the commit that reports them, what approvals led to: of each the newest receipt."""
    newest = {each.approval_id: each for each in receipts if each.approval_id is not None}
    for id, receipt in newest.items():
        work.change.put(LED_TO.name, id, {RECEIPT_ID: receipt.receipt_id})


async def _forget(work: UnitOfWork, run: Run, decision: ApprovalState) -> None:
    hash, step = decision.decision_hash, None
    if hash != run.plan_hash:
        contents = await work.read_contents(hash)
        if hash not in contents.present:
            return
        step = contents.value(hash)["step"]
    document = await work.store.get(LAST_ASSENTS.name, place_of(run, step))
    if document is not None and document.data["approval_id"] == decision.approval_id:
        work.change.delete(LAST_ASSENTS.name, document.id, document)
