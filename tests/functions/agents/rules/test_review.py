"""A reviewer that is not a rule can only be stricter, and is waited for only so long."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.agents.rules.checks.findings import Finding
from functions.agents.rules.judgement import Judgement, judge, reviewed
from functions.agents.rules.review import PATIENCE, after_failure, begin_review
from functions.agents.rules.spec import Spec
from tests.journeys.world import spec

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GOOD = Spec.model_validate(spec("writer"))
BAD = Spec.model_validate(spec("writer", containment={"rollback": "", "blast_radius": "tenant"}))
ORDER = ("passed", "escalated", "failed", "pending")
ADDED = st.dictionaries(
    st.sampled_from((3, 4, 5)),
    st.lists(
        st.sampled_from(("pass", "fail", "escalate")).map(
            lambda verdict: Finding(check="model_x", verdict=verdict, evidence="e", path="")
        ),
        max_size=3,
    ),
)


@given(added=ADDED)
@pytest.mark.parametrize("judged", [judge(GOOD), judge(BAD)])
def test_a_review_never_makes_a_stage_pass_that_did_not(
    judged: Judgement, added: dict[int, list[Finding]]
) -> None:
    after = reviewed(judged, added)
    for before, now in zip(judged.stages, after.stages, strict=True):
        assert ORDER.index(now.outcome) >= ORDER.index(before.outcome)
    if judged.outcome != "ethics_cleared":
        assert after.outcome != "ethics_cleared"


def test_nothing_added_changes_nothing() -> None:
    assert reviewed(judge(GOOD), {}) == judge(GOOD)


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
