"""Stops an agent everywhere, halts its runs, shows what a recall stopped, and lifts it."""

from events.approvals import ApprovalState
from functions.runs.aggregates import RECALLS, RUN, RUNS, STOPS
from functions.runs.rules import recalls as rules
from functions.runs.rules.recalls import Recall
from functions.runs.rules.run import Run, live_as
from functions.runs.service.clock import Clock
from functions.runs.service.subruns import halt_all
from functions.runs.views.recalls import RecallDetail, RecalledRun, RecallView
from shared.agents.known import StoredAgent
from shared.agents.reading import AGENTS
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.ids import derive_id, new_id
from shared.messaging.envelope import Envelope
from shared.storage.encoding import Condition
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey

HALTED_AT_ONCE = 20
# A caller hears soon that tools refuse the agent; the timer halts what is left.
INLINE_SECONDS = 5.0
# `approvals` alone writes them.
_PRECEDENTS = "precedents"
MOST_PRECEDENTS = 20
RUNS_SHOWN = 25

# `agents` owns them; here they only say where a recall belongs, and what caused it.
_AGENTS = Aggregate(
    noun="agent", model=StoredAgent, collection=AGENTS, prefix="agt", in_workspaces=True
)


async def recall_agent(
    caller: Caller, key: IdempotencyKey, agent_id: str, version: str | None, reason: str
) -> RecallView:
    """The recall, which holds once it is committed; the runs of it that were found in a few seconds
    are halted. Raises NotFound, Invalid, VersionConflict."""
    clock = Clock(caller.received_at)
    made: list[Recall] = []

    async def use_case(work: Command) -> RecallView:
        made.clear()
        agent = await work.get(_AGENTS, agent_id)
        stops = await work.find(STOPS, agent_id)
        recall_id = new_id("rcl", work.at)
        by, at = caller.principal, work.at
        steps = rules.recall(recall_id, agent, stops, version, reason=reason, by=by, at=at)
        saved = await work.save(*steps)
        made.append(saved[0])
        return RecallView.of(saved[0])

    view = await RUN.command(caller, use_case, RecallView, key=key)
    if made:
        await _halt_runs(caller.tenant_id, made[-1], clock, INLINE_SECONDS)
    return view


async def recall_refused(event: Envelope, decision: ApprovalState) -> None:
    """Recalls the version of the agent whose run acted with an approval that somebody refused
    without knowing of it: nothing takes back what it did. Once for each approval, also after
    redeliveries; nothing where the run did nothing yet, or the agent is recalled already. Raises
    Unavailable."""
    recall_id = derive_id("rcl", event.time, decision.approval_id)

    async def use_case(work: UnitOfWork) -> None:
        run = await work.find(RUNS, decision.subject.id)
        if run is None or not rules.has_acted(run) or await work.find(RECALLS, recall_id):
            return
        await work.prefetch((_AGENTS, run.agent_id), (STOPS, run.agent_id))
        agent = await work.find(_AGENTS, run.agent_id)
        stops = await work.find(STOPS, run.agent_id)
        if agent is None or (stops is not None and stops.recall_of(run.agent_version)):
            return
        steps = rules.recall(
            recall_id,
            agent,
            stops,
            run.agent_version,
            reason=f"{decision.approval_id} was refused after its run had acted",
            by=decision.decided_by or "",
            at=work.at,
        )
        await work.save(*steps)

    await RUN.reaction(event, use_case, is_one_of_several=True)


async def look_again(event: Envelope) -> None:
    """Halts what an earlier look left, and what was started while the recall was committed. Raises
    Unavailable."""
    clock = Clock(event.received_at)

    async def use_case(work: UnitOfWork, recall: Recall) -> None:
        is_more = await _halt_runs(work.store.tenant_id, recall, clock)
        await work.save(*rules.looked(recall, clock.now, is_more=is_more))

    await RUN.timed(RECALLS, use_case)(event)


async def lift_recall(
    caller: Caller, key: IdempotencyKey, recall_id: str, reason: str
) -> RecallView:
    """The lifted recall. Raises NotFound."""

    async def use_case(work: Command) -> RecallView:
        recall = await work.get(RECALLS, recall_id)
        stops = await work.find(STOPS, recall.agent_id)
        assert stops is not None, "a recall is committed with what it stops"
        saved = await work.save(*rules.lift(recall, stops, reason, caller.principal, work.at))
        return RecallView.of(saved[0] if saved else recall)

    return await RUN.command(caller, use_case, RecallView, key=key, about=(RECALLS, recall_id))


async def show_recall(caller: Caller, recall_id: str, cursor: str | None) -> RecallDetail:
    """The recall with what it stopped, and a page of all runs of the agent, newest first, each with
    whether it can be undone or was. Raises NotFound."""
    recall = await RUN.read(caller, RECALLS, recall_id)
    store = TenantStore(caller.tenant_id)
    document = await store.get(AGENTS, recall.agent_id)
    agent = _AGENTS.state_in(document.data) if document is not None else None
    by_it: list[Condition] = [("recall_id", "==", recall_id)]
    precedents = await store.find(_PRECEDENTS, where=by_it, limit=MOST_PRECEDENTS)
    of_it: list[Condition] = [("agent_id", "==", recall.agent_id)]
    if recall.version is not None:
        of_it.append(("agent_version", "==", recall.version))
    page = await RUN.page(
        caller, RUNS, where=of_it, order_by=("started_at",), limit=RUNS_SHOWN, cursor=cursor
    )
    return RecallDetail.showing(
        recall,
        agent_status=agent.status if agent is not None else None,
        halted=await store.count(RUNS.collection, where=by_it),
        precedents=tuple(each.id for each in precedents.items),
        runs=tuple(RecalledRun.of(run, recall_id) for run in page.items),
        next_cursor=page.next_cursor,
    )


async def _halt_runs(
    tenant_id: str, recall: Recall, clock: Clock, seconds: float | None = None
) -> bool:
    """Halts every run that acts or waits with the rights that are recalled, each in a commit of its
    own; says whether there may be more. A halted run is found no more. Raises Unavailable."""
    store = TenantStore(tenant_id)
    while not (clock.is_over or (seconds is not None and clock.elapsed > seconds)):
        page = await store.find(
            RUNS.collection, where=_live(recall), order_by="live_as", limit=HALTED_AT_ONCE
        )
        for document in page.items:
            await _halt(tenant_id, document.id, recall, clock)
        if page.next_cursor is None:
            return False
    return True


def _live(recall: Recall) -> list[Condition]:
    if recall.version is not None:
        only = live_as(recall.agent_id, recall.version)
        return [("live_as", ">=", only), ("live_as", "<=", only)]
    first, last = live_as(recall.agent_id, ""), live_as(recall.agent_id, "~")
    return [("live_as", ">=", first), ("live_as", "<", last)]


async def _halt(tenant_id: str, run_id: str, recall: Recall, clock: Clock) -> None:
    async def once(work: UnitOfWork, run: Run) -> bool:
        return await halt_all(work, run, recall.recall_id, recall.recalled_by)

    await clock.commit_once(tenant_id, run_id, once)
