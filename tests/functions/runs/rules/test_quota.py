"""What a plan allows of runs, tokens, calls and files is told of before it is used up, each
threshold once."""

from datetime import UTC, datetime

from events.budgets import BudgetReached
from functions.runs.rules.quota import Quota, reached_told
from shared.budgets.budget import Budget
from shared.budgets.limits import TENANT
from shared.catalogue import entitlements

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
FREE, PRO = Quota(entitlements("free"), AT), Quota(entitlements("pro"), AT)
MONTH = Budget(scope=TENANT, period="2026-11", limit_usd_micros=0)


def _told(quota: Quota, month: Budget) -> tuple[Budget, list[tuple[str, int]]]:
    steps = quota.told(month)
    fields = [each.fields for each in steps if each.event is BudgetReached]
    return steps[-1].state, [(each["meter"], each["threshold"]) for each in fields]


def test_each_threshold_is_told_once_though_one_start_finds_several() -> None:
    month, told = _told(FREE, MONTH.but(executions=79, tokens=9_600))
    assert told == [("tokens", 80), ("tokens", 95)]
    month, told = _told(FREE, month.but(executions=80))
    assert told == [("executions", 80)]
    month, told = _told(FREE, month.but(executions=100, tokens=12_000))
    assert told == [("executions", 95), ("executions", 100), ("tokens", 100)]
    assert _told(FREE, month) == (month, [])


def test_what_was_told_of_a_smaller_plan_is_not_told_again_of_a_larger_one() -> None:
    month, _ = _told(FREE, MONTH.but(executions=80))
    month, told = _told(PRO, month.but(executions=4_000))
    assert told == []
    assert _told(PRO, month.but(executions=4_750))[1] == [("executions", 95)]


def test_a_plan_without_limits_tells_nothing() -> None:
    unlimited = Quota(entitlements("enterprise"), AT)
    assert _told(unlimited, MONTH.but(executions=10**9, tokens=10**12))[1] == []


def test_of_what_others_count_each_threshold_up_to_the_one_reached_is_told_once() -> None:
    first = reached_told(MONTH.but(told_of=("tokens:80",)), "api_calls", 80)
    assert [each.fields for each in first] == [{"threshold": 80, "meter": "api_calls"}]
    month = first[-1].state
    assert reached_told(month, "api_calls", 80) == ()
    # A lease may reach two, and its notice may be overtaken by the next.
    last = reached_told(month, "api_calls", 100)
    assert [each.fields["threshold"] for each in last] == [95, 100]
    assert reached_told(last[-1].state, "api_calls", 95) == ()
    assert last[-1].state.told_of == ("tokens:80", "api_calls:80", "api_calls:95", "api_calls:100")
    files = reached_told(last[-1].state, "storage", 80)
    assert [each.fields for each in files] == [{"threshold": 80, "meter": "storage"}]
