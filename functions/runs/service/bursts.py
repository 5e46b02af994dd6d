"""Bursts: a run goes on from where it stands until it waits, ends, or was at it for long enough;
then all of that is one commit.

Nothing is committed before a call: `tools` keeps each call under an id that follows from the run,
the step, the iteration and the arguments, acts on it once, and answers a repetition with what is
recorded. So a burst that died, or lost a race, is done again from where the run stood."""

import asyncio
import logging

from events.invocations import InvocationView
from events.runs import Failure
from functions.runs.rules import burst_end
from functions.runs.rules.answers import count_lost
from functions.runs.rules.budget import BudgetExhausted
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.charges import is_charged, most_of, why_exhausted
from functions.runs.rules.history import history_before
from functions.runs.rules.late import may_have_acted
from functions.runs.rules.moves import (
    Act,
    Ask,
    Delegate,
    Finish,
    Halt,
    HoldMore,
    Move,
    Rest,
    Think,
    failed,
)
from functions.runs.rules.needed_results import results_to_read
from functions.runs.rules.progress import Progress
from functions.runs.rules.questions import lost_question, report_turns
from functions.runs.rules.recalls import recalled
from functions.runs.rules.replay import Replay
from functions.runs.rules.run import Run, Steps
from functions.runs.rules.subruns import budget_of, fitting, most_within
from functions.runs.service.agents import recall_above, why_stopped
from functions.runs.service.assent import ask_about_calls
from functions.runs.service.assents import note_receipts
from functions.runs.service.budgets import Budgets, budgets_of
from functions.runs.service.clock import Clock
from functions.runs.service.invocations import read_recorded
from functions.runs.service.plans import plan_under_way
from functions.runs.service.repeated_run import begin_replay, note_earlier
from functions.runs.service.results import read_results
from functions.runs.service.subruns import (
    delegate,
    hold_more,
    payer_of,
    read_budgets,
    save_run,
)
from functions.runs.service.think import mind_of, think
from functions.runs.service.tokens import token_for
from functions.runs.service.tools_client import invoke
from shared.agents import KnownAgent, read_agent_alone
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.bounded import TookTooLong, bounded
from shared.kit.errors import NotFound, Unavailable

_log = logging.getLogger(__name__)
EXPRESSION_SECONDS = 2.0


