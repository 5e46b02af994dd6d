"""Mines a place's decisions when somebody asks, and shows what was found."""

import asyncio
from collections.abc import Sequence
from typing import Any

from events.patterns import PatternState, PatternStatus
from functions.learning.aggregates import MINED, RUN
from functions.learning.rules.decision import Decision
from functions.learning.rules.evidence import decision_of, is_evidence
from functions.learning.rules.mined import MOST_MINED, Mined, begin, place_of
from functions.learning.rules.pattern import patterns_in, renewed
from functions.learning.views import MinedView, PatternPage, PatternView
from shared.aggregates.command import Command
from shared.approvals.history import read_history
from shared.approvals.past import PastApproval
from shared.kit.callers import Caller
from shared.kit.transitions import Transition
from shared.messaging.contents import read_contents
from shared.patterns.aggregates import PATTERNS
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey

# Contents in memory at once: each may have 256 KiB.
_CONTENTS_AT_ONCE = 20


async def mine_decisions(caller: Caller, key: IdempotencyKey) -> MinedView:
    """Mines the latest two thousand requests of the place that the token opens, and keeps what is
    found. One read for each request, one more for the content of each decision. That it began is
    kept before that, so that no two are mined at once. Raises VersionConflict where one began just
    now, Unavailable."""
    place = place_of(caller.workspace_id)
    begun: list[Mined] = []

    async def start(work: Command) -> Mined:
        mined = begin(await work.find(MINED, place), place, work.at)
        await work.save(Transition(mined))
        return mined

    async def use_case(work: Command) -> MinedView:
        if not begun:
            begun.append(await RUN.command(caller, start, Mined))
        before = await work.find(MINED, place)
        assert before is not None
        decisions = await read_decisions(work.store, caller.workspace_id)
        found = await asyncio.to_thread(
            patterns_in, decisions, caller.tenant_id, caller.workspace_id, work.at
        )
        known = await _known(work, before, found)
        await work.save(*renewed(found, known, work.at))
        mined = before.but(
            mined_at=work.at,
            decisions=len(decisions),
            refused=sum(not each.approved for each in decisions),
            pattern_ids=tuple(each.pattern_id for each in found),
        )
        await work.save(Transition(mined))
        return MinedView.of(mined)

    return await RUN.command(caller, use_case, MinedView, key=key)


async def read_decisions(store: TenantStore, workspace_id: str | None) -> list[Decision]:
    """The decisions of people among the latest requests, without those whose content was erased.
    Raises ContentInvalid, Unavailable."""
    decisions: list[Decision] = []
    some: list[PastApproval] = []
    async for approval in read_history(store, workspace_id, most=MOST_MINED):
        if is_evidence(approval):
            some.append(approval)
        if len(some) == _CONTENTS_AT_ONCE:
            decisions += await _decisions_of(store, some)
            some = []
    return decisions + await _decisions_of(store, some)


async def list_patterns(
    caller: Caller, status: PatternStatus, limit: int, cursor: str | None
) -> PatternPage:
    """The patterns with that status that the token opens, the latest found first, and when its
    place was mined. Raises Invalid for a cursor that no list gave."""
    page, mined = await asyncio.gather(
        RUN.page(
            caller,
            PATTERNS,
            where=[("status", "==", status)],
            order_by=("found_at",),
            limit=limit,
            cursor=cursor,
        ),
        RUN.find(caller, MINED, place_of(caller.workspace_id)),
    )
    shown = page.shown(PatternPage, PatternView.of)
    return shown.but(mined=MinedView.of(mined) if mined and mined.mined_at else None)


async def show_pattern(caller: Caller, pattern_id: str) -> PatternView:
    """The pattern. Raises NotFound."""
    return PatternView.of(await RUN.read(caller, PATTERNS, pattern_id))


async def _known(work: Command, before: Mined, found: Sequence[PatternState]) -> list[PatternState]:
    """What is stored of the patterns that were found the last time, and of those found now."""
    ids = [*before.pattern_ids, *(each.pattern_id for each in found)]
    stored = await work.find_all(PATTERNS, dict.fromkeys(ids))
    return [each for each in stored if each is not None]


async def _decisions_of(store: TenantStore, some: Sequence[PastApproval]) -> list[Decision]:
    if not some:
        return []
    contents = await read_contents(store, [each.decision_hash for each in some])
    shown: list[tuple[PastApproval, Any]] = [
        (each, contents.shown(each.decision_hash)) for each in some
    ]
    return [decision_of(each, content) for each, content in shown if isinstance(content, dict)]
