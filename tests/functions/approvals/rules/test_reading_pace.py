"""A notice where somebody says yes faster than anybody reads; nothing is blocked."""

from typing import Any

import pytest

from events.reading_pace import ReadingPaceExceeded
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.opening import open_request
from functions.approvals.rules.policy import BUILT_IN
from functions.approvals.rules.reading_pace import (
    IN_A_ROW,
    MOST_WORDS,
    TOLD_AGAIN_AFTER,
    WITHIN,
    ReadingPace,
    is_fast,
    least_read_ms,
    note_fast,
)
from tests.functions.approvals.builders import MINUTE, START, request

LONG = {"text": "Patients ask what this medicine does. " * 50}


def _asked(words_per_minute: int | None = 1_000, **fields: Any) -> Approval:
    policy = BUILT_IN.but(words_per_minute=words_per_minute)
    return open_request(request(**fields), (), START, policy).state


def test_the_time_follows_from_the_words_that_are_shown() -> None:
    assert least_read_ms(1_000, "two words", {"key": ["and three more", 7, None]}) == 7 * 60
    assert least_read_ms(300, "word " * 300) == 60_000
    assert least_read_ms(1_000, "word " * 5_000) == MOST_WORDS * 60
    assert least_read_ms(None, "word") is None
    assert least_read_ms(1_000, "", {}, []) == 0


def test_the_time_is_settled_at_the_request() -> None:
    slow, fast = _asked(500, content=LONG), _asked(1_000, content=LONG)
    assert slow.least_read_ms is not None
    assert fast.least_read_ms == slow.least_read_ms // 2
    assert _asked(None, content=LONG).least_read_ms is None


@pytest.mark.parametrize(
    ("verb", "read_ms", "is_it"),
    [
        ("approve", 0, True),
        ("break_glass", 900, True),
        ("approve", None, False),
        ("reject", 0, False),
        ("veto", 0, False),
        ("approve", 60_000, False),
    ],
)
def test_only_a_yes_that_says_how_long_it_read_is_judged(
    verb: Any, read_ms: int | None, *, is_it: bool
) -> None:
    assert is_fast(_asked(content=LONG), verb, read_ms) is is_it
    assert not is_fast(_asked(None, content=LONG), verb, read_ms)


def _noted(pace: ReadingPace | None, minutes: int) -> tuple[ReadingPace, Any]:
    (step,) = note_fast(pace, _asked(content=LONG), "gala", 200, START + minutes * MINUTE)
    return step.state, step


def test_the_third_within_an_hour_is_told_once_a_day() -> None:
    pace, step = _noted(None, 0)
    for minutes in (1, 2):
        assert step.event is None
        pace, step = _noted(pace, minutes)
    assert step.event is ReadingPaceExceeded
    assert len(pace.decisions) == IN_A_ROW
    violation = step.fields["violation"]
    assert (violation.rule, len(violation.evidence)) == ("reading_pace", IN_A_ROW)
    assert "after 200 ms" in violation.evidence[0]
    for minutes in (3, 4, 5):
        pace, step = _noted(pace, minutes)
        assert step.event is None
    day = int(TOLD_AGAIN_AFTER / MINUTE)
    for minutes in (day, day + 1):
        pace, step = _noted(pace, minutes)
    assert step.event is None
    assert _noted(pace, day + 2)[1].event is ReadingPaceExceeded


def test_three_that_lie_further_apart_are_not_told() -> None:
    pace, step = _noted(None, 0)
    for number in range(1, 5):
        pace, step = _noted(pace, number * int(WITHIN / MINUTE))
        assert step.event is None
