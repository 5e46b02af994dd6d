"""From a pipeline's events to whether it is paused."""

from events.agents import PipelineState
from mobile_api.rules.documents import PIPELINES, Fields, Step, newest
from mobile_api.rules.facts import Fact


def pipeline_step(fact: Fact, state: PipelineState) -> Step:
    """The pipeline's document after the fact."""

    def after(before: Fields | None) -> Fields:
        return newest(before, fact, {"paused": state.paused})

    return Step((PIPELINES, fact.subject_id), after)
