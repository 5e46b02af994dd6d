"""Requests for assent: over the API, or by a case; withdrawn before or after they arrive."""

from collections.abc import Mapping
from typing import Any

from events.agents import AgentApprovalNeeded, CreationCaseCancelled
from events.approvals import (
    CaseBinding,
    Stage,
    Subject,
)
from functions.approvals.rules.owner import cancel
from functions.approvals.rules.requests import MOST_EVIDENCE, Request, open_cancelled, open_request
from functions.approvals.service.lookups import require_approval
from functions.approvals.service.wiring import FUNCTION, OUTBOX
from functions.approvals.service.writing import Writer
from functions.approvals.store import (
    ACTIVE,
    APPROVALS,
    Actives,
    read_actives,
    read_approval,
    withdrawal_fields,
    withdrawn_by,
)
from functions.approvals.views import ApprovalDetail, detail_of
from shared.kit.callers import Caller
from shared.kit.ids import derive_id
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import Recorder
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again

# What an answer need not repeat to be given again.
_NEVER_CHANGES = {"content", "evidence"}


async def ask(caller: Caller, key: IdempotencyKey, request: Request) -> ApprovalDetail:
    """The new approval's card. Raises Invalid for a request out of bounds."""
    return await decide_again(lambda: _ask_once(caller, key, request))


async def _ask_once(caller: Caller, key: IdempotencyKey, request: Request) -> ApprovalDetail:
    store = TenantStore(caller.tenant_id)
    if answer := await key.recall(store):
        return await _answer_again(caller, answer)
    recorder = Recorder.for_command(function=FUNCTION, caller=caller, latest=None)
    writer = Writer(recorder)
    actives = read_actives(await store.get(ACTIVE, request.kind))
    step = open_request(request, actives.precedents, caller.received_at)
    detail = detail_of(await writer.approval([step], None))
    _check_unchanged(writer.change, actives, detail.precedent_id)
    key.remember(writer.change, detail.model_dump(mode="json", exclude=_NEVER_CHANGES))
    await OUTBOX.commit(store, writer.change, now=caller.received_at)
    return detail


async def _answer_again(caller: Caller, answer: Mapping[str, Any]) -> ApprovalDetail:
    kept = await require_approval(caller, answer["id"])
    lasting = detail_of(kept.value).model_dump(mode="json", include=_NEVER_CHANGES)
    return ApprovalDetail.model_validate({**lasting, **answer})


async def open_for_case(event: Envelope) -> None:
    """Opens the approval a case asks for, once however often the event comes; where the case was
    cancelled before, it is over from the start."""
    request = _request_of(event)
    store = TenantStore(event.tenantid)
    is_first_try = True

    async def once() -> None:
        # The id follows from the event's, so that the first try needs no look: a second delivery,
        # or a withdrawal that came first, loses the race for the document.
        nonlocal is_first_try
        found = None if is_first_try else await store.get(APPROVALS, request.approval_id)
        is_first_try = False
        if read_approval(found) is None:
            await _open_once(store, event, request, found)
        else:
            await OUTBOX.publish_again(store, event)

    await decide_again(once)


async def _open_once(
    store: TenantStore, event: Envelope, request: Request, withdrawal: Document | None
) -> None:
    writer = Writer(
        Recorder.for_reaction(function=FUNCTION, event=event), Change(is_redelivered=True)
    )
    if withdrawal is not None:
        by = withdrawn_by(withdrawal) or request.requested_by
        await writer.approval([open_cancelled(request, by, event.received_at)], withdrawal)
    else:
        actives = Actives(None, ())
        if request.precedents_allowed:
            actives = read_actives(await store.get(ACTIVE, request.kind))
        step = open_request(request, actives.precedents, event.received_at)
        approval = await writer.approval([step], None)
        _check_unchanged(writer.change, actives, approval.precedent_id)
    await OUTBOX.commit(store, writer.change, now=event.received_at)


async def withdraw(event: Envelope) -> None:
    """Cancels the approval of a case that was cancelled. Where the request has not arrived yet, its
    place is taken, so that it will be over when it does."""
    case = event.payload(CreationCaseCancelled)
    if case.approval_id is not None:
        approval_id = case.approval_id
        await decide_again(lambda: _withdraw_once(event, approval_id))


async def _withdraw_once(event: Envelope, approval_id: str) -> None:
    store = TenantStore(event.tenantid)
    found = await store.get(APPROVALS, approval_id)
    writer = Writer(Recorder.for_reaction(function=FUNCTION, event=event))
    if found is None:
        writer.change.create(APPROVALS, approval_id, withdrawal_fields(event.actorid))
    else:
        seen = read_approval(found)
        step = cancel(seen.value, event.actorid, event.received_at) if seen else None
        if step is None:
            return
        await writer.approval([step], seen)
    await OUTBOX.commit(store, writer.change, now=event.received_at)


def _check_unchanged(change: Change, actives: Actives, precedent_id: str | None) -> None:
    """A precedent assents only if none of its kind was ended, suspended or activated meanwhile."""
    if precedent_id is not None:
        assert actives.document is not None
        change.check(actives.document)


def _request_of(event: Envelope) -> Request:
    asked = event.payload(AgentApprovalNeeded)
    return Request(
        approval_id=derive_id("apr", event.time, event.id),
        kind=asked.kind,
        subject=Subject(type="agent", id=asked.agent_id, name=asked.name),
        summary=asked.summary,
        content=asked.content,
        evidence=asked.evidence[:MOST_EVIDENCE],
        rollback_plan=asked.rollback_plan,
        risk=asked.risk,
        risk_reasons=asked.risk_reasons,
        requested_by=asked.requested_by,
        stage=Stage.model_validate(asked.stage.model_dump()),
        case=CaseBinding(case_id=asked.case_id, revision=asked.revision, purpose=asked.purpose),
        precedents_allowed=asked.precedents_allowed,
    )
