"""Charges what calls cost, once, and frees what was held beyond."""

import logging
from dataclasses import replace
from typing import Any

from functions.models.aggregates import CALLS, RUN
from functions.models.rules.call import ModelCall, Outcome, lost
from functions.models.rules.call import settle as settled
from functions.models.service.cache import answer_to_keep
from functions.models.service.held_call import HeldCall
from functions.models.service.process_memory import MEMORIES
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.aggregates import BUDGETS
from shared.budgets.budget import Budget
from shared.kit import clock
from shared.kit.callers import Caller
from shared.kit.errors import AssentError
from shared.messaging.changes import Change
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again

_log = logging.getLogger(__name__)


async def end(
    caller: Caller, held: HeldCall, outcome: Outcome, answer: bytes | None = None
) -> Change | None:
    """Charges what the call cost, once, and gives the commit of that, which `tell_of` publishes;
    None where it was settled before, or that failed, and the sweep will charge all that was
    reserved. Decides by what this process wrote last, and reads only where that was changed since.
    An `answer` is kept in the same commit, where its route keeps it. Never raises but where it is
    cancelled."""
    call_id, attempt, memory = held.call.call_id, 0, MEMORIES.of(caller.tenant_id)

    async def once() -> Change | None:
        nonlocal attempt
        at = clock.now()
        work = Command(RUN, replace(caller, received_at=at), attempt)
        if attempt:
            memory.lost()
        known = {} if attempt else {**held.written, **memory.known}
        attempt += 1
        holders = ((BUDGETS, each) for each in held.call.holders)
        things: tuple[tuple[Aggregate[Any], str], ...] = ((CALLS, call_id), *holders)
        for aggregate, id in things:
            if (document := known.get((aggregate.collection, id))) is not None:
                await work.take(aggregate, id, document)
        await work.prefetch(*things)
        call = await work.find(CALLS, call_id)
        if call is None:
            return None
        work.is_about(CALLS, call_id)
        await work.save(*settled(call, await _holders(work, call), outcome, at))
        change = work.finish()
        if not change.writes:
            return None
        change.writes.extend(kept.writes)
        await RUN.outbox.commit_only(work.store, change)
        memory.note_written(change.written)
        return change

    try:
        kept = await _to_keep(caller, held, outcome, answer)
        async with memory.turn:
            return await decide_again(once)
    except Exception:  # noqa: BLE001 - the program has its answer; the sweep settles the call
        _log.exception("a call of a model was not settled: %s", call_id)
        return None


async def _to_keep(caller: Caller, held: HeldCall, outcome: Outcome, answer: bytes | None) -> Batch:
    """The write that keeps the answer; none for one that is not kept, of another route than the one
    that was called, without a figure of its tokens, or while its key cannot be read."""
    if held.name is None or answer is None or outcome.tokens is None or outcome.answered_by:
        return Batch()
    if outcome.answer_sha256 is None:
        return Batch()
    call_id, at = held.call.call_id, clock.now()
    try:
        return await answer_to_keep(
            *(caller, held.name, held.called, answer, at),
            call_id=call_id,
            answer_sha256=outcome.answer_sha256,
        )
    except AssentError:
        _log.exception("the answer of a call was not kept: %s", call_id)
        return Batch()


async def tell_of(caller: Caller, change: Change) -> None:
    """Publishes what a settlement says; what fails here the sweep publishes. Never raises but where
    it is cancelled."""
    try:
        await RUN.outbox.hand_over(TenantStore(caller.tenant_id), change, now=clock.now())
    except Exception:  # noqa: BLE001 - the log has it
        _log.exception("the settlement of a call was not published")


async def let_go(caller: Caller, held: HeldCall) -> None:
    """Frees what was held for a call that nobody is asked for. Never raises but where it is
    cancelled."""
    change = await end(caller, held, Outcome(is_refused=True, model=held.called.model))
    if change is not None:
        await tell_of(caller, change)


async def settle_lost(work: UnitOfWork, call: ModelCall) -> None:
    """Charges all that was reserved for a call whose process died."""
    await work.save(*lost(call, await _holders(work, call), work.at))


async def _holders(work: UnitOfWork, call: ModelCall) -> tuple[Budget, ...]:
    found = await work.find_all(BUDGETS, call.holders)
    return tuple(each for each in found if each is not None)
