"""Keeps each tenant within the requests of its tier, over all functions and instances together.

What one process can stand is another limit (`shared.runtime.limits`)."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from fastapi import Request

from shared.catalogue import Entitlements
from shared.kit.callers import Caller
from shared.kit.errors import TierLimitReached
from shared.kit.per_loop import PerLoop
from shared.kit.principals import FUNCTION
from shared.kit.roles import DEPUTY, GOVERNOR
from shared.kit.tier_limits import (
    GOVERNORS,
    HOUR,
    LIMITS,
    MEMBERS,
    MINUTE,
    Tier,
    TierLimit,
    limit_of_key,
    tier_above,
)
from shared.quotas.meters import exhausted
from shared.quotas.plans import plan_of, tier_of_plan
from shared.quotas.refusals import QuotaExhausted
from shared.runtime.balances import BalanceKey
from shared.runtime.boundary import say
from shared.runtime.entitlements import entitlements_of, is_reserved_tenant
from shared.runtime.leases import Leases, Remaining
from shared.runtime.settings import runtime_settings

_DECIDERS = frozenset({GOVERNOR, DEPUTY})
_IS_BEYOND_TIER = "assent_beyond_tier"
_IS_BEYOND_QUOTA = "assent_beyond_quota"

E = TypeVar("E", bound=Callable[..., Any])

_leases = PerLoop(Leases)


def beyond_tier(endpoint: E) -> E:
    """Marks a call with which a governor or deputy decides. It is none of the tier's requests, so
    no veto is refused for want of them, and never one of the month's calls, whoever makes it. The
    limits of the process hold all the same."""
    setattr(endpoint, _IS_BEYOND_TIER, True)
    return beyond_quota(endpoint)


def is_beyond_tier(endpoint: object) -> bool:
    """Whether the call is marked so."""
    return getattr(endpoint, _IS_BEYOND_TIER, False)


def beyond_quota(endpoint: E) -> E:
    """Marks a call that does not count in the month, and is answered also where the month's calls
    are used up. With it an admin sees what is used and changes the plan, or somebody finds what
    waits for assent or must not go on, and refuses or ends it. The limits of the minute and the
    hour hold all the same."""
    setattr(endpoint, _IS_BEYOND_QUOTA, True)
    return endpoint


def is_beyond_quota(endpoint: object) -> bool:
    """Whether the call is marked so."""
    return getattr(endpoint, _IS_BEYOND_QUOTA, False)


async def within_tier(request: Request, caller: Caller) -> None:
    """Takes one of the requests of the caller's tenant, and says in the answer's headers what is
    left. Governors and deputies have as many again of the minute and the hour, which nobody else
    can use up. For a key with a lower limit of its own it takes one of the key's requests too, or
    none of either. A token for no tenant, and who has none, takes nothing. Raises TierLimitReached,
    and QuotaExhausted for a call that counts where those of the plan's month are used up."""
    is_decider = not caller.roles.isdisjoint(_DECIDERS)
    if is_reserved_tenant(caller.tenant_id) or (
        is_decider and is_beyond_tier(request.scope["endpoint"])
    ):
        return
    entitled = entitlements_of(caller.control, caller.received_at)
    tiers = limit_by_plan(LIMITS[tier_of(caller)], entitled)
    group = GOVERNORS if is_decider else MEMBERS
    key = BalanceKey(caller.tenant_id, group, is_beyond_month=not counts(request, caller))
    now = caller.received_at.timestamp()
    own = _limit_of_key(caller, tiers)
    if own is None or caller.session_id is None:
        remaining = await _leases.here().take(key, tiers, now)
        limit = tiers
    else:
        own_key = BalanceKey(caller.tenant_id, caller.session_id, is_beyond_month=True)
        of_key, of_tenant = await _leases.here().take_both(own_key, own, key, tiers, now)
        binds = of_tenant.refused is None and of_key.minute <= of_tenant.minute
        limit, remaining = (own, of_key) if binds or of_key.refused else (tiers, of_tenant)
    say(request.scope, "RateLimit-Policy", policies_of(limit))
    say(request.scope, "RateLimit", limits_of(remaining, limit))
    if remaining.refused is None:
        return
    if remaining.refused == "month":
        raise _month_used(entitled, limit, caller.received_at)
    if limit is own:
        raise _refusal_of_key(remaining, limit)
    raise _refusal(remaining, limit, group)


