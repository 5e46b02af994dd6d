"""Requests for approval: over the API, or by a creation case; withdrawn before or after they
arrive."""

from collections.abc import Callable

from events.agents import (
    AgentApprovalNeeded,
    CreationCaseCancelled,
    CreationCaseRollbackFailed,
    CreationCaseRolledBack,
)
from events.approvals import CaseBinding, Stage, Subject
from functions.approvals.aggregates import ACTIVE, APPROVALS, RUN
from functions.approvals.rules.approval import Approval, Steps
from functions.approvals.rules.requests import (
    Request,
    RequestBody,
    fitting_evidence,
    open_cancelled,
    open_request,
    request_of,
)
from functions.approvals.rules.reversals import cancel, fail_to_undo, undo
from functions.approvals.views import ApprovalDetail
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import Unavailable
from shared.kit.ids import derive_id, new_id
from shared.kit.models import part_of
from shared.messaging.envelope import Envelope
from shared.storage.idempotency import IdempotencyKey

_WITHDRAWN_BY = "withdrawn_by"


async def request_approval(
    caller: Caller, key: IdempotencyKey, body: RequestBody
) -> ApprovalDetail:
    """The new approval's card. Raises Invalid for a request out of bounds."""

    async def use_case(work: Command) -> ApprovalDetail:
        request = request_of(body, new_id("apr", work.at), caller.principal)
        return ApprovalDetail.of(await _open(work, request))

    return await RUN.command(caller, key, use_case, ApprovalDetail)


async def open_for_case(event: Envelope) -> None:
    """Opens the approval that a case requests, once, also after redeliveries; where the case was
    cancelled before, the approval is cancelled from the start."""
    request = _request_of(event)
    id = request.approval_id

    async def use_case(work: UnitOfWork) -> None:
        # The id is derived from the event's id, so the first attempt need not look: a redelivery,
        # or an earlier withdrawal, loses the race for the document.
        if work.attempt == 0:
            await _open(work, request)
        elif await work.find(APPROVALS, id) is None:
            withdrawn = work.stored(APPROVALS, id)
            if withdrawn is None:
                await _open(work, request)
            else:
                by = withdrawn.document.data[_WITHDRAWN_BY]
                await work.save(*open_cancelled(request, by, work.at))

    await RUN.reaction(event, use_case)


async def withdraw(event: Envelope) -> None:
    """Cancels the approval of a cancelled case. Where the request has not arrived yet, stores a
    placeholder, so that the request is cancelled when it arrives."""
    id = event.payload(CreationCaseCancelled).approval_id

    async def use_case(work: UnitOfWork) -> None:
        assert id is not None
        approval = await work.find(APPROVALS, id)
        if approval is not None:
            await work.save(*cancel(approval, event.actorid, work.at))
        elif work.stored(APPROVALS, id) is None:
            work.change.create(APPROVALS.collection, id, {_WITHDRAWN_BY: event.actorid})

    if id is not None:
        await RUN.reaction(event, use_case)


async def note_rollback(event: Envelope) -> None:
    """A case was rolled back: completes a required reversal, and stores any other."""
    await _follow(event, event.payload(CreationCaseRolledBack).approval_id, undo)


async def note_failed_rollback(event: Envelope) -> None:
    """A case could not be rolled back."""
    await _follow(event, event.payload(CreationCaseRollbackFailed).approval_id, fail_to_undo)


async def _follow(
    event: Envelope, approval_id: str | None, rule: Callable[[Approval], Steps]
) -> None:
    async def use_case(work: UnitOfWork) -> None:
        assert approval_id is not None
        approval = await work.find(APPROVALS, approval_id)
        if approval is None:
            raise Unavailable(f"{approval_id} is not known here yet")
        await work.save(*rule(approval))

    if approval_id is not None:
        await RUN.reaction(event, use_case)


async def _open(work: UnitOfWork, request: Request) -> Approval:
    active = None
    if request.precedents_allowed:
        active = await work.find(ACTIVE, request.kind)
    step = open_request(request, active.precedents if active else (), work.at)
    saved: list[Approval] = await work.save(step)
    if step.state.precedent_id is not None:
        # A precedent approves only if none of its kind was deprecated, suspended or activated
        # meanwhile.
        work.rely_on(ACTIVE, request.kind)
    return saved[-1]


def _request_of(event: Envelope) -> Request:
    asked = event.payload(AgentApprovalNeeded)
    return Request(
        approval_id=derive_id("apr", event.time, event.id),
        kind=asked.kind,
        subject=Subject(type="agent", id=asked.agent_id, name=asked.name),
        summary=asked.summary,
        content=asked.content,
        evidence=fitting_evidence(asked.evidence),
        rollback_plan=asked.rollback_plan,
        risk=asked.risk,
        risk_reasons=asked.risk_reasons,
        requested_by=asked.requested_by,
        stage=part_of(Stage, asked.stage),
        case=CaseBinding(case_id=asked.case_id, revision=asked.revision, purpose=asked.purpose),
        precedents_allowed=asked.precedents_allowed,
    )
