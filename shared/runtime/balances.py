"""Leases a tenant's requests from its stored balance. The same commit notes the calls of an hour
that is over, and the threshold that a month's calls reached."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from shared.kit.tier_limits import (
    BALANCES,
    GROUPS,
    Balance,
    Granted,
    HourCalls,
    Refused,
    TierLimit,
    lease,
)
from shared.quotas.calls import note
from shared.storage.batches import Batch, Document
from shared.storage.firestore import TenantStore

# Below it nobody is told, and no further module is imported.
_FIRST_TOLD = 80


class BalanceKey(NamedTuple):
    """Whose requests are leased: those of a tenant's `members`, of its `governors`, or of one API
    key, by its id. Those that are `is_beyond_month` use the same balance, and count in no month."""

    tenant_id: str
    group: str
    is_beyond_month: bool = False


async def lease_from(
    key: BalanceKey, limit: TierLimit, requests: int, now: float, given_back: HourCalls
) -> Granted | Refused:
    """A lease of so many requests, in one commit, or why there is none. One read, two where the
    plan limits the month; one write for a lease, two where it notes hours. Raises LostRace,
    Unavailable."""
    store, counts = TenantStore(key.tenant_id), key.group in GROUPS and not key.is_beyond_month
    # The whole tenant has one month.
    others = [each for each in GROUPS if counts and limit.per_month and each != key.group]
    found = await store.get_many([(BALANCES, each) for each in (key.group, *others)])
    document, balance = found[0], _balance(found[0])
    rest = [each.in_month_of(now) for each in map(_balance, found[1:]) if each is not None]
    outcome = lease(
        balance,
        limit,
        requests,
        now,
        given_back,
        is_beyond_month=key.is_beyond_month,
        of_others=sum(each.month_leased for each in rest),
    )
    if isinstance(outcome, Refused):
        return outcome
    batch = Batch()
    if key.group in GROUPS:
        note(batch, key.group, outcome.notes)
    if counts and limit.per_month:
        outcome = _told(batch, outcome, rest, limit.per_month)
    data = {"state": outcome.balance.model_dump_json()}
    if document is None:
        batch.create(BALANCES, key.group, data)
    else:
        batch.replace(document, data)
    await store.commit(batch)
    return outcome


def _balance(document: Document | None) -> Balance | None:
    return Balance.model_validate_json(document.data["state"]) if document is not None else None


def _told(batch: Batch, granted: Granted, rest: Sequence[Balance], per_month: int) -> Granted:
    """The lease. Where it is the first to reach a threshold of the month's calls, this commit notes
    that, for `runs` to tell."""
    balance = granted.balance
    used = balance.month_leased + sum(each.month_leased for each in rest)
    if used * 100 < per_month * _FIRST_TOLD:
        return granted
    from shared.budgets.limits import highest_reached
    from shared.budgets.reached import note_threshold

    reached = highest_reached(used, per_month)
    if reached is None or reached <= max(each.month_told for each in (balance, *rest)):
        return granted
    note_threshold(batch, "api_calls", reached, datetime.fromtimestamp(balance.at, UTC))
    return replace(granted, balance=balance.but(month_told=reached))
