"""What agents and creation cases are given back after their tenant was suspended: nobody could
suspend an agent on probation meanwhile, or revise a case."""

from datetime import timedelta
from typing import Any

from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase


def agent_postponed(agent: Agent, lost: timedelta) -> Agent:
    """The agent with a longer probation, or a longer trial."""
    timer = agent.timer
    return agent.but(timer=timer.but(at=timer.at + lost)) if timer is not None else agent


def case_postponed(case: CreationCase, lost: timedelta) -> CreationCase:
    """The case that may be revised, or is reviewed, later."""
    fields: dict[str, Any] = {}
    if case.review is not None:
        review = case.review
        later = {"since": review.since + lost, "next_at": review.next_at + lost}
        fields["review"] = review.but(**later)
    if case.revisable_until is not None:
        fields["revisable_until"] = case.revisable_until + lost
    return case.but(**fields)
