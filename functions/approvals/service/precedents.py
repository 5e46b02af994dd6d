"""Precedents: reviewed when they are posted, activated by a governor, suspended."""

from collections.abc import Sequence
from datetime import UTC, datetime

from events.precedents import Finding, PrecedentBody, PrecedentSeed, seed_of, with_matches
from functions.approvals.aggregates import ACTIVE, APPROVALS, COUNTS, PRECEDENTS, RUN
from functions.approvals.queries import find_ended, find_refused_since
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.genesis import (
    MOST_ENDED,
    MOST_REFUSED,
    Facts,
    Unread,
    covers_request,
    review,
    twin_of,
)
from functions.approvals.rules.posted_precedent import precedent_of
from functions.approvals.rules.precedent import (
    ACTIVATED,
    ActivePrecedent,
    ActivePrecedents,
    Precedent,
    activate,
    name_of_precedent,
    post,
    supersede,
    suspend,
)
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import VersionConflict
from shared.kit.ids import new_id
from shared.kit.transitions import Transition
from shared.kit.workspaces import includes
from shared.messaging.contents import read_contents
from shared.storage.batches import Add, Batch, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey

_CONTENTS_AT_ONCE = 4
# The fields of a precedent's counts.
COMPARED = "compared"
MATCHED = "matched"
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


async def post_precedent(caller: Caller, key: IdempotencyKey, body: PrecedentBody) -> PrecedentSeed:
    """The precedent with Genesis' verdict: approved or rejected. Raises Invalid for one that is too
    large."""

    async def use_case(work: Command) -> PrecedentSeed:
        written = precedent_of(
            body, new_id("pre", work.at), caller.actor, work.at, work.workspace_id
        )
        facts = await _facts(work, written)
        likeness = facts.example.likeness if facts.example else ""
        written = written.but(likeness=likeness)
        step = post(written, review(written, facts))
        await work.save(step)
        return seed_of(step.state)

    return await RUN.command(caller, use_case, PrecedentSeed, key=key)


async def activate_precedent(
    caller: Caller, key: IdempotencyKey, precedent_id: str
) -> PrecedentSeed:
    """The activated precedent, or the rejected one where it no longer passes its review.

    Raises NotFound, Forbidden for all but governors, VersionConflict."""

    async def use_case(work: Command) -> PrecedentSeed:
        precedent = await work.get(PRECEDENTS, precedent_id)
        findings = await _review_again(work, precedent)
        step = activate(precedent, caller.principal, work.at, findings)
        await work.save(step)
        if step.state.status == "active":
            await _add_active(work, step.state)
        return await shown_one(work.store, step.state)

    about = (PRECEDENTS, precedent_id)
    return await RUN.command(caller, use_case, PrecedentSeed, key=key, about=about)


async def suspend_precedent(
    caller: Caller, key: IdempotencyKey, precedent_id: str
) -> PrecedentSeed:
    """The suspended precedent, which approves nothing until it is activated again.

    Raises NotFound, Forbidden for all but governors, VersionConflict."""

    async def use_case(work: Command) -> PrecedentSeed:
        precedent = await work.get(PRECEDENTS, precedent_id)
        step = suspend(precedent, work.at)
        await work.save(step)
        active = await work.find(ACTIVE, precedent.kind)
        assert active is not None
        await work.save(Transition(active.without(precedent_id)))
        return await shown_one(work.store, step.state)

    about = (PRECEDENTS, precedent_id)
    return await RUN.command(caller, use_case, PrecedentSeed, key=key, about=about)


async def shown(store: TenantStore, precedents: Sequence[Precedent]) -> tuple[PrecedentSeed, ...]:
    """The precedents with their rates, as of now. One read for each that ever was active."""
    were_active = [each.precedent_id for each in precedents if each.activated_at is not None]
    found = await store.get_many([(COUNTS.name, id) for id in were_active])
    counts = {each.id: each.data for each in found if each is not None}
    return tuple(
        with_matches(seed_of(each), matched=known.get(MATCHED, 0), compared=known.get(COMPARED, 0))
        for each in precedents
        for known in (counts.get(each.precedent_id, {}),)
    )


async def shown_one(store: TenantStore, precedent: Precedent) -> PrecedentSeed:
    """The precedent with its rates."""
    return (await shown(store, [precedent]))[0]


