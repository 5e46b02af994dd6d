"""The breaker: six of the last ten."""

import pytest

from events.pipelines import PipelinePaused, PipelineResumed, PipelineState
from functions.agents.rules.breaker import refuse_where_paused, resume, trip
from functions.agents.views import PipelineView
from shared.kit.errors import VersionConflict
from tests.functions.agents.cases import START

SIX = [f"cas_{number}" for number in range(6)]


def paused() -> PipelineState:
    (step,) = trip(None, SIX, "service:agents", START)
    assert step.event is PipelinePaused
    return step.state


def test_half_of_the_last_ten_is_tolerated_and_one_more_is_not() -> None:
    assert trip(None, SIX[:5], "service:agents", START) == ()
    assert paused().paused
    assert paused().rolled_back == tuple(SIX)


def test_a_paused_pipeline_is_not_paused_again() -> None:
    assert trip(paused(), SIX, "service:agents", START) == ()


def test_nothing_enters_a_paused_pipeline() -> None:
    with pytest.raises(VersionConflict, match="paused"):
        refuse_where_paused(paused())
    refuse_where_paused(None)
    refuse_where_paused(resume(paused(), "looked at it", "gala", START).state)


def test_only_a_paused_pipeline_is_resumed() -> None:
    step = resume(paused(), "looked at it", "gala", START)
    assert step.event is PipelineResumed
    running = step.state
    assert (running.paused, running.reason, running.changed_by) == (False, "looked at it", "gala")
    for pipeline in (None, running):
        with pytest.raises(VersionConflict):
            resume(pipeline, "why", "gala", START)


def test_a_resumed_pipeline_can_trip_again() -> None:
    running = resume(paused(), "looked at it", "gala", START).state
    assert trip(running, SIX, "service:agents", START) != ()


def test_a_token_for_a_workspace_reads_no_case_and_no_words_of_who_resumed() -> None:
    seen = PipelineView.within(paused(), "wsp_ward")
    assert (seen.paused, seen.rolled_back, seen.changed_at) == (True, (), START)
    assert seen.reason == "6 of the last 10 cases were rolled back"
    running = resume(paused(), "looked at it", "gala", START).state
    seen = PipelineView.within(running, "wsp_ward")
    assert (seen.paused, seen.reason, seen.changed_by) == (False, "", None)
    assert PipelineView.within(running, None) == PipelineView.of(running)
    assert PipelineView.within(None, "wsp_ward") == PipelineView()
