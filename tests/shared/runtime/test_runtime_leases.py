"""Instances that lease a tenant's requests from one balance, over the real store."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import groupby

import grpc
import pytest

from shared.budgets.reached import REACHED_QUOTAS
from shared.kit.tier_limits import BALANCES, HOUR, LIMITS, MINUTE, Balance, TierLimit
from shared.quotas.calls import CallsOfHour, read_calls
from shared.runtime import leases
from shared.runtime.balances import BalanceKey
from shared.runtime.leases import Leases, Remaining
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.benchmarks.leasing import BELOW, FLOOD, SHARES, WRONGLY_REFUSED_PERCENT, simulated
from tests.shared.wire import Wire

pytestmark = pytest.mark.platform

FREE = LIMITS["free"]
NOW = 500_000.0 * HOUR


class Clock:
    """Shows the seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is only slow does not fail these tests."""
    monkeypatch.setattr(leases, "ANSWERED_WITHIN_SECONDS", 60.0)


@pytest.fixture
def key(firestore: Wire) -> BalanceKey:
    """A tenant nobody else has."""
    return BalanceKey(f"tenant-{uuid.uuid4().hex[:12]}", "members")


async def _taken(
    instance: Leases, key: BalanceKey, calls: int, now: float, limit: TierLimit = FREE
) -> int:
    remaining = [await instance.take(key, limit, now) for _ in range(calls)]
    return sum(each.refused is None for each in remaining)


async def _balance(key: BalanceKey) -> Balance:
    document = await TenantStore(key.tenant_id).get(BALANCES, key.group)
    assert document is not None
    return Balance.model_validate_json(document.data["state"])


async def test_instances_together_take_a_burst_and_then_what_is_refilled(key: BalanceKey) -> None:
    instances = [Leases() for _ in range(3)]
    taken = [await _taken(each, key, 30, NOW) for each in instances]
    # One lease of two and three of six.
    assert taken == [20, 0, 0]
    later = [await _taken(each, key, 30, NOW + 10) for each in instances]
    assert sum(taken) + sum(later) == 30


async def test_a_lease_costs_one_read_and_one_write_and_a_call_of_it_nothing(
    key: BalanceKey, firestore: Wire
) -> None:
    instance = Leases()
    await _taken(instance, key, 2, NOW)
    assert firestore.calls == ["BatchGetDocuments", "Commit"]
    firestore.calls.clear()
    await _taken(instance, key, 6, NOW)
    assert firestore.calls == ["BatchGetDocuments", "Commit"]


async def test_a_flood_costs_nothing_once_it_is_refused(key: BalanceKey, firestore: Wire) -> None:
    instance = Leases()
    taken = await _taken(instance, key, 21, NOW)
    firestore.calls.clear()
    refused = [await instance.take(key, FREE, NOW + each / 1_000) for each in range(1_000)]
    assert taken == 20
    assert {each.refused for each in refused} == {"minute"}
    assert firestore.calls == []
    assert {each.until for each in refused} == {NOW + 6}


async def test_calls_at_once_wait_for_one_lease(key: BalanceKey, firestore: Wire) -> None:
    instance = Leases()
    remaining = await asyncio.gather(*(instance.take(key, FREE, NOW) for _ in range(14)))
    assert all(each.refused is None for each in remaining)
    assert firestore.calls == ["BatchGetDocuments", "Commit"] * 3


async def test_a_caller_who_hangs_up_takes_the_lease_from_nobody(key: BalanceKey) -> None:
    instance = Leases()
    gone = asyncio.create_task(instance.take(key, FREE, NOW))
    waiting = asyncio.create_task(instance.take(key, FREE, NOW))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await waiting).refused is None


async def test_instances_that_lease_at_once_never_get_the_same_requests(key: BalanceKey) -> None:
    instances = [Leases() for _ in range(8)]

    async def all_of(instance: Leases) -> int:
        return await _taken(instance, key, 20, NOW)

    assert sum(await asyncio.gather(*map(all_of, instances))) <= FREE.burst
    assert (await _balance(key)).leased <= FREE.burst


async def test_tenants_and_their_governors_have_balances_of_their_own(key: BalanceKey) -> None:
    instance = Leases()
    assert await _taken(instance, key, 30, NOW) == 20
    assert await _taken(instance, key._replace(group="governors"), 30, NOW) == 20
    assert await _taken(instance, BalanceKey(f"{key.tenant_id}-b", "members"), 30, NOW) == 20


async def test_what_is_left_is_told_and_what_was_not_used_ends_with_the_hour(
    key: BalanceKey,
) -> None:
    instance = Leases()
    assert await instance.take(key, FREE, NOW) == Remaining(19, 999, NOW)
    assert await instance.take(key, FREE, NOW + 1) == Remaining(19, 998, NOW + 1)
    next_hour = NOW + HOUR
    assert await instance.take(key, FREE, next_hour) == Remaining(19, 999, next_hour)
    assert (await _balance(key)).leased == 2


async def test_an_hour_that_is_used_up_is_told_until_it_ends(key: BalanceKey) -> None:
    batch, at = Batch(), NOW + 1_800
    used = Balance(at=at, left=20, leased=1_000)
    batch.create(BALANCES, key.group, {"state": used.model_dump_json()})
    await TenantStore(key.tenant_id).commit(batch)
    told = await Leases().take(key, FREE, at + 5)
    assert told == Remaining(20, 0, at + 5, "hour", NOW + HOUR)


Breaks = Callable[[Wire], object]


@pytest.mark.parametrize(
    "breaks",
    [
        lambda wire: wire.cut("BatchGetDocuments"),
        lambda wire: wire.cut("Commit"),
        lambda wire: wire.cut("Commit", code=grpc.StatusCode.PERMISSION_DENIED),
        lambda wire: wire.hang("BatchGetDocuments"),
        lambda wire: wire.hang("Commit"),
    ],
    ids=["read", "write", "forbidden", "silent-read", "silent-write"],
)
async def test_a_store_that_fails_neither_opens_the_gate_nor_shuts_it(
    breaks: Breaks,
    key: BalanceKey,
    firestore: Wire,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    instance = Leases(clock)
    breaks(firestore)
    monkeypatch.setattr(leases, "ANSWERED_WITHIN_SECONDS", 0.2)
    # It has seen nothing: one lease, of which the first is a third.
    assert await _taken(instance, key, 100, NOW) == 2
    # Within ten seconds nobody asks again, or it would fail again; the tier's pace goes on.
    assert await _taken(instance, key, 100, NOW + 60) == 18
    assert sum("counted alone" in message for message in caplog.messages) == 1


async def test_a_process_alone_goes_on_from_the_balance_that_it_saw_last(
    key: BalanceKey, firestore: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = Leases(Clock())
    assert await _taken(instance, key, 21, NOW) == 20
    firestore.cut("BatchGetDocuments")
    monkeypatch.setattr(leases, "ANSWERED_WITHIN_SECONDS", 0.2)
    assert await _taken(instance, key, 100, NOW + 7) == 6


async def test_a_store_that_answers_again_is_asked_again(
    key: BalanceKey, firestore: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    instance, other = Leases(clock), Leases()
    assert await _taken(other, key, 30, NOW) == 20
    firestore.cut("BatchGetDocuments")
    monkeypatch.setattr(leases, "ANSWERED_WITHIN_SECONDS", 0.2)
    assert await _taken(instance, key, 30, NOW) == 2
    firestore.mend()
    monkeypatch.setattr(leases, "ANSWERED_WITHIN_SECONDS", 60.0)
    clock.now += leases.ALONE_SECONDS
    assert await _taken(instance, key, 7, NOW + 6) == 6
    # A store under load may be asked twice for the same.
    asked = [call for call, _ in groupby(firestore.calls)]
    assert asked == ["BatchGetDocuments", "Commit", "BatchGetDocuments"]


async def test_a_lease_whose_answer_was_lost_is_not_used_twice(
    key: BalanceKey, firestore: Wire
) -> None:
    clock = Clock()
    instance = Leases(clock)
    firestore.cut("Commit", "after", number=1, times=1)
    # The retry finds the balance changed, reads it again and leases the next two.
    assert (await instance.take(key, FREE, NOW)).refused is None
    assert (await _balance(key)).leased == 4


@pytest.mark.repeats
@pytest.mark.by_day(1)
@pytest.mark.parametrize("spread", sorted(SHARES))
async def test_three_instances_keep_a_flood_within_the_tier(spread: str, firestore: Wire) -> None:
    flood = await simulated(FREE, FLOOD, SHARES[spread], 5 * MINUTE)
    # All that was refilled, but for a lease that did not fit; and the burst.
    assert 300 - FREE.lease <= flood.taken <= 300 + FREE.burst
    assert flood.writes <= flood.taken / FREE.lease + len(SHARES[spread]) + 1


@pytest.mark.by_day(1)
@pytest.mark.parametrize("spread", sorted(SHARES))
async def test_below_the_limit_few_calls_are_refused(spread: str, firestore: Wire) -> None:
    below = await simulated(FREE, BELOW, SHARES[spread], 10 * MINUTE)
    assert 1 - below.taken / below.sent <= WRONGLY_REFUSED_PERCENT["free"] / 100


async def test_only_the_tenants_used_last_are_remembered(
    key: BalanceKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "REMEMBERED", 2)
    instance = Leases()
    keys = [key._replace(tenant_id=f"{key.tenant_id}-{number}") for number in range(4)]
    asked: list[Awaitable[Remaining]] = [instance.take(each, FREE, NOW) for each in keys]
    await asyncio.gather(*asked)
    assert len(instance._held) == 2


MONTHLY = replace(FREE, per_month=20)


def _beside(key: BalanceKey) -> BalanceKey:
    """The same requests, of which none counts in the month."""
    return key._replace(is_beyond_month=True)


async def test_what_an_hour_left_the_month_has_again_and_what_does_not_count_it_never_lost(
    key: BalanceKey,
) -> None:
    instance, other = Leases(), Leases()
    assert await _taken(instance, key, 3, NOW, MONTHLY) == 3
    assert await _taken(instance, _beside(key), 5, NOW, MONTHLY) == 5
    # A lease of two and one of six count.
    assert (await _balance(key)).month_leased == 8
    assert await _taken(instance, key, 1, NOW + HOUR, MONTHLY) == 1
    # Three were taken that count, and two are leased.
    assert (await _balance(key)).month_leased == 5
    hours = range(2, 12)
    later = [
        await _taken(each, key, 3, NOW + n * HOUR, MONTHLY)
        for n in hours
        for each in (instance, other)
    ]
    assert sum(later) == 16
    refused = await instance.take(key, MONTHLY, NOW + 11 * HOUR)
    assert refused.refused == "month"


async def test_a_larger_plan_lets_the_next_call_through_at_once(key: BalanceKey) -> None:
    instance = Leases()
    assert await _taken(instance, key, 25, NOW, replace(MONTHLY, per_month=10)) == 10
    assert (await instance.take(key, replace(MONTHLY, per_month=10), NOW)).refused == "month"
    assert (await instance.take(key, MONTHLY, NOW)).refused is None


async def test_beyond_the_month_the_minute_limits_still_and_nothing_is_left_to_others(
    key: BalanceKey, firestore: Wire
) -> None:
    instance, limit = Leases(), replace(MONTHLY, per_month=3)
    assert await _taken(instance, key, 4, NOW, limit) == 3
    beyond = [await instance.take(_beside(key), limit, NOW) for _ in range(30)]
    # A lease of two and two of six: what is left of the burst of twenty is no lease.
    assert sum(each.refused is None for each in beyond) == 14
    assert {each.refused for each in beyond[14:]} == {"minute"}
    firestore.calls.clear()
    assert (await instance.take(key, limit, NOW)).refused == "month"
    assert (await instance.take(_beside(key), limit, NOW)).refused == "minute"
    assert firestore.calls == []
    balance = await _balance(key)
    assert (balance.leased, balance.month_leased) == (17, 3)


async def test_what_is_leased_beyond_the_month_is_taken_by_nobody_else(key: BalanceKey) -> None:
    instance, limit = Leases(), replace(MONTHLY, per_month=2)
    assert await _taken(instance, key, 3, NOW, limit) == 2
    assert (await instance.take(_beside(key), limit, NOW)).refused is None
    assert await _taken(instance, key, 5, NOW, limit) == 0
    own, of_own = _beside(key)._replace(group="key_a"), replace(FREE, per_minute=9, lease=1)
    both = await instance.take_both(own, of_own, _beside(key), limit, NOW)
    assert [each.refused for each in both] == [None, None]


async def test_the_month_is_the_whole_tenants_and_the_minute_is_not(
    key: BalanceKey, firestore: Wire
) -> None:
    instance, governors = Leases(), key._replace(group="governors")
    # Two and twice six are leased, and what is left is less than a lease.
    assert await _taken(instance, key, 9, NOW, MONTHLY) == 9
    assert await _taken(Leases(), governors, 9, NOW, MONTHLY) == 6
    assert (await _balance(key)).month_leased + (await _balance(governors)).month_leased == 20
    assert (await instance.take(_beside(governors), MONTHLY, NOW)).refused is None
    firestore.calls.clear()
    await Leases().take(key, MONTHLY, NOW)
    assert firestore.calls == ["BatchGetDocuments"]


async def test_each_hour_is_noted_once_in_the_commit_of_the_next_lease(
    key: BalanceKey, firestore: Wire
) -> None:
    store, hour = TenantStore(key.tenant_id), int(NOW // HOUR)
    instance = Leases()
    assert await _taken(instance, key, 3, NOW, MONTHLY) == 3
    # Of the hour under way what is leased counts.
    assert await read_calls(store, hour, hour + 1) == [(hour, "members", 8)]
    firestore.calls.clear()
    # Whoever asks next, and for what: one commit notes it.
    assert await _taken(Leases(), _beside(key), 1, NOW + HOUR, MONTHLY) == 1
    assert firestore.calls == ["BatchGetDocuments", "Commit"]
    assert await read_calls(store, hour, hour + 5) == [(hour, "members", 8)]
    assert await _taken(instance, key, 1, NOW + 2 * HOUR, MONTHLY) == 1
    # Five were given back of the hour that was noted, and two are leased.
    now = [CallsOfHour(hour, "members", 3), CallsOfHour(hour + 2, "members", 2)]
    assert await read_calls(store, hour, hour + 5) == now
    await _taken(Leases(), _beside(key), 1, NOW + 3 * HOUR, MONTHLY)
    assert await read_calls(store, hour, hour + 5) == now
    assert sum(each.calls for each in now) == (await _balance(key)).month_leased
    assert await read_calls(store, hour + 1, hour + 2) == []


async def test_a_commit_whose_answer_was_lost_notes_an_hour_once(
    key: BalanceKey, firestore: Wire
) -> None:
    store, hour = TenantStore(key.tenant_id), int(NOW // HOUR)
    assert await _taken(Leases(), key, 1, NOW) == 1
    firestore.cut("Commit", "after", number=1, times=1)
    assert await _taken(Leases(), key, 1, NOW + HOUR) == 1
    noted = [each for each in await read_calls(store, hour, hour + 2) if each.hour == hour]
    assert noted == [(hour, "members", 2)]


async def test_the_calls_of_a_keys_own_balance_are_counted_where_its_tenants_are(
    key: BalanceKey,
) -> None:
    own, of_own = _beside(key)._replace(group="key_a"), replace(FREE, per_minute=9, lease=1)
    hour = int(NOW // HOUR)
    for at in (NOW, NOW + HOUR, NOW + 2 * HOUR):
        await Leases().take_both(own, of_own, key, FREE, at)
    noted = await read_calls(TenantStore(key.tenant_id), hour, hour + 3)
    assert noted == [(hour + each, "members", 2) for each in range(3)]
    assert (await _balance(own)).month_leased == 0


async def test_each_percentage_of_the_months_calls_is_noted_by_the_lease_that_reaches_it(
    key: BalanceKey,
) -> None:
    store, limit = TenantStore(key.tenant_id), replace(FREE, per_month=58)
    instance, minutes = Leases(), iter(range(60))

    async def noted_after(calls: int) -> list[int]:
        for _ in range(calls):
            await instance.take(key, limit, NOW + 20 * next(minutes))
        found = [each.data async for each in store.find_all(REACHED_QUOTAS.collection)]
        quotas = [REACHED_QUOTAS.state_in(each) for each in found]
        assert {(each.meter, each.period) for each in quotas} <= {("api_calls", "2027-01")}
        return sorted(each.reached for each in quotas)

    # Of 58 are leased 44, then 50, then 56, then all.
    assert await noted_after(44) == []
    assert await noted_after(1) == [80]
    assert await noted_after(5) == [80]
    assert await noted_after(1) == [80, 95]
    assert await noted_after(6) == [80, 95, 100]
    assert (await _balance(key)).month_told == 100