def count_compared(change: Batch, approval: Approval) -> None:
    """Counts, in the commit of a request, the precedents that it was compared with and the one
    that approved it."""
    for id in approval.considered:
        counts = {COMPARED: Add(1), MATCHED: Add(int(id == approval.precedent_id))}
        change.merge(COUNTS.name, id, counts)


async def _review_again(work: UnitOfWork, precedent: Precedent) -> tuple[Finding, ...]:
    """Repeats the review, because the earlier verdict ignores later refusals and deprecations, and
    that its author was erased: nobody can read then why it should assent.
    Raises VersionConflict where only waiting would help, not another precedent."""
    if precedent.status not in ACTIVATED:
        return ()
    facts = await _facts(work, precedent)
    _refuse_twin(precedent, facts.active)
    return review(await work.words.opened(precedent), facts)


async def _add_active(work: UnitOfWork, precedent: Precedent) -> None:
    active = await work.find(ACTIVE, precedent.kind) or ActivePrecedents(kind=precedent.kind)
    if any(each.precedent_id == precedent.precedent_id for each in active.precedents):
        # It was read after the precedent, so somebody activated it in between.
        raise LostRace(f"{precedent.reference} was activated meanwhile")
    _refuse_twin(precedent, active.beside(precedent.workspace_id))
    for other in active.precedents:
        if (other.title, other.workspace_id) == (precedent.title, precedent.workspace_id):
            older = await work.find(PRECEDENTS, other.precedent_id)
            assert older is not None, "precedents are never deleted"
            await work.save(supersede(older, precedent, work.at))
            active = active.without(other.precedent_id)
    await work.save(Transition(active.with_(precedent)))


def _refuse_twin(precedent: Precedent, active: Sequence[ActivePrecedent]) -> None:
    if twin := twin_of(precedent, active):
        name = name_of_precedent(twin, precedent.workspace_id)
        raise VersionConflict(f"{name} is active on the same ground; suspend it first")


async def _facts(work: UnitOfWork, precedent: Precedent) -> Facts:
    """The review's references: at least six reads, only when somebody posts or activates."""
    example_id = precedent.example_approval_id or ""
    example = None
    if APPROVALS.may_be_id(example_id):
        example = await work.find(APPROVALS, example_id)
    content = None
    if example is not None:
        contents = await work.read_contents(example.decision_hash)
        content = contents.shown(example.decision_hash)
    kind, within, most = precedent.kind, precedent.workspace_id, MOST_ENDED + 1
    active = await work.find(ACTIVE, kind)
    since = (example.decided_at if example else None) or _EVER
    suspended = await find_ended(work, kind, "suspended", most)
    deprecated = await find_ended(work, kind, "deprecated", most, since)
    covered, is_more = await _covered(work, precedent, since)
    unread: dict[Unread, bool] = {
        "refused": is_more,
        "suspended": len(suspended) == most,
        "deprecated": len(deprecated) == most,
    }
    return Facts(
        example=example,
        example_content=content,
        active=active.beside(within) if active else (),
        ended=(*(each for each in suspended if includes(each.workspace_id, within)), *deprecated),
        refused=covered,
        unread=frozenset(name for name, is_true in unread.items() if is_true),
    )


async def _covered(
    work: UnitOfWork, precedent: Precedent, since: datetime
) -> tuple[list[Approval], bool]:
    """What people refused after `since` and the precedent would approve, and whether there is more
    than a review reads. Reads a few contents at a time, because all of them may be too much for an
    instance's memory."""
    covered: list[Approval] = []
    some: list[Approval] = []
    read = 0
    async for refused in find_refused_since(work.store, precedent.kind, since):
        read += 1
        if read > MOST_REFUSED:
            return covered, True
        some.append(refused)
        if len(some) == _CONTENTS_AT_ONCE:
            covered += await _covered_of(work, precedent, some)
            some = []
    return covered + await _covered_of(work, precedent, some), False


async def _covered_of(
    work: UnitOfWork, precedent: Precedent, some: Sequence[Approval]
) -> list[Approval]:
    contents = await read_contents(work.store, [each.decision_hash for each in some])
    return [
        each for each in some if covers_request(precedent, each, contents.shown(each.decision_hash))
    ]
