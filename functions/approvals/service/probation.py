"""Precedents on probation: drafted from patterns, audited, established."""

from events.patterns import PatternState
from events.precedents import PrecedentSeed
from functions.approvals.aggregates import ACTIVE, PRECEDENTS, RUN
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.drafts import draft_from
from functions.approvals.rules.precedent import Precedent, audit, establish
from functions.approvals.service.precedents import shown_one
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition
from shared.patterns.aggregates import PATTERNS
from shared.storage.idempotency import IdempotencyKey


async def draft_from_pattern(caller: Caller, key: IdempotencyKey, pattern_id: str) -> PrecedentSeed:
    """A draft of what the pattern says, on probation, for a governor to review and activate; it
    approves nothing. Raises NotFound, VersionConflict for a pattern that is lost, or that led to a
    precedent before."""

    async def use_case(work: Command) -> PrecedentSeed:
        pattern: PatternState = await work.get(PATTERNS, pattern_id)
        if pattern.status != "found":
            raise VersionConflict("newer decisions do not show this pattern any more: mine again")
        step = draft_from(pattern, work.at)
        known = await work.find(PRECEDENTS, step.state.precedent_id)
        if known is not None:
            raise VersionConflict(f"{known.reference} was drafted from it and is {known.status}")
        await work.save(step)
        return await shown_one(work.store, step.state)

    about = (PATTERNS, pattern_id)
    return await RUN.command(caller, use_case, PrecedentSeed, key=key, about=about)


async def establish_precedent(
    caller: Caller, key: IdempotencyKey, precedent_id: str
) -> PrecedentSeed:
    """The precedent without its probation. Raises NotFound, Forbidden for all but governors,
    VersionConflict."""

    async def use_case(work: Command) -> PrecedentSeed:
        precedent = await work.get(PRECEDENTS, precedent_id)
        step = establish(precedent, work.at)
        await work.save(step)
        active = await work.find(ACTIVE, precedent.kind)
        assert active is not None, "an active precedent is in its list"
        await work.save(Transition(active.without(precedent_id).with_(step.state)))
        return await shown_one(work.store, step.state)

    about = (PRECEDENTS, precedent_id)
    return await RUN.command(caller, use_case, PrecedentSeed, key=key, about=about)


async def note_audit(work: UnitOfWork, decided: Approval) -> None:
    """Compares, in the decision's own commit, what a person decided with what the precedent would
    have; the first no suspends it. Two reads of an approval that audits one; none of any other."""
    agreed = decided.status == "approved" and decided.capacity == "approver"
    if decided.audits is None or not (agreed or decided.is_refusal):
        return
    precedent: Precedent | None = await work.find_anywhere(PRECEDENTS, decided.audits)
    assert precedent is not None, "precedents are never deleted"
    step = audit(precedent, decided.approval_id, agreed=agreed)
    if step is None:
        return
    await work.save(step)
    if step.state.status != "active":
        active = await work.find(ACTIVE, precedent.kind)
        assert active is not None, "an active precedent is in its list"
        await work.save(Transition(active.without(precedent.precedent_id)))
