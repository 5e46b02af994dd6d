"""One token of a run is revoked, and with it whatever was made of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from events.runs import Failure, RunTokenRevoked
from functions.runs.rules.run import Run, Steps
from functions.runs.rules.stops import cancel
from shared.agents.stops import AgentStops
from shared.capabilities.grants import LONGEST_LIFE
from shared.kit.transitions import Transition

# Clocks of two instances differ.
SKEW = timedelta(seconds=10)


class Revoked(NamedTuple):
    """What makes a token dead and says so, and what cancels the run that somebody started."""

    dead: Steps = ()
    given_up: Steps = ()


def revoke(
    runs: Sequence[Run], stops: AgentStops | None, token_id: str, by: str, at: datetime
) -> Revoked:
    """The token is dead as long as it, or one that was made of it, could act. Where one of the
    runs, each of which waits for the next, asked for assent to it or goes by that, all of them are
    cancelled: it cannot act by another. Nothing where it is dead already. Raises VersionConflict
    where too many were revoked."""
    run = runs[0]
    stops = stops or AgentStops(agent_id=run.agent_id)
    if stops.are_revoked((token_id,), at):
        return Revoked()
    told = Transition(run, RunTokenRevoked, {"token_id": token_id, "revoked_by": by})
    dead = Transition(stops.revoking(token_id, at + LONGEST_LIFE + SKEW, at))
    assents = (
        assent for each in runs for assent in (each.plan_assent, each.step_assent, each.answer)
    )
    acts_by = any(each is not None and each.token_id == token_id for each in assents)
    if not acts_by or run.status == "completed":
        return Revoked((told, dead))
    failure = Failure(code="token_revoked", detail=f"{by} revoked {token_id}")
    given_up = cancel(run.but(failure=failure), by, at)
    # One event is enough where it says who ended the run, and why.
    is_told = len(runs) == 1 and any(each.event is not None for each in given_up)
    return Revoked((dead,) if is_told else (told, dead), given_up)