class Burst:
    """One burst of one run in one unit of work."""

    progress: Progress

    def __init__(self, work: UnitOfWork, clock: Clock, *, again: bool) -> None:
        self._work = work
        self._clock = clock
        self._again = self._is_in_doubt = again
        self._budgets: Budgets | None = None
        # Why the run may not go on, though it learns first what became of what it has begun.
        self._forbidden: Failure | None = None

    @property
    def acted(self) -> bool:
        """Whether it has outcomes that must be noted."""
        return hasattr(self, "progress") and bool(self.progress.receipts)

    async def do(self, run: Run) -> Run:
        """The run after the burst, saved but not committed. Raises Unavailable where the plan, the
        agent or a key cannot be read."""
        store, asker = self._work.store, self._clock.asker
        before, run = run, count_lost(run, asker)
        plan = self._clock.plan
        if plan is None or plan.state.plan_hash != run.plan_hash:
            plan = self._clock.plan = await plan_under_way(store, run.plan_hash)
        reading = read_results(store, results_to_read(run, plan.content))
        if run.replay_of is not None:
            results = await reading
            try:
                self.progress = await begin_replay(self._work, run, plan, results)
            except NotFound as error:
                self.progress = Progress(run, plan.content)
                gone = failed(None, "original_missing", error.detail)
                return await self._saved(run, burst_end.halt(self.progress, gone, self._clock.now))
            return await self._saved(run, await self._advance())
        results, agent, _ = await asyncio.gather(
            reading, self._clock.agent(store, run.agent_id), read_budgets(self._work, run)
        )
        content = plan.content.but(budget_usd_micros=budget_of(run, plan.content))
        self.progress = Progress(run, content, plan.prediction, results)
        # Whoever stopped the run while it acted saw one process, and may have seen it die.
        self._is_in_doubt |= run.tries > 0 or run.stop is not None
        self.progress.mind = await mind_of(store, run, plan.content, self._clock)
        self.progress.questions.extend(lost_question(before, plan.content, asker))
        report_turns(self.progress)
        # What it may, it may at this moment.
        self._forbidden = await self._forbids(run, agent)
        return await self._saved(run, await self._advance())

    async def _saved(self, run: Run, steps: Steps) -> Run:
        note_receipts(self._work, self.progress.receipts)
        saved = await save_run(self._work, steps, self._budgets)
        return next(each for each in saved if isinstance(each, Run) and each.run_id == run.run_id)

    async def _forbids(self, run: Run, agent: KnownAgent | None) -> Failure | None:
        """Why the run may not go on now: its agent stopped, or a budget is exhausted."""
        if (stopped := await self._why_stopped(agent)) is not None:
            return stopped
        payer = await payer_of(self._work, run)
        hold = payer.hold
        self.progress.most_usd_micros = most_within(run, payer, most_of(payer))
        if hold is None or not is_charged(payer):
            return None
        budgets = await budgets_of(self._work, payer.agent_id, hold)
        self._budgets = budgets if payer is run else None
        return why_exhausted(*budgets)

    async def _why_stopped(self, agent: KnownAgent | None) -> Failure | None:
        recall_id = agent.recall_id if agent is not None else None
        recall_id = recall_id or await recall_above(self._work.store, self.progress.run)
        if recall_id is not None:
            self.progress.run = self.progress.run.but(recall_id=recall_id)
            return recalled(recall_id)
        why = why_stopped(agent, self.progress.plan, self._work.at)
        return None if why is None else Failure(code="agent_stopped", detail=why)

    async def _advance(self) -> Steps:
        while True:
            move = await self._next()
            if isinstance(move, HoldMore):
                if (steps := await self._held(move)) is not None:
                    return steps
                continue
            if isinstance(move, Act):
                if self.progress.is_full or not await self._clock.has_turn():
                    return burst_end.commit_part(self.progress, self._clock.now)
                if await self._check_stop(move):
                    return self._stopped()
                try:
                    outcome = self.progress.take(await self._made(move), self._clock.now)
                except Unavailable as error:
                    _log.warning("%s goes on later: %s", self.progress.run.run_id, error.detail)
                    return burst_end.wait_for_tools(self.progress, self._clock.now)
                if outcome is None:
                    continue
                return await self._ended(outcome)
            if isinstance(move, Think) and self._forbidden is None:
                return await think(self.progress, move, self._clock, self._work.store.tenant_id)
            return await self._ended(move)

    async def _held(self, move: HoldMore) -> Steps | None:
        """What is committed before the run spends more than it holds; None where no more is held
        for it, because it is to stop or a budget does not allow it."""
        progress = self.progress
        if self._is_to_stop:
            progress.no_more = "the run is to stop"
            return None
        try:
            progress.run = await hold_more(self._work, progress.run, move.usd_micros)
        except BudgetExhausted as error:
            progress.no_more = error.detail
            return None
        # What is charged is charged to the budgets as they are saved now.
        self._budgets = None
        return burst_end.commit_part(progress, self._clock.now)

    async def _next(self) -> Move:
        """What the run does now. Expressions may be a stranger's, and have two seconds."""
        try:
            now = self._clock.now
            return await bounded(lambda: self.progress.next(now), seconds=EXPRESSION_SECONDS)
        except TookTooLong as error:
            failure = Failure(code="expression_failed", detail=f"an expression: {error}")
            return Halt("failed", failure)

    @property
    def _is_to_stop(self) -> bool:
        return self.progress.run.stop is not None or self._forbidden is not None

    async def _check_stop(self, move: Act) -> bool:
        """Whether the run stops before these calls: it is to stop, and none of them was begun, or
        those that were are refused, which is noted. One read of a run that is to stop."""
        if not self._is_to_stop:
            return False
        if self.progress.run.replay_of is not None:
            return True
        known = await read_recorded(self._work.store, self.progress.run, move.calls)
        if any(view.status != "refused" for _, view in known):
            return False
        if known:
            # They did nothing; their receipts say so.
            self.progress.take(known, self._clock.now)
        # An earlier process got no further than to the first call that is not recorded.
        is_in_doubt, self._is_in_doubt = self._is_in_doubt, False
        answered = [call for call, _ in known]
        is_in_doubt &= may_have_acted(each for each in move.calls if each not in answered)
        if self.progress.run.stop is not None:
            return not is_in_doubt
        # Nothing is asked for now; the doubt stays with the run until it goes on or is cancelled.
        tries = max(self.progress.run.tries, 1) if is_in_doubt else 0
        self.progress.run = self.progress.run.but(tries=tries)
        return True

    def _stopped(self, move: Move | None = None) -> Steps:
        """The run rests, or is cancelled, now that it is known what it did. A doubt stays one."""
        stop = self.progress.run.stop
        if self._forbidden is None or (stop is not None and stop.kind == "cancel"):
            return burst_end.stop(self.progress, self._clock.now)
        waiting = move.waiting if isinstance(move, Halt) else None
        halt = Halt("paused", self._forbidden, waiting)
        return burst_end.halt(self.progress, halt, self._clock.now)

    async def _ended(self, move: Move) -> Steps:
        progress, now = self.progress, self._clock.now
        move = fitting(progress.run, move)
        if isinstance(move, Finish):
            steps = burst_end.finish(progress, move, now)
            # What a plan gives is often the same for each of its runs.
            await self._work.look_for(*(made for each in steps for made in each.contents))
            return steps
        is_unanswered = isinstance(move, Rest) and progress.run.tries > 0
        if self._is_to_stop and not (is_unanswered and progress.run.stop is not None):
            return self._stopped(move)
        if isinstance(move, Ask):
            return await ask_about_calls(self._work, progress, move)
        if isinstance(move, Delegate):
            begun = await delegate(self._work, progress, move)
            if not isinstance(begun, Halt):
                return begun
            move = begun
        if isinstance(move, Rest):
            return burst_end.rest(progress, move)
        assert isinstance(move, Halt)
        return burst_end.halt(progress, await self._explained(move), now)

    async def _explained(self, move: Halt) -> Halt:
        """The move; where a call was refused because the agent was stopped meanwhile, the move that
        lets the run rest instead of failing. One read for such a run."""
        if move.failure.code != "call_refused":
            return move
        agent = await read_agent_alone(self._work.store, self.progress.run.agent_id)
        why = await self._why_stopped(agent)
        return move if why is None else Halt("paused", why)

    async def _made(self, move: Act) -> list[tuple[ConcreteCall, InvocationView]]:
        """What became of the calls, which are made together. Raises Unavailable where `tools` does
        not answer one of them."""
        run, tenant_id = self.progress.run, self._work.store.tenant_id
        again = self._again or run.tries > 0

        async def one(call: ConcreteCall) -> InvocationView:
            # Those that are made together count as made in their order.
            seen = history_before(run, move.calls, call)
            token = await token_for(run, call, tenant_id, self._clock.now, history=seen)
            return await invoke(run, call, token, again=again)

        views = await asyncio.gather(*map(one, move.calls), return_exceptions=True)
        for view in views:
            if isinstance(view, BaseException):
                raise view
        made = list(zip(move.calls, views, strict=True))
        if isinstance(self.progress, Replay):
            await note_earlier(self._work.store, self.progress, made)  # type: ignore[arg-type]
        return made  # type: ignore[return-value]
