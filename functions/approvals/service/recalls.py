"""Suspends the precedents that were learned from a recalled agent."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import get_args

from events.effects import ApprovalKind
from events.recalls import RecallStarted
from functions.approvals.aggregates import ACTIVE, APPROVALS, PRECEDENTS, RUN
from functions.approvals.rules.precedent import Precedent, suspend
from functions.approvals.rules.subjects import is_about_agent
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.transitions import Transition
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore

# Precedents of one commit, and documents of one read.
MOST_AT_ONCE = 20


async def suspend_learned(event: Envelope) -> None:
    """Suspends, a few in each commit, every active precedent of which some approval that it was
    drafted from, or its example, is about the recalled agent, whatever its version was. Each stays
    suspended until a governor activates it again."""
    recall = event.payload(RecallStarted)
    store = TenantStore(event.tenantid)
    keys = [(ACTIVE.collection, kind) for kind in get_args(ApprovalKind)]
    lists = [ACTIVE.state_in(each.data) for each in await store.get_many(keys) if each is not None]
    ids = [one.precedent_id for each in lists for one in each.beside(recall.workspace_id)]
    for start in range(0, len(ids), MOST_AT_ONCE):
        some = partial(_suspend_some, ids[start : start + MOST_AT_ONCE], recall)
        await RUN.reaction(event, some, is_one_of_several=True)


async def _suspend_some(ids: Sequence[str], recall: RecallStarted, work: UnitOfWork) -> None:
    for precedent in await work.find_all(PRECEDENTS, ids):
        if precedent is None or not _was_active(precedent, recall.recalled_at):
            continue
        if not await _is_learned_from(work, precedent, recall.agent_id):
            continue
        step = suspend(precedent, work.at)
        await work.save(Transition(step.state.but(recall_id=recall.recall_id), step.event))
        active = await work.find(ACTIVE, precedent.kind)
        assert active is not None, "an active precedent is in its list"
        await work.save(Transition(active.without(precedent.precedent_id)))


def _was_active(precedent: Precedent, at: datetime) -> bool:
    """Whether it is active since before then: whoever activates it later knows of the recall."""
    since = precedent.activated_at
    return precedent.status == "active" and since is not None and since <= at


async def _is_learned_from(work: UnitOfWork, precedent: Precedent, agent_id: str) -> bool:
    sources = {*precedent.drafted_from, precedent.example_approval_id or ""}
    ids = [each for each in sorted(sources) if APPROVALS.may_be_id(each)]
    approvals = await work.find_all(APPROVALS, ids)
    return any(each is not None and is_about_agent(each.subject, agent_id) for each in approvals)
