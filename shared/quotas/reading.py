"""Reads how much of its quotas a tenant has used; writes nothing."""

import asyncio
from datetime import datetime
from typing import Literal

from shared.artifacts.room import keeping_of
from shared.catalogue import METERS
from shared.kit.control import Control
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.months import month_ends, month_of
from shared.kit.plans import Meter
from shared.kit.tier_limits import BALANCES, GROUPS, Balance
from shared.members.tenants import COLLECTION as TENANTS
from shared.members.tenants import KnownTenant, read_tenant
from shared.quotas.plans import entitlements_at, seats_at, tier_of_plan
from shared.storage.firestore import TenantStore

# As those who write them name them, who lie above what reads here.
_BUDGETS, _ARTIFACTS, _KEPT_BYTES = "budgets", "artifacts", "kept_bytes"


class QuotaUse(Data):
    """How much of a meter is used. `limit` is None where the plan has none; `stops` says whether
    nothing more is let through there. `resets_at` is None for what is kept rather than used: files
    and seats. `api_calls` are those of programs; leased and not yet sent are used too."""

    meter: Meter | Literal["seats"]
    used: int
    limit: int | None
    stops: bool
    resets_at: Instant | None


class _Month(Data):
    """The tenant's budget of the month, as far as it is read here."""

    executions: int = 0
    tokens: int = 0
    held_tokens: int = 0


async def read_people(store: TenantStore) -> int:
    """How many people belong to the tenant, as of now. One document. Raises Unavailable."""
    return (await read_tenant(store)).people


async def read_quotas(store: TenantStore, control: Control, at: datetime) -> tuple[QuotaUse, ...]:
    """What the tenant has used of each meter in the month of `at`, and of its seats, as of now, in
    the order of the catalogue's meters. Five documents, of which any may be missing, in one round
    trip with one aggregation over the files. Raises Unavailable."""
    month = f"tenant.{month_of(at)}"
    places = [
        (_BUDGETS, month),
        (TENANTS, store.tenant_id),
        *((BALANCES, each) for each in GROUPS),
    ]
    documents, (_, kept) = await asyncio.gather(
        store.get_many(places), store.count_and_sum(_ARTIFACTS, _KEPT_BYTES)
    )
    states = [each.data.get("state") if each is not None else None for each in documents]
    budget = _Month.model_validate_json(states[0] or "{}")
    tenant = KnownTenant.model_validate_json(states[1] or "{}")
    balances = [Balance.model_validate_json(each) for each in states[2:] if each]
    calls = (each.in_month_of(at.timestamp()).month_leased for each in balances)
    used: dict[Meter, int] = {
        "executions": budget.executions,
        "tokens": budget.tokens + budget.held_tokens,
        "api_calls": sum(calls),
        "storage": kept,
    }
    entitled = entitlements_at(control, at)
    # No file is taken beyond it, whatever is paid for other meters beyond the plan's limit.
    room = keeping_of(tier_of_plan(entitled.plan), entitled).all
    seats = seats_at(control, at)
    of_meters = (
        QuotaUse(
            meter=each,
            used=used[each],
            limit=room if each == "storage" else entitled.limits.get(each),
            stops=each == "storage" or entitled.stops(each),
            resets_at=None if each == "storage" else month_ends(at),
        )
        for each in METERS
    )
    people = QuotaUse(
        meter="seats", used=tenant.people, limit=seats, stops=seats is not None, resets_at=None
    )
    return (*of_meters, people)
