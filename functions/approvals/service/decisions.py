"""Decisions, vetoes and reviews of people: each is decided, signed and saved once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from events.elicitation import ELICITATION
from events.precedents import PrecedentStatus
from functions.approvals.aggregates import APPROVALS, CLAIMS, READING_PACES, RUN
from functions.approvals.queries import (
    find_like,
    find_precedent_like,
    is_governor_absent,
)
from functions.approvals.rules.answers import ANSWERING, Elicitation
from functions.approvals.rules.approval import Approval, Repeat, Steps
from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody, ReviewBody
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.drafts import IN_A_ROW, counts, draft, with_streak
from functions.approvals.rules.files import with_attachments
from functions.approvals.rules.late import note_late, note_overtaken
from functions.approvals.rules.precedent import Precedent
from functions.approvals.rules.reading_pace import is_fast, note_fast
from functions.approvals.rules.reviews import review
from functions.approvals.rules.signatures import Signatures, verb_of, with_signatures
from functions.approvals.rules.standing import depends_on_takeover
from functions.approvals.rules.veto import veto
from functions.approvals.service.alone import is_alone
from functions.approvals.service.approval_policy import adopt_policy
from functions.approvals.service.devices import check_signature
from functions.approvals.service.files import attached_files, cite
from functions.approvals.service.passkeys import check_passkey
from functions.approvals.service.probation import note_audit
from functions.approvals.service.refusals import count_vetoes, take_back_same
from functions.approvals.views import ApprovalCard
from shared.aggregates.command import Command
from shared.kit.callers import Actor, Caller
from shared.kit.canonical import content_hash
from shared.kit.errors import AlreadyDecided, ApprovalExpired, VetoWindowClosed
from shared.kit.transitions import Transition
from shared.policy.authorization import choose
from shared.storage.idempotency import IdempotencyKey

_LIVING: tuple[PrecedentStatus, ...] = (
    "draft",
    "pending_review",
    "approved",
    "active",
    "suspended",
)

Rule = Callable[[Approval, Actor, bool, bool, Elicitation | None], Steps | Repeat]
Noting = Callable[[Approval, str, str, Actor, datetime], Steps]


async def take_decision(caller: Caller, approval_id: str, body: DecisionBody) -> ApprovalCard:
    """The card after the decision; the same `client_decision_id` and body always give the same
    answer. Raises IdempotencyKeyReused, NotFound, then what the rules raise, then
    DeviceSignatureRefused, PasskeyRequired, PasskeyRefused."""

    def rule(
        approval: Approval, actor: Actor, took_over: bool, alone: bool, asked: Elicitation | None
    ) -> Steps | Repeat:
        at = caller.received_at
        return decide(approval, body, actor, at, took_over=took_over, alone=alone, asked=asked)

    choose(f"approvals.{body.decision}")
    return await _take(caller, approval_id, body, rule)


async def take_veto(caller: Caller, approval_id: str, body: GovernorVetoBody) -> ApprovalCard:
    """The card after the veto; otherwise as `take_decision`."""

    def rule(
        approval: Approval, actor: Actor, took_over: bool, _: bool, __: Elicitation | None
    ) -> Steps | Repeat:
        return veto(approval, body, actor, caller.received_at, took_over=took_over)

    return await _take(caller, approval_id, body, rule)


async def give_review(
    caller: Caller, key: IdempotencyKey, approval_id: str, body: ReviewBody
) -> ApprovalCard:
    """The card after the review; the same review again changes nothing. Raises NotFound, then what
    the rules raise."""

    def rule(approval: Approval) -> Steps:
        result = review(approval, body, caller.actor, caller.received_at)
        return () if isinstance(result, Repeat) else result

    return await _change_and_take_back(caller, approval_id, rule, key)


async def _take(
    caller: Caller, approval_id: str, body: DecisionBody | GovernorVetoBody, rule: Rule
) -> ApprovalCard:
    # Who signs the same decision anew sends another signature.
    anew = {"approval_id", "assertion", "signature"}
    sent = body.model_dump(mode="json", exclude_defaults=True, exclude=anew)
    claim = IdempotencyKey(
        caller,
        id=sent["client_decision_id"],
        fingerprint=content_hash([caller.principal, approval_id, sent]),
        collection=CLAIMS.name,
        kept=None,
    )

    async def use_case(work: Command) -> ApprovalCard:
        # Policies are asked as the approval is read, and this is one of the things they ask about.
        alone = await is_alone(work, approval_id, verb_of(body))
        approval = await work.get(APPROVALS, approval_id)
        actor = caller.actor
        took_over = depends_on_takeover(approval, actor) and await is_governor_absent(
            work.store, actor.principal, work.at, caller.control.suspensions
        )
        result = rule(approval, actor, took_over, alone, await _asked(work, approval, body))
        if isinstance(result, Repeat):
            return await _first_answer(work, approval)
        files = await attached_files(work, body.attachments, approval)
        result = with_attachments(result, files)
        device = await check_signature(work, approval_id, body)
        passkey = await check_passkey(caller, approval, body, by_self=alone)
        steps = with_signatures(approval, result, body, Signatures(passkey, device))
        await cite(work, files, approval_id)
        card = await _save(work, steps, claim.id)
        await _note_pace(work, approval, body)
        return card

    about = (APPROVALS, approval_id)
    try:
        return await RUN.command(caller, use_case, ApprovalCard, key=claim, about=about)
    except (ApprovalExpired, VetoWindowClosed):
        await _note(caller, approval_id, body, note_late)
        raise
    except AlreadyDecided:
        await _note(caller, approval_id, body, note_overtaken)
        raise


async def _note_pace(
    work: Command, approval: Approval, body: DecisionBody | GovernorVetoBody
) -> None:
    """Notes, in the decision's commit, a yes that was faster than anybody reads; one read of that,
    and none of any other decision."""
    read_ms = body.read_ms
    if read_ms is not None and is_fast(approval, verb_of(body), read_ms):
        principal = work.caller.principal
        pace = await work.find(READING_PACES, principal)
        await work.save(*note_fast(pace, approval, principal, read_ms, work.at))


async def _asked(
    work: Command, approval: Approval, body: DecisionBody | GovernorVetoBody
) -> Elicitation | None:
    """The question that the body is to answer, unless it was erased; one read of an approval that
    has one."""
    if not approval.needs_answer or verb_of(body) not in ANSWERING:
        return None
    content = (await work.read_contents(approval.decision_hash)).shown(approval.decision_hash)
    return None if content is None else content[ELICITATION]


async def _note(
    caller: Caller, approval_id: str, body: DecisionBody | GovernorVetoBody, noting: Noting
) -> None:
    """Records the decision that was refused as too late, unless it was about other content."""
    verb, note = (
        (body.decision, body.note) if isinstance(body, DecisionBody) else ("veto", body.explanation)
    )

    def rule(approval: Approval) -> Steps:
        if body.decision_hash != approval.decision_hash:
            return ()
        return noting(approval, verb, note, caller.actor, caller.received_at)

    await _change_and_take_back(caller, approval_id, rule)


async def _change_and_take_back(
    caller: Caller,
    approval_id: str,
    rule: Callable[[Approval], Steps],
    key: IdempotencyKey | None = None,
) -> ApprovalCard:
    """As `RUN.change`, and takes back in the same commit what a refusal reaches."""

    async def use_case(work: Command) -> ApprovalCard:
        approval = await work.get(APPROVALS, approval_id)
        saved = await work.save(*rule(approval))
        if saved:
            taken_back = await take_back_same(work, saved[-1])
            await count_vetoes(work, taken_back)
        return ApprovalCard.of(saved[-1] if saved else approval)

    return await RUN.command(
        caller, use_case, ApprovalCard, key=key, about=(APPROVALS, approval_id)
    )


async def _first_answer(work: Command, approval: Approval) -> ApprovalCard:
    """The answer to the same decision under another `client_decision_id`."""
    if approval.decided_claim is not None:
        first = await work.store.get(CLAIMS.name, approval.decided_claim)
        if first is not None:
            return ApprovalCard.model_validate_json(first.data["answer"])
    return ApprovalCard.of(approval)


async def _save(work: Command, steps: Steps, claim_id: str) -> ApprovalCard:
    last = steps[-1].state
    drafted = None
    if not last.is_open:
        decided = {"decided_claim": claim_id}
        steps = tuple(replace(s, state=s.state.but(**decided)) for s in steps)
        last, drafted = await _with_row(work, steps[-1].state)
        steps = (*steps[:-1], replace(steps[-1], state=last))
    await work.save(*steps)
    taken_back = await take_back_same(work, last)
    if drafted is not None:
        await work.save(drafted)
    if last.status == "approved" and last.proposal is not None:
        await adopt_policy(work, last)
    await count_vetoes(work, (steps[0].state, *taken_back))
    await note_audit(work, last)
    return ApprovalCard.of(last)


async def _with_row(
    work: Command, approval: Approval
) -> tuple[Approval, Transition[Precedent] | None]:
    """The decided approval with its place in the row of similar ones, and the precedent that the
    row drafts: once per row, and not where a similar precedent exists or a content of the row was
    erased. A refusal costs no read."""
    if not counts(approval):
        return approval, None
    if approval.status != "approved":
        return with_streak(approval, None), None
    previous = await find_like(work, approval.row, 1)
    approval = with_streak(approval, previous[0] if previous else None)
    if approval.streak != IN_A_ROW:
        return approval, None
    if await find_precedent_like(work, approval.row, _LIVING) is not None:
        return approval, None
    earlier = await find_like(work, approval.row, IN_A_ROW - 1)
    row = [*reversed(earlier), approval]
    contents = await work.read_contents(*(each.decision_hash for each in row))
    if contents.erased_at(*(each.decision_hash for each in row)) is not None:
        return approval, None
    return approval, draft([(each, contents.value(each.decision_hash)) for each in row], work.at)
