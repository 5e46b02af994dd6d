"""A reader of texts raises concerns, which fail nothing, and is waited for only so long."""

from datetime import UTC, datetime, timedelta

from functions.agents.rules.judgement import judge
from functions.agents.rules.review import (
    PATIENCE,
    UNANSWERED,
    after_failure,
    begin_review,
    concern,
    with_concerns,
)
from functions.agents.rules.stages import judged_stages
from tests.functions.agents.specs import powers

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_concerns_are_findings_of_stage_five_and_fail_nothing() -> None:
    judgement = judge(powers())
    doubts = (concern('"x": why', "/purpose"), UNANSWERED)
    stages = judged_stages(judgement.stages, START)
    after = with_concerns(stages, judgement.findings, doubts)
    assert after.outcome == "ethics_cleared"
    assert after.stages[:4] == stages[:4]
    assert after.stages[4].found == judgement.stages[4].found + 2
    assert after.findings == (*judgement.findings, *doubts)
    again = with_concerns(stages, judgement.findings, ())
    assert (again.stages, again.findings) == (stages[:5], judgement.findings)


def test_it_is_asked_again_after_one_two_and_five_minutes_and_then_no_more() -> None:
    review, at = begin_review(START), START
    pauses = []
    while (following := after_failure(review, at)) is not None:
        pauses.append((following.next_at - at) / timedelta(minutes=1))
        review, at = following, following.next_at
    assert pauses == [1, 2, 5]


def test_patience_ends_at_two_hours_to_the_second() -> None:
    review = begin_review(START)
    assert after_failure(review, START + PATIENCE - timedelta(seconds=1)) is not None
    assert after_failure(review, START + PATIENCE) is None