def counts(request: Request, caller: Caller) -> bool:
    """Whether the call counts in the plan's month. Programs' calls do, by a key or by a session
    that began outside of a browser. Calls from a browser and of impersonators do not; nor those of
    runs, which counted when they started; nor those that no plan may refuse."""
    is_programs = caller.signed_in_at is None and caller.impersonator is None
    is_functions = caller.principal.startswith(FUNCTION)
    return is_programs and not is_functions and not is_beyond_quota(request.scope["endpoint"])


def limit_by_plan(limit: TierLimit, entitled: Entitlements | None) -> TierLimit:
    """The tier's requests, with the calls of a month that the plan allows, where it stops there."""
    if entitled is None or not entitled.stops("api_calls"):
        return limit
    return _limit_with(limit, entitled.limits["api_calls"])


@lru_cache(maxsize=256)
def _limit_with(limit: TierLimit, per_month: int) -> TierLimit:
    return replace(limit, per_month=per_month)


def _month_used(entitled: Entitlements | None, limit: TierLimit, at: datetime) -> QuotaExhausted:
    assert entitled is not None
    assert limit.per_month is not None
    return exhausted(entitled, "api_calls", limit.per_month, limit.per_month, 1, at)


def _limit_of_key(caller: Caller, tiers: TierLimit) -> TierLimit | None:
    """The limit of the caller's own key, where it is lower than the tier's."""
    asked = caller.requests_per_minute
    return limit_of_key(tiers.tier, asked) if asked and asked < tiers.per_minute else None


def tier_of(caller: Caller) -> Tier:
    """The tier of the caller's tenant, by its plan in force; the lowest of one without a control
    document."""
    settings = runtime_settings()
    if settings.environment == "local" and settings.local_tier is not None:
        return settings.local_tier
    return tier_of_plan(plan_of(caller.control, caller.received_at))


def policies_of(limit: TierLimit) -> str:
    """The value of `RateLimit-Policy`: how many requests in how many seconds."""
    return f'"minute";q={limit.per_minute};w={MINUTE}, "hour";q={limit.per_hour};w={HOUR}'


def limits_of(remaining: Remaining, limit: TierLimit) -> str:
    """The value of `RateLimit`: of each window what is left now, and the seconds until there is
    more (where nothing is left) or all of it again."""
    missing = max(0, limit.burst - remaining.minute)
    of_minute = max(1, math.ceil(missing * MINUTE / limit.per_minute))
    of_hour = math.ceil(HOUR - remaining.now % HOUR)
    if remaining.refused == "minute":
        of_minute = retry_after(remaining)
    return f'"minute";r={remaining.minute};t={of_minute}, "hour";r={remaining.hour};t={of_hour}'


def retry_after(remaining: Remaining) -> int:
    """Whole seconds until a refused call can be taken."""
    return max(1, math.ceil(remaining.until - remaining.now))


def _refusal(remaining: Remaining, limit: TierLimit, group: str) -> TierLimitReached:
    more = tier_above(limit.tier)
    allowed = f"{limit.per_minute} requests a minute and {limit.per_hour} an hour"
    detail = (
        f"the tier {limit.tier} allows the tenant's {group} {allowed}; "
        f"those of the {remaining.refused} are used up"
    )
    if more is not None:
        detail += f". The tier {more.tier} allows {more.per_minute} and {more.per_hour}"
    upgrade_to = more.tier if more is not None else None
    return TierLimitReached(detail, retry_after=retry_after(remaining), upgrade_to=upgrade_to)


def _refusal_of_key(remaining: Remaining, limit: TierLimit) -> TierLimitReached:
    detail = (
        f"this API key allows {limit.per_minute} requests a minute, which are used up; a key"
        " without requests_per_minute has those of the tier"
    )
    return TierLimitReached(detail, retry_after=retry_after(remaining), upgrade_to=None)
