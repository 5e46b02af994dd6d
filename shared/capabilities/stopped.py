"""Whether whoever has a capability token may still act. Pure."""

from collections.abc import Iterable
from datetime import datetime

from shared.agents.stops import AgentStops, why_stopped
from shared.capabilities.grants import Grant
from shared.kit.errors import Forbidden


def acting(grant: Grant) -> tuple[str, ...]:
    """The agents that act by the token: the one that calls, and those of the runs above."""
    return tuple(dict.fromkeys(each.agent_id for each in (grant.right, *grant.above)))


def check_not_stopped(stops: Iterable[AgentStops | None], grant: Grant, at: datetime) -> None:
    """Raises Forbidden where the token of the call, or one that it was made of, was revoked and
    where the agent that calls, or one of a run above, was recalled: `stops` are theirs. What only
    undoes acts for agents that were recalled too."""
    if (why := why_stopped(stops, grant, at)) is not None:
        raise Forbidden(why)
