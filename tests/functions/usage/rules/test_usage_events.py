"""Which events from outside are counted, and what is wrong with each of the others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.usage.rules.events import AHEAD, BEHIND, MOST_QUANTITY, check_events
from shared.kit.instants import format_instant
from shared.usage.outside import OutsideEvent

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DECLARED = {"pages"}


def sent(**fields: Any) -> dict[str, Any]:
    said = {"id": "a", "meter": "pages", "quantity": 3, "at": format_instant(NOW)}
    return {**said, **fields}


def test_each_is_judged_alone_and_keeps_its_place() -> None:
    events, rejected = check_events([sent(), "x", sent(id="b", subject="gala")], DECLARED, NOW)
    at = int(NOW.timestamp() * 1000)
    assert events == [
        OutsideEvent("a", "pages", 3, at),
        OutsideEvent("b", "pages", 3, at, "gala"),
    ]
    assert [place for place, _ in rejected] == [1]


@pytest.mark.parametrize("at", [NOW + AHEAD, NOW - BEHIND])
@pytest.mark.parametrize("quantity", [0, MOST_QUANTITY])
def test_the_last_that_is_taken(at: datetime, quantity: int) -> None:
    events, rejected = check_events([sent(at=format_instant(at), quantity=quantity)], DECLARED, NOW)
    assert (len(events), rejected) == (1, [])


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"meter": "executions"}, "counted by Assent itself"),
        ({"meter": "sheets"}, "PUT /v1/usage/meters/sheets first"),
        ({"at": format_instant(NOW + AHEAD + timedelta(seconds=1))}, "at must not be in the"),
        ({"at": format_instant(NOW - BEHIND - timedelta(seconds=1))}, "within the last 62 days"),
        ({"at": "yesterday"}, "at "),
        ({"quantity": -1}, "quantity "),
        ({"quantity": MOST_QUANTITY + 1}, "quantity "),
        ({"quantity": 1.5}, "quantity "),
        ({"quantity": "3"}, "quantity "),
        ({"quantity": True}, "quantity "),
        ({"id": "two words"}, "id "),
        ({"id": ""}, "id "),
        ({"subject": "a name of somebody"}, "subject "),
        ({"price": 3}, "price "),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_counted(fields: dict[str, Any], problem: str) -> None:
    events, [(place, said)] = check_events([sent(**fields)], DECLARED, NOW)
    assert (events, place) == ([], 0)
    assert problem in said
