"""What usage beyond a plan's limits costs, in which month, and how a line of an invoice says it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.billing.rules.charges import UsageCharge, agree, charges_of
from functions.billing.rules.terms import (
    MOST_MONTHS,
    Month,
    Terms,
    limits_in,
    limits_of,
    months_to_charge,
    note_terms,
)
from shared.catalogue import entitlements
from shared.kit.plans import Plan
from shared.usage.proofs import UsageLine

ROOT = "ab" * 32
CLOSED = datetime(2026, 11, 1, 1, tzinfo=UTC)
PLANS: tuple[Plan, ...] = ("free", "pro", "team", "enterprise")
PRO = limits_of(entitlements("pro"))
TEAM = limits_of(entitlements("team"))


def line(
    meter: str, quantity: int, section: int = 1, closed: datetime | None = CLOSED
) -> UsageLine:
    corrects = None if section == 1 else 1
    return UsageLine("2026-10", section, meter, quantity, 1, 1, ROOT, closed, corrects)


def month(plan: Plan = "pro") -> Month:
    return Month("2026-10", limits_of(entitlements(plan)) or {})


def on(day: int, of: int = 10) -> datetime:
    return datetime(2026, of, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("used", "charged", "cents"),
    [(5_000, 0, 0), (5_001, 1, 10), (5_012, 12, 120), (9, 0, 0)],
)
def test_only_what_is_beyond_the_limit_costs(used: int, charged: int, cents: int) -> None:
    found = charges_of(month(), [line("executions", used)])
    assert [(each.charged, each.cents) for each in found] == ([(charged, cents)] if cents else [])


def test_tokens_are_those_sent_and_those_answered() -> None:
    lines = [line("tokens_in", 400_000), line("tokens_out", 150_999), line("tokens_cached_read", 9)]
    [found] = charges_of(month(), lines)
    assert (found.quantity, found.charged, found.cents) == (550_999, 50_999, 101)
    assert [each.meter for each in found.counted] == ["tokens_in", "tokens_out"]


def test_storage_is_the_average_of_the_months_hours() -> None:
    kept = 12 * (1 << 30)
    [found] = charges_of(month(), [line("storage_byte_hours", kept * 744)])
    assert (found.charged, found.cents) == (2 << 30, 100)


def test_what_is_open_without_a_limit_or_without_a_price_costs_nothing() -> None:
    assert charges_of(month(), [line("executions", 9_999, closed=None)]) == ()
    assert charges_of(month("enterprise"), [line("executions", 99_999_999)]) == ()
    assert charges_of(month(), [line("tool_calls", 99_999_999), line("pages", 99_999_999)]) == ()


@given(st.lists(st.integers(0, 2_000_000), min_size=1, max_size=6))
def test_all_sections_together_cost_what_one_would(quantities: list[int]) -> None:
    sections = [line("tokens_in", each, number) for number, each in enumerate(quantities, 1)]
    parts = charges_of(month(), sections)
    [*whole] = charges_of(month(), [line("tokens_in", sum(quantities))])
    assert sum(each.cents for each in parts) == sum(each.cents for each in whole)
    assert all(each.cents > 0 for each in parts)
    assert len({each.key for each in parts}) == len(parts)
    # More that comes later changes none of them.
    more = charges_of(month(), [*sections, line("tokens_in", 7, len(quantities) + 1)])
    assert more[: len(parts)] == parts


@given(st.integers(500_001, 10**12), st.integers(0, 10**12), st.integers(1, 9))
def test_a_line_says_all_of_a_charge(sent: int, answered: int, section: int) -> None:
    lines = [line("tokens_in", sent, section), line("tokens_out", answered, section)]
    for charge in charges_of(month(), lines):
        assert all(len(each) <= 500 for each in charge.metadata.values())
        assert UsageCharge.from_metadata(charge.metadata, charge.cents) == charge
        assert agree(charge, month().limits, lines)
        assert not agree(charge.but(cents=charge.cents + 1), month().limits, lines)
        assert not agree(charge, month("team").limits, lines) or sent < 5_000_000
        assert not agree(charge, month().limits, [line("tokens_in", sent + 1, section)])
        assert not agree(charge.but(price_units=0), month().limits, lines)


@pytest.mark.parametrize(
    "change",
    [
        {"period": "2026-13"},
        {"meter": "api_calls"},
        {"section": "x"},
        {"quantity": "-1"},
        {"root": "executions=1"},
        {"root": ""},
        {"included": "9" * 19},
    ],
)
def test_what_somebody_wrote_by_hand_is_no_line_of_usage(change: dict[str, str]) -> None:
    [charge] = charges_of(month(), [line("executions", 6_000)])
    assert UsageCharge.from_metadata({**charge.metadata, **change}, charge.cents) is None
    assert UsageCharge.from_metadata({}, 1) is None


def test_a_month_has_the_highest_limits_that_were_paid_for_in_it() -> None:
    terms: tuple[Terms, ...] = ()
    assert note_terms(terms, None, on(1)) == ()
    for limits, at in ((PRO, on(3)), (TEAM, on(9)), (PRO, on(20)), (None, on(5, 12))):
        terms = note_terms(terms, limits, at)
        assert note_terms(terms, limits, at) == terms
    assert limits_in(terms, "2026-09") is None
    assert limits_in(terms, "2026-10") == TEAM
    assert limits_in(terms, "2026-11") == PRO
    assert limits_in(terms, "2026-12") == PRO
    assert limits_in(terms, "2027-01") is None
    months = months_to_charge(terms, datetime(2027, 2, 1, tzinfo=UTC))
    assert [each.period for each in months] == ["2026-10", "2026-11", "2026-12"]
    assert months_to_charge(terms, on(31)) == ()


def test_a_month_in_part_without_a_limit_has_none() -> None:
    terms = note_terms((), PRO, on(3))
    terms = note_terms(terms, limits_of(entitlements("enterprise")), on(4))
    assert (
        charges_of(Month("2026-10", limits_in(terms, "2026-10") or {}), [line("executions", 9**9)])
        == ()
    )


@given(st.lists(st.tuples(st.sampled_from(PLANS), st.integers(0, 900)), max_size=60))
def test_terms_are_few_and_in_order(changes: list[tuple[Plan, int]]) -> None:
    terms: tuple[Terms, ...] = ()
    start = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    for plan, day in changes:
        at = datetime.fromtimestamp(start + day * 86_400, UTC)
        terms = note_terms(terms, limits_of(entitlements(plan)), at)
    periods = [each.period for each in terms]
    assert periods == sorted(set(periods))
    assert len(terms) <= MOST_MONTHS + 1
