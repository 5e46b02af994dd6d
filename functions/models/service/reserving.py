"""Holds what a call may cost before anybody is asked, and charges what it did cost."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from events.credentials import Credential
from functions.models.aggregates import CALLS, ROUTES, RUN
from functions.models.rules.asked import Asked
from functions.models.rules.call import ModelCall, Outcome, lost, tell
from functions.models.rules.call import reserve as reserved
from functions.models.rules.call import settle as settled
from functions.models.rules.costs import Bound, most_of
from functions.models.rules.order import Rests, draw_of, in_order
from functions.models.rules.refusals import BudgetExhausted, ModelUnknown, ProviderRefused
from functions.models.rules.route import (
    ModelRoute,
    may_stand_in,
    require_wire,
    why_not_called,
)
from functions.models.service.remembering import Memories, Memory, Recalled
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.budget import Budget
from shared.budgets.leasing import Leasing
from shared.budgets.limits import TENANT, BudgetLimit, budget_id, limit_of
from shared.connectors import read_credentials
from shared.kit import clock
from shared.kit.callers import Caller
from shared.kit.errors import AssentError
from shared.kit.ids import is_id, new_id
from shared.messaging.changes import Change
from shared.storage.batches import Document, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again

RESTS = Rests()
MEMORIES = Memories()
_log = logging.getLogger(__name__)
_LEASING = Leasing(RUN, lambda platform: (tell(platform),), BudgetExhausted)


class Begun(NamedTuple):
    """A call for which all that it may cost is held: the route that was `called`, and those that
    may be asked, in their order."""

    call: ModelCall
    called: ModelRoute
    routes: tuple[ModelRoute, ...]
    bound: Bound
    # The tenant's own that the routes name.
    credentials: Mapping[str, Credential]
    # What its commit wrote.
    written: Mapping[tuple[str, str], Document] = MappingProxyType({})


async def begin(caller: Caller, asked: Asked) -> Begun:
    """Holds the most that the call may cost by any of its routes, in one commit. What this process
    remembers of the tenant's documents is read again while that commits; where somebody has changed
    it, the call is refused in the log and held anew. Raises ModelUnknown, WireUnsupported, Invalid,
    BudgetExhausted, ProviderRefused, Unavailable."""
    memory = MEMORIES.of(caller.tenant_id)
    begun, recalled = await _hold(caller, asked, memory)
    try:
        if await recalled.holds(begun.written):
            return begun
    except BaseException:
        await asyncio.shield(asyncio.ensure_future(_let_go(caller, begun)))
        raise
    memory.lost()
    await _let_go(caller, begun)
    begun, _ = await _hold(caller, asked, memory)
    return begun


async def _let_go(caller: Caller, begun: Begun) -> None:
    """Frees what was held for a call that nobody is asked for."""
    change = await end(caller, begun, Outcome(is_refused=True, model=begun.called.model))
    if change is not None:
        await tell_of(caller, change)


async def _hold(caller: Caller, asked: Asked, memory: Memory) -> tuple[Begun, Recalled]:
    """The call, held by what is remembered or read, and what was remembered. Raises as `begin`."""
    call_id = new_id("mdc", caller.received_at)
    begun: list[Begun] = []
    changes: list[Change] = []
    stores: list[Recalled] = []

    async def use_case(work: Command) -> ModelCall:
        known = await work.find(CALLS, call_id) if work.attempt and begun else None
        if known is not None:
            return known
        if stores and stores[0].trusted:
            memory.lost()
        stores[:] = [Recalled(memory, trusts=not work.attempt and memory.is_trusted)]
        work.store = stores[0]
        try:
            begun[:] = [await _begun(work, caller, asked, call_id)]
        except AssentError as error:
            # What is refused by memory may be allowed by now.
            if stores[0].trusted:
                raise LostRace("what is remembered of the tenant") from error
            raise
        changes[:] = [work.change]
        return begun[0].call

    async with memory.turn:
        try:
            await RUN.command(caller, use_case, ModelCall)
        except BaseException:
            memory.forget()
            raise
        memory.note_written(changes[0].written)
    return begun[0]._replace(written=changes[0].written), stores[0]


async def _begun(work: Command, caller: Caller, asked: Asked, call_id: str) -> Begun:
    key = _key_of(caller)
    month, day = f"{work.at:%Y-%m}", f"{work.at:%Y-%m-%d}"
    places = [(TENANT, month), *(((key, day),) if key else ())]
    await work.prefetch(
        (ROUTES, asked.model),
        *((BUDGETS, budget_id(*each)) for each in places),
        *((LIMITS, scope) for scope, _ in places),
    )
    first, *others = await _routes(work, asked)
    credentials = await _credentials(work, (first, *others))
    routes = _callable((first, *others), credentials)
    now = time.monotonic()
    rests = partial(RESTS.rests, caller.tenant_id, at=now)
    routes = in_order(first, routes, draw_of(call_id), rests)
    bound = asked.bound(first)
    budgets = await _budgets(work, places)
    call = ModelCall(
        call_id=call_id,
        wire=asked.wire,
        route=first.name,
        provider=first.provider,
        model=first.model,
        called_by=caller.principal,
        key_id=key,
        called_at=work.at,
        status="reserved",
        reserved_usd_micros=max(most_of(each.prices, bound) for each in routes),
        request_sha256=asked.sha256,
        holders=tuple(budget_id(each.scope, each.period) for each in budgets),
    )
    await work.save(*await _LEASING.covered(work, reserved(call, budgets)))
    return Begun(call, first, routes, bound, credentials)


def _key_of(caller: Caller) -> str | None:
    session = caller.session_id or ""
    return session if is_id("key", session) else None


async def _routes(work: Command, asked: Asked) -> tuple[ModelRoute, ...]:
    """The route of the model, and those of its fallbacks that may stand in for it now."""
    route = await work.find(ROUTES, asked.model)
    if route is None:
        name = asked.model[:60]
        detail = f"there is no model {name!r}: a governor sets its route by PUT /v1/model-routes"
        raise ModelUnknown(detail)
    require_wire(route, asked.wire)
    others = await work.find_all(ROUTES, route.fallbacks) if route.fallbacks else []
    return (route, *(each for each in others if each and may_stand_in(each, route)))


async def _credentials(work: Command, routes: tuple[ModelRoute, ...]) -> Mapping[str, Credential]:
    named = (each.credential for each in routes if each.credential is not None)
    return await read_credentials(work.store, named)


def _callable(
    routes: tuple[ModelRoute, ...], known: Mapping[str, Credential]
) -> tuple[ModelRoute, ...]:
    """Those that can be called with their credentials. Raises ProviderRefused where there is
    none."""
    found = tuple(each for each in routes if why_not_called(each, known) is None)
    if not found:
        raise ProviderRefused(f"{routes[0].name}: {why_not_called(routes[0], known)}")
    return found


async def _budgets(work: Command, places: list[tuple[str, str]]) -> tuple[Budget, ...]:
    """The tenant's budget of the month and, where a governor has limited the key, that of its
    day."""
    found = []
    for scope, period in places:
        limit: BudgetLimit | None = await work.find(LIMITS, scope)
        if scope != TENANT and limit is None:
            continue
        budget: Budget | None = await work.find(BUDGETS, budget_id(scope, period))
        budget = budget or Budget(scope=scope, period=period, limit_usd_micros=0)
        found.append(budget.limited(limit_of(limit, None), is_trial=False))
    return tuple(found)


async def end(caller: Caller, begun: Begun, outcome: Outcome) -> Change | None:
    """Charges what the call cost, once, and gives the commit of that, which `tell_of` publishes;
    None where it was settled before, or that failed, and the sweep will charge all that was
    reserved. Decides by what this process wrote last, and reads only where that was changed since.
    Never raises but where it is cancelled."""
    call_id, attempt, memory = begun.call.call_id, 0, MEMORIES.of(caller.tenant_id)

    async def once() -> Change | None:
        nonlocal attempt
        at = clock.now()
        work = Command(RUN, replace(caller, received_at=at), attempt)
        if attempt:
            memory.lost()
        known = {} if attempt else {**begun.written, **memory.known}
        attempt += 1
        holders = ((BUDGETS, each) for each in begun.call.holders)
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
        await RUN.outbox.commit_only(work.store, change)
        memory.note_written(change.written)
        return change

    try:
        async with memory.turn:
            return await decide_again(once)
    except Exception:  # noqa: BLE001 - the program has its answer; the sweep settles the call
        _log.exception("a call of a model was not settled: %s", call_id)
        return None


async def tell_of(caller: Caller, change: Change) -> None:
    """Publishes what a settlement says; what fails here the sweep publishes. Never raises but where
    it is cancelled."""
    try:
        await RUN.outbox.hand_over(TenantStore(caller.tenant_id), change, now=clock.now())
    except Exception:  # noqa: BLE001 - the log has it
        _log.exception("the settlement of a call was not published")


async def settle_lost(work: UnitOfWork, call: ModelCall) -> None:
    """Charges all that was reserved for a call whose process died."""
    await work.save(*lost(call, await _holders(work, call), work.at))


async def _holders(work: UnitOfWork, call: ModelCall) -> tuple[Budget, ...]:
    found = await work.find_all(BUDGETS, call.holders)
    return tuple(each for each in found if each is not None)
