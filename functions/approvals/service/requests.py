"""Requests for approval: over the API, or by another function; withdrawn before or after they
arrive."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from events.cases import (
    CreationCaseCancelled,
    CreationCaseReversalUnneeded,
    CreationCaseRollbackFailed,
    CreationCaseRolledBack,
    CreationCaseWithdrawalRequested,
    Withdrawal,
)
from events.direct_calls import DirectCallWithdrawn
from events.policies import PolicyRetired, PolicyReturned
from events.runs import RunCancelled
from functions.approvals.aggregates import ACTIVE, APPROVALS, POLICIES, POLICY_ID, RUN
from functions.approvals.queries import find_refused, find_tacit, has_devices
from functions.approvals.rules.approval import Approval, Step, Steps
from functions.approvals.rules.files import named
from functions.approvals.rules.opening import open_cancelled, open_request
from functions.approvals.rules.precedent import ActivePrecedent
from functions.approvals.rules.probation import is_audited
from functions.approvals.rules.questions import QUESTIONS, request_of_question
from functions.approvals.rules.refusals import MOST_SILENT, too_many_silent, why_refused
from functions.approvals.rules.requests import Request, RequestBody, request_of
from functions.approvals.rules.reversals import cancel, end_with_case, fail_to_undo, undo
from functions.approvals.rules.veto_clock import wait_for_device
from functions.approvals.service.built_in import built_in
from functions.approvals.service.files import cite, files_in_evidence, refuse_unreadable_evidence
from functions.approvals.service.precedents import count_compared
from functions.approvals.service.refusals import take_back_same
from functions.approvals.views import SignedCard
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.kit.errors import Unavailable
from shared.kit.ids import derive_id, new_id
from shared.messaging.envelope import Envelope
from shared.storage.idempotency import IdempotencyKey

_WITHDRAWN_BY = "withdrawn_by"

_Ending = Callable[[Approval, str, datetime], Steps]


async def request_approval(caller: Caller, key: IdempotencyKey, body: RequestBody) -> SignedCard:
    """The new approval's card. Raises Invalid for a request out of bounds, ContentErased for a
    content that was erased before."""

    async def use_case(work: Command) -> SignedCard:
        # Only a lost race shows that exactly this content was sent before.
        first = await work.first_to_store(content_hash(body.content)) if work.attempt else None
        request = request_of(body, new_id("apr", work.at), caller.actor, first)
        await refuse_unreadable_evidence(work, request)
        return SignedCard.of(await open_request_of(work, request))

    return await RUN.command(caller, use_case, SignedCard, key=key)


async def open_for_question(event: Envelope) -> None:
    """Opens the approval that a function asks for, once, also after redeliveries; where the
    question was taken back before, the approval is cancelled from the start. Raises ContentErased,
    ContentInvalid where what is to be approved cannot be read."""
    asked = event.payload(QUESTIONS[event.type])
    id = derive_id("apr", event.time, event.id)

    async def use_case(work: UnitOfWork) -> None:
        contents, _ = await asyncio.gather(
            work.read_contents(asked.content_hash, asked.evidence_hash, asked.assessment_hash),
            work.prefetch((POLICIES, POLICY_ID)),
        )
        request = request_of_question(asked, id, contents)
        # The id is derived from the event's id, so the first attempt need not look: a redelivery,
        # or an earlier withdrawal, loses the race for the document.
        if work.attempt == 0:
            await open_request_of(work, request)
        elif await work.find(APPROVALS, id) is None:
            withdrawn = work.stored(APPROVALS, id)
            if withdrawn is None:
                await open_request_of(work, request)
            else:
                by = withdrawn.document.data[_WITHDRAWN_BY]
                await work.save(*open_cancelled(request, by, work.at))

    await RUN.reaction(event, use_case, clears=event.about in asked.reader_clears)


async def withdraw(event: Envelope) -> None:
    """Cancels the approval that a case waits for, unless it was decided. Where the request has not
    arrived yet, stores a placeholder, so that the request is cancelled when it arrives."""
    case = event.payload(CreationCaseWithdrawalRequested)
    assert case.withdrawal is not None
    await _end(event, case.approval_id, cancel, case.withdrawal)


async def end_for_case(event: Envelope) -> None:
    """Ends the approval of a cancelled case: cancels it or, where it was approved, reverses it."""
    case = event.payload(CreationCaseCancelled)
    withdrawal = case.withdrawal or Withdrawal(by=event.actorid, at=event.time)
    await _end(event, case.approval_id, end_with_case, withdrawal)


async def end_for_policy(event: Envelope) -> None:
    """Ends the approval that a policy gave up: cancels it or, where it was approved, reverses
    it."""
    policy = event.payload(PolicyReturned)
    withdrawal = Withdrawal(by=policy.returned_by, at=event.time)
    await _end(event, policy.ends, end_with_case, withdrawal)


async def end_for_run(event: Envelope) -> None:
    """Ends the approval that a cancelled run gave up: cancels it or, where it was approved,
    reverses it."""
    run = event.payload(RunCancelled)
    await _end(event, run.ends, end_with_case, Withdrawal(by=run.cancelled_by, at=event.time))


async def end_for_direct_call(event: Envelope) -> None:
    """Ends the approval of a call that nobody wants any more: cancels it or, where it was approved,
    reverses it."""
    call = event.payload(DirectCallWithdrawn)
    withdrawal = Withdrawal(by=call.withdrawn_by, at=event.time)
    await _end(event, call.ends, end_with_case, withdrawal)


async def note_unpublished(event: Envelope) -> None:
    """A policy whose approval was overturned decides no more: completes the reversal."""
    await _follow(event, event.payload(PolicyRetired).undoes, undo)


async def _end(
    event: Envelope,
    approval_id: str | None,
    rule: _Ending,
    withdrawal: Withdrawal,
) -> None:
    async def use_case(work: UnitOfWork) -> None:
        assert approval_id is not None
        await _end_one(work, approval_id, rule, withdrawal)

    if approval_id is not None:
        await RUN.reaction(event, use_case)


async def _end_one(
    work: UnitOfWork,
    approval_id: str,
    rule: _Ending,
    withdrawal: Withdrawal,
) -> None:
    approval = await work.find(APPROVALS, approval_id)
    if approval is not None:
        saved: list[Approval] = await work.save(*rule(approval, withdrawal.by, withdrawal.at))
        if saved:
            await take_back_same(work, saved[-1])
    elif work.stored(APPROVALS, approval_id) is None:
        work.change.create(APPROVALS.collection, approval_id, {_WITHDRAWN_BY: withdrawal.by})


async def note_rollback(event: Envelope) -> None:
    """A case was rolled back: completes a required reversal, and stores any other. Ends the
    approval that the case asked for later, if there is one."""
    case = event.payload(CreationCaseRolledBack)
    await _follow(event, case.approval_id, undo, ends=case.ends_approval_id)


async def note_unneeded_reversal(event: Envelope) -> None:
    """A case had replaced what was approved: completes a required reversal."""
    await _follow(event, event.payload(CreationCaseReversalUnneeded).approval_id, undo)


async def note_failed_rollback(event: Envelope) -> None:
    """A case could not be rolled back."""
    await _follow(event, event.payload(CreationCaseRollbackFailed).approval_id, fail_to_undo)


async def _follow(
    event: Envelope,
    approval_id: str | None,
    rule: Callable[[Approval], Steps],
    ends: str | None = None,
) -> None:
    async def use_case(work: UnitOfWork) -> None:
        assert approval_id is not None
        approval = await work.find(APPROVALS, approval_id)
        if approval is None:
            raise Unavailable(f"{approval_id} is not known here yet")
        await work.save(*rule(approval))
        if ends is not None:
            by = Withdrawal(by=event.actorid, at=event.time)
            await _end_one(work, ends, end_with_case, by)

    if approval_id is not None:
        await RUN.reaction(event, use_case)


def _audited(
    step: Step,
    opened: Callable[[Sequence[ActivePrecedent]], Step],
    precedents: Sequence[ActivePrecedent],
) -> Step:
    """The same step or, where a person decides this match of a precedent on probation, the request
    as it is opened without that precedent, so that nothing tells them of it."""
    matched = step.state.precedent_id
    of = next((each for each in precedents if each.precedent_id == matched), None)
    if of is None or not is_audited(of, step.state.approval_id):
        return step
    without = opened([each for each in precedents if each.precedent_id != matched])
    if without.state.precedent_id is not None:
        return without
    return replace(without, state=without.state.but(audits=matched))


async def open_request_of(work: UnitOfWork, request: Request) -> Approval:
    """The approval of the request, in this commit, under the tenant's policy. Raises Invalid, and
    LostRace where it is open, or was. The files that its evidence names are kept from now on."""
    files = await files_in_evidence(work, request)
    request = replace(request, files=named(files))
    active = None
    if request.precedents_allowed:
        await work.prefetch((POLICIES, POLICY_ID), (ACTIVE, request.kind))
        active = await work.find(ACTIVE, request.kind)
    policy = await work.find(POLICIES, POLICY_ID) or built_in()
    precedents = active.holding_in(work.workspace_id) if active else ()
    step = open_request(request, precedents, work.at, policy)
    if step.state.precedent_id is not None or step.state.on_timeout == "approve":
        # Read only here, because most requests wait for a person.
        similar = await find_refused(work, step.state)
        refused = why_refused(*similar, work.at, work.workspace_id)
        if not refused and step.state.on_timeout == "approve":
            refused = too_many_silent(await find_tacit(work, step.state, MOST_SILENT))
        if refused:
            step = open_request(request, precedents, work.at, policy, refused)
    step = _audited(step, lambda rest: open_request(request, rest, work.at, policy), precedents)
    if step.state.veto is not None and policy.veto_waits_for_device:
        step = wait_for_device(step) if await has_devices(work.store) else step
    # The queries may have found it: then this is a redelivery, and it was refused meanwhile.
    saved: list[Approval] = await work.save_new(step)
    await cite(work, files, request.approval_id)
    count_compared(work.change, step.state)
    if step.state.precedent_id is not None:
        # A precedent approves only if none of its kind was deprecated, suspended or activated
        # meanwhile.
        work.rely_on(ACTIVE, request.kind)
    return saved[-1]
