"""Whether whoever has a capability token may still act. Pure."""

from collections.abc import Iterable
from datetime import datetime

from shared.agents.stops import AgentStops
from shared.capabilities.grants import Grant
from shared.kit.errors import Forbidden


def acting(grant: Grant) -> tuple[str, ...]:
    """The agents that act by the token: the one that calls, and those of the runs above."""
    return tuple(dict.fromkeys(each.agent_id for each in (grant.right, *grant.above)))


def check_not_stopped(stops: Iterable[AgentStops | None], grant: Grant, at: datetime) -> None:
    """Raises Forbidden where the token of the call, or one that it was made of, was revoked and
    where the agent that calls, or one of a run above, was recalled: `stops` are theirs. What only
    undoes acts for agents that were recalled too."""
    known = {each.agent_id: each for each in stops if each is not None}
    if any(each.are_revoked(grant.token_ids, at) for each in known.values()):
        raise Forbidden("the token was revoked")
    if grant.right.purpose == "undo":
        return
    for right in (grant.right, *grant.above):
        stopped = known.get(right.agent_id)
        if stopped is not None and stopped.recall_of(right.agent_version) is not None:
            raise Forbidden("the agent was recalled")
