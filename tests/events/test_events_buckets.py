"""At every moment an approval lies in exactly one bucket: the one that its card shows."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.approvals import ApprovalStatus, Card, Subject
from events.buckets import Bucket, as_of, bucket_of, in_bucket, open_until
from events.vetoes import VetoWindow
from shared.kit.instants import format_instant

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
BUCKETS: tuple[Bucket, ...] = get_args(Bucket)
COMPARE = {
    "==": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
}

moments = st.integers(0, 40_000).map(lambda each: START + timedelta(microseconds=250 * each))


def card(status: ApprovalStatus, deadline_at: datetime = START, **fields: object) -> Card:
    return Card.model_validate(
        {
            "id": "apr_1",
            "kind": "artifact",
            "risk": "low",
            "status": status,
            "summary": "An article",
            "subject": Subject(type="article", id="1", name="One"),
            "requested_by": "amira",
            "authors": ("amira",),
            "requested_at": START,
            "deadline_at": deadline_at,
            "on_timeout": "deny",
            "decision_hash": "0" * 64,
            "rule": {"kind": "any", "m": None, "of": ({"role": "governor", "principal": None},)},
            "version": 1,
            **fields,
        }
    )


def lists_with(stored: Card, at: datetime) -> list[Bucket]:
    """The buckets whose query finds what is stored, at that moment."""
    fields = {"bucket": bucket_of(stored), "open_until": open_until(stored)}
    return [
        bucket
        for bucket in BUCKETS
        if all(COMPARE[op](fields[name], value) for name, op, value in in_bucket(bucket, at))
    ]


@given(st.sampled_from(get_args(ApprovalStatus)), moments, st.none() | moments, moments)
def test_a_card_lies_in_one_list_the_one_of_its_own_bucket(
    status: ApprovalStatus, deadline_at: datetime, closes_at: datetime | None, at: datetime
) -> None:
    veto = VetoWindow(closes_at=closes_at) if closes_at else None
    stored = card(status, deadline_at, veto=veto)
    assert lists_with(stored, at) == [bucket_of(as_of(stored, at))]
    assert in_bucket(None, at) == []


@pytest.mark.parametrize("status", get_args(ApprovalStatus))
def test_every_state_lies_in_one_bucket(status: ApprovalStatus) -> None:
    expected = {"pending": "pending", "deferred": "pending", "escalated": "pending"}
    expected["auto_approved"] = "veto_open"
    shown = card(status, veto=VetoWindow(closes_at=START))
    assert bucket_of(shown) == expected.get(status, "decided")


@pytest.mark.parametrize("status", ["pending", "deferred", "escalated"])
@pytest.mark.parametrize(("on_timeout", "spoken"), [("approve", "approved"), ("deny", "expired")])
def test_silence_speaks_by_the_clock_and_not_by_its_timer(
    status: ApprovalStatus, on_timeout: str, spoken: str
) -> None:
    asked = card(status, on_timeout=on_timeout)
    assert as_of(asked, START) == asked
    late = as_of(asked, START + timedelta(milliseconds=1))
    assert (late.status, late.decided_by, late.decided_at) == (spoken, "deadline", START)
    assert lists_with(asked, START + timedelta(milliseconds=1)) == ["decided"]


def test_a_veto_window_is_closed_by_the_clock_and_not_by_its_timer() -> None:
    matched = card("auto_approved", veto=VetoWindow(closes_at=START), decided_by="pre_1")
    assert as_of(matched, START) == matched
    late = as_of(matched, START + timedelta(milliseconds=1))
    assert (late.status, late.decided_by) == ("confirmed", "pre_1")
    assert lists_with(matched, START + timedelta(milliseconds=1)) == ["decided"]


def test_the_clock_changes_nothing_that_was_decided() -> None:
    decided = card("approved", decided_by="gala", decided_at=START)
    assert as_of(decided, START + timedelta(days=9)) == decided
    assert format_instant(START) > open_until(decided) == ""
