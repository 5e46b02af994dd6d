"""Holds what a call may cost before anybody is asked, and charges what it did cost."""

import asyncio
import logging
import time
from collections.abc import Mapping
from functools import partial

from events.credentials import Credential
from functions.models.aggregates import CALLS, ROUTES, RUN
from functions.models.rules.cache import kept_as
from functions.models.rules.call import ModelCall, cached, tell
from functions.models.rules.call import reserve as reserved
from functions.models.rules.costs import most_of
from functions.models.rules.local_model import LOCAL, check_call
from functions.models.rules.model_request import ModelRequest
from functions.models.rules.order import Rests, draw_of, in_order
from functions.models.rules.refusals import BudgetExhausted, ModelUnknown, ProviderRefused
from functions.models.rules.route import (
    ModelRoute,
    may_stand_in,
    require_wire,
    why_not_called,
)
from functions.models.service.cache import find_kept
from functions.models.service.held_call import HeldCall
from functions.models.service.process_memory import MEMORIES, Memory, Recalled
from functions.models.service.settlement import let_go
from shared.aggregates.command import Command
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.budget import Budget
from shared.budgets.leasing import Leasing
from shared.budgets.limits import TENANT, BudgetLimit, budget_id, limit_of
from shared.connectors import read_credentials
from shared.kit.callers import Caller
from shared.kit.errors import AssentError
from shared.kit.ids import is_id, new_id
from shared.messaging.changes import Change
from shared.runtime.entitlements import entitlements_of
from shared.storage.batches import LostRace

RESTS = Rests()
_log = logging.getLogger(__name__)
_LEASING = Leasing(RUN, lambda platform: (tell(platform),), BudgetExhausted)


async def begin(caller: Caller, asked: ModelRequest, headers: Mapping[str, str]) -> HeldCall:
    """Holds the most that the call may cost by any of its routes, in one commit. What this process
    remembers of the tenant's documents is read again while that commits; where somebody has changed
    it, the call is refused in the log and held anew. Nothing is held where the answer was kept of
    an earlier call. Raises ModelUnknown, WireUnsupported, Invalid,
    BudgetExhausted, QuotaExhausted, ProviderRefused, Unavailable."""
    memory = MEMORIES.of(caller.tenant_id)
    held, recalled = await _hold(caller, asked, headers, memory)
    try:
        if await recalled.holds(held.written):
            return held
    except BaseException:
        await asyncio.shield(asyncio.ensure_future(let_go(caller, held)))
        raise
    memory.lost()
    await let_go(caller, held)
    held, _ = await _hold(caller, asked, headers, memory, trusts=False)
    return held


async def _hold(
    caller: Caller,
    asked: ModelRequest,
    headers: Mapping[str, str],
    memory: Memory,
    *,
    trusts: bool = True,
) -> tuple[HeldCall, Recalled]:
    """The call, held by what is read or, where it `trusts` that, remembered, and what was
    remembered. Raises as `begin`."""
    call_id = new_id("mdc", caller.received_at)
    held: list[HeldCall] = []
    changes: list[Change] = []
    stores: list[Recalled] = []

    async def use_case(work: Command) -> ModelCall:
        known = await work.find(CALLS, call_id) if work.attempt and held else None
        if known is not None:
            return known
        if stores and stores[0].trusted:
            memory.lost()
        stores[:] = [Recalled(memory, trusts=trusts and not work.attempt and memory.is_trusted)]
        work.store = stores[0]
        try:
            held[:] = [await _held(work, stores[0], caller, asked, headers, call_id)]
        except AssentError as error:
            # What is refused by memory may be allowed by now.
            if stores[0].trusted:
                raise LostRace("what is remembered of the tenant") from error
            raise
        changes[:] = [work.change]
        return held[0].call

    async with memory.turn:
        try:
            await RUN.command(caller, use_case, ModelCall)
        except BaseException:
            memory.forget()
            raise
        memory.note_written(changes[0].written)
    return held[0]._replace(written=changes[0].written), stores[0]


async def _held(
    work: Command,
    recalled: Recalled,
    caller: Caller,
    asked: ModelRequest,
    headers: Mapping[str, str],
    call_id: str,
) -> HeldCall:
    key = _key_of(caller)
    month, day = f"{work.at:%Y-%m}", f"{work.at:%Y-%m-%d}"
    places = [(TENANT, month), *(((key, day),) if key else ())]
    await work.prefetch(
        (ROUTES, asked.model),
        *((BUDGETS, budget_id(*each)) for each in places),
        *((LIMITS, scope) for scope, _ in places),
    )
    first, *others = await _routes(work, asked)
    if first.provider == LOCAL:
        check_call(asked.body)
    credentials = await _credentials(work, (first, *others))
    routes = _callable((first, *others), credentials)
    rests = partial(RESTS.rests, caller.tenant_id, at=time.monotonic())
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
        reserved_tokens=bound.tokens_in + bound.tokens_out,
        request_sha256=asked.sha256,
        prompt=asked.prompt,
        holders=tuple(budget_id(each.scope, each.period) for each in budgets),
    )
    held = HeldCall(call, first, routes, bound, credentials)
    name = kept_as(asked, first, key or caller.principal, headers)
    if name is not None:
        held = held._replace(name=name, kept=await find_kept(caller, name, first, work.at))
    if held.kept is not None:
        if not await recalled.holds({}):
            raise LostRace("what is remembered of the tenant")
        (call,) = await work.save(*cached(call, held.kept.call_id, held.kept.answer_sha256))
        return held._replace(call=call)
    entitled = entitlements_of(caller.control, work.at)
    await work.save(*await _LEASING.covered(work, reserved(call, budgets, entitled)))
    return held


def _key_of(caller: Caller) -> str | None:
    session = caller.session_id or ""
    return session if is_id("key", session) else None


async def _routes(work: Command, asked: ModelRequest) -> tuple[ModelRoute, ...]:
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
