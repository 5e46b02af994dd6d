"""An agent as others know it: its state, its rights, and whether it serves. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from events.agents import AgentState
from shared.agents.rights import KnownRights
from shared.agents.stops import AgentStops
from shared.kit.instants import Instant
from shared.kit.models import Data

SERVING = frozenset({"active", "probation", "trial"})


class Timer(Data):
    """What the agent waits for: the end of its trial, or of its probation."""

    type: str
    at: Instant


class StoredAgent(AgentState):
    """An agent's document, as far as others read it."""

    timer: Timer | None = None


class KnownAgent(NamedTuple):
    """An agent with the normal form of the spec that serves; None where that was erased. `stops`
    is there where it was ever recalled."""

    state: StoredAgent
    spec: Mapping[str, Any] | None
    stops: AgentStops | None = None

    @property
    def recall_id(self) -> str | None:
        """The recall that stops the version that serves."""
        return self.stops.recall_of(self.state.version) if self.stops is not None else None

    @property
    def rights(self) -> KnownRights:
        """What it may do: nothing where its spec was erased."""
        return KnownRights({}, {}, ()) if self.spec is None else KnownRights.of(self.spec)

    def why_not(self, at: datetime) -> str | None:
        """Why the agent does not serve at that instant; None where it does."""
        state = self.state
        if self.recall_id is not None:
            return f"{state.name} was recalled: a governor lifts {self.recall_id}"
        if state.status not in SERVING:
            return f"{state.name} is {state.status}: only an agent that serves acts"
        if state.status == "trial" and state.timer is not None and at >= state.timer.at:
            return f"the trial of {state.name} is over: it serves again once it went live"
        if self.spec is None:
            return f"the spec of {state.name} was erased"
        return None
