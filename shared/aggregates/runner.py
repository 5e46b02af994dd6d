"""Runs the use cases of a function: one method for each kind of trigger."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.aggregates.aggregate import Aggregate
from shared.aggregates.command import Command
from shared.aggregates.reader import Reader
from shared.aggregates.stopped import may_fire
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import AssentError
from shared.kit.transitions import Transition
from shared.messaging.changes import Change, Timer
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import Recorder
from shared.messaging.sweep import PATIENCE, Sweep
from shared.messaging.timers import set_timers
from shared.policy.authorization import answer_again, require_answer
from shared.policy.slices import note_stored, record_decision
from shared.storage.batches import LostRace
from shared.storage.collections import Collection
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again

S = TypeVar("S", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)
P = TypeVar("P", bound=BaseModel)

Handler = Callable[[Envelope], Awaitable[None]]
Rule = Callable[[S, datetime], Sequence[Transition[Any]]]


class Runner(Reader):
    """Runs the use cases of one function over its aggregates. Each run loads, decides, commits
    once and publishes; a lost race starts it again from a fresh read."""

    def __init__(
        self,
        function: str,
        *aggregates: Aggregate[Any],
        collections: Iterable[Collection] = (),
        in_stopped: bool = False,
        in_closed: Iterable[str] = (),
        timed_by_others: Iterable[Aggregate[Any]] = (),
    ) -> None:
        """`in_stopped`: deliveries and timers of tenants that are not open are handled, because
        they decide nothing; `in_closed`: these event types are handled in a tenant that is closed,
        because its end is what they say. Another function fires the timers of the aggregates
        `timed_by_others`: what this one saves of them waits for the sweep."""
        super().__init__(function, *aggregates)
        self.in_stopped = in_stopped
        self.in_closed = frozenset(in_closed)
        self._timed_by_others = {each.noun for each in timed_by_others}
        self.collections = (*(each.as_collection() for each in aggregates), *collections)

    async def command(
        self,
        caller: Caller,
        use_case: Callable[[Command], Awaitable[A]],
        answer: type[A],
        *,
        key: IdempotencyKey | None = None,
        about: tuple[Aggregate[Any], str] | None = None,
    ) -> A:
        """The answer of `use_case`, once it is committed. The same `key` again gives the first
        answer, also where another attempt committed that while this one was refused. What the
        command is `about` is read together with the key. Nothing is committed that no policy
        allowed. Raises what the use case raises, IdempotencyKeyReused, Unavailable."""
        sent = key or IdempotencyKey(caller)
        tried: list[tuple[Change, A]] = []
        attempts = 0

        async def once() -> A:
            nonlocal attempts
            store = TenantStore(caller.tenant_id)
            if tried and await self.outbox.has_committed(store, tried[-1][0]):
                await self.outbox.hand_over(store, tried[-1][0], now=caller.received_at)
                return tried[-1][1]
            work = Command(self, caller, attempts)
            attempts += 1
            if (known := await work.recall(sent, answer, about)) is not None:
                answer_again()
                return known
            try:
                answered = await use_case(work)
            except LostRace:
                raise
            except AssentError:
                if (known := await sent.recall(store, answer)) is not None:
                    answer_again()
                    return known
                raise
            require_answer()
            answered = await work.words.sealed(answered)
            change = work.finish()
            stored = await record_decision(store, change)
            sent.remember(change, answered)
            if change.writes:
                tried.append((change, answered))
                await self.outbox.commit(store, change, now=caller.received_at)
                note_stored(store, stored)
            return answered

        return await decide_again(once)

    async def change(
        self,
        caller: Caller,
        aggregate: Aggregate[S],
        id: str,
        rule: Callable[[S], Sequence[Transition[S]]],
        view: type[A],
        *,
        key: IdempotencyKey | None = None,
    ) -> A:
        """The state after the transitions of `rule`, as `view.of` shows it. Raises NotFound, what
        the rule raises, and what `command` raises."""

        async def use_case(work: Command) -> A:
            state = await work.get(aggregate, id)
            state = await work.save_change(state, *rule(state))
            shown: A = view.of(state)  # type: ignore[attr-defined]
            return shown

        return await self.command(caller, use_case, view, key=key, about=(aggregate, id))

    async def reaction(
        self,
        event: Envelope,
        use_case: Callable[[UnitOfWork], Awaitable[None]],
        *,
        is_one_of_several: bool = False,
        clears: bool = False,
    ) -> None:
        """Commits what follows from an event of the log; where nothing follows, publishes again
        what followed from an earlier delivery. `is_one_of_several`: the event leads to further
        commits, so the sweep, not a redelivery, publishes what this commit could not publish.
        `clears`: the commit also clears the flag of the event itself, and of those that it carries,
        which its publisher left to its reader: what was delivered was published. Raises
        Unavailable, and what the use case raises."""
        attempts = 0

        async def once() -> None:
            nonlocal attempts
            recorder = Recorder.for_reaction(function=self.function, event=event)
            change = Change(is_redelivered=not is_one_of_several)
            work = UnitOfWork(self.by_model, recorder, change, attempt=attempts)
            attempts += 1
            await use_case(work)
            if work.finish().writes:
                if clears:
                    change.clear(event.id, *event.carries)
                await self.outbox.commit(work.store, change, now=event.received_at)
            elif not is_one_of_several:
                await self.outbox.publish_again(work.store, event, clears=clears)

        await decide_again(once)

    def event(
        self,
        aggregate: Aggregate[S],
        payload: type[P],
        id_of: Callable[[P], str],
        rule: Callable[[S, P, datetime], Sequence[Transition[S]]],
    ) -> Handler:
        """The handler of an event that changes one state: the one with the id `id_of` the payload,
        or its initial state; where there is neither, the event changes nothing. For a repeated
        event the rule must return no further change."""

        async def handle(event: Envelope) -> None:
            data = event.payload(payload)
            id = id_of(data)

            async def use_case(work: UnitOfWork) -> None:
                state = await work.find(aggregate, id)
                if state is None and aggregate.initial is not None:
                    state = aggregate.initial(id)
                if state is not None:
                    await work.save(*rule(state, data, work.at))

            await self.reaction(event, use_case)

        return handle

    def timer(self, aggregate: Aggregate[S], rule: Rule[S]) -> Handler:
        """The handler of a timer of one aggregate, as `timed`: calls the rule once it is due."""

        async def use_case(work: UnitOfWork, state: S) -> None:
            await work.save(*rule(state, work.at))

        return self.timed(aggregate, use_case)

    def timed(
        self, aggregate: Aggregate[S], use_case: Callable[[UnitOfWork, S], Awaitable[object]]
    ) -> Handler:
        """The handler of a timer: commits what follows from it. Calls the use case once the timer
        that the state waits for is due; a timer that fires twice, or whose due time has moved,
        changes nothing. Cloud Tasks holds a task for 30 days at most, so a timer that is due later
        fires early, changes nothing, and is set again. In a tenant that is not open nothing follows
        (`shared.aggregates.stopped`); afterwards what waited is due later by that time. The handler
        raises Unavailable."""

        async def fire(event: Envelope) -> None:
            attempts, id = 0, event.subject_id

            async def once() -> None:
                nonlocal attempts
                recorder = Recorder.for_timer(function=self.function, event=event)
                work = UnitOfWork(self.by_model, recorder, Change(), attempt=attempts, chains=True)
                attempts += 1
                state = await work.find(aggregate, id)
                if state is None:
                    return
                work.is_about(aggregate, event.subject_id)
                timer = aggregate.timer(state)
                is_awaited = timer is not None and timer[0] == event.type
                if is_awaited and not self.in_stopped and not await may_fire(work, aggregate, id):
                    return
                if is_awaited and timer is not None and timer[1] <= work.at:
                    await use_case(work, state)
                elif aggregate.postponement and work.is_postponed(aggregate, id):
                    await work.save(aggregate.postponement.published(state))
                change = work.finish()
                if change.writes:
                    await self.outbox.commit(work.store, change, now=event.received_at)
                elif timer == (event.type, event.time) and event.is_early:
                    again = Timer(event.type, event.subject, event.time)
                    await set_timers(self.function, event.tenantid, [again], now=event.received_at)

            await decide_again(once)

        return fire

    def sweep(self, handlers: Mapping[str, Handler], *, patience: timedelta = PATIENCE) -> Sweep:
        """The sweep of this function: it fires overdue timers through their `handlers`. One that is
        later than `patience` is logged as stuck."""

        async def fire(event: Envelope) -> None:
            await handlers[event.type](event)

        timed = {
            each.collection: each.noun
            for each in self.by_model.values()
            if each.next_timer and each.noun not in self._timed_by_others
        }
        return Sweep(self.outbox, timed, fire, patience)
