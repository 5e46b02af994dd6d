"""What stops an agent, whatever its own document says: the recalls in force, and tokens of its
runs that were revoked."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from shared.capabilities.grants import Grant
from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Data

# `functions/runs` alone writes them.
STOPS = "agent_stops"
MOST_REVOKED = 200


class AgentStops(Data):
    """The recalls of one agent that are in force, by their ids: of all its versions, and of
    single ones; what nothing ever stopped has no document. `revoked` are tokens of its runs by
    their ids, each until when it could act."""

    agent_id: str
    whole: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)
    revoked: dict[str, Instant] = Field(default_factory=dict)

    def recall_of(self, version: str) -> str | None:
        """The recall that stops the version; None where none does."""
        return self.whole or self.versions.get(version)

    def are_revoked(self, token_ids: Iterable[str], at: datetime) -> bool:
        """Whether one of the tokens is dead."""
        return any(each in self.revoked and at < self.revoked[each] for each in token_ids)

    def revoking(self, token_id: str, until: datetime, at: datetime) -> "AgentStops":
        """The same, with one more dead token; those that could act no more are forgotten. Raises
        VersionConflict where more would be kept than a document that is read before each act
        may."""
        known = {id: each for id, each in self.revoked.items() if at < each}
        if len(known) >= MOST_REVOKED and token_id not in known:
            raise VersionConflict(
                f"{MOST_REVOKED} tokens of the agent were revoked in five minutes: recall it"
            )
        return self.but(revoked={**known, token_id: until})

    def with_(self, recall_id: str, version: str | None) -> "AgentStops":
        """The same, with one more recall."""
        if version is None:
            return self.but(whole=recall_id)
        return self.but(versions={**self.versions, version: recall_id})

    def without(self, recall_id: str) -> "AgentStops":
        """The others."""
        left = {name: each for name, each in self.versions.items() if each != recall_id}
        return self.but(whole=None if self.whole == recall_id else self.whole, versions=left)


def why_stopped(stops: Iterable[AgentStops | None], grant: Grant, at: datetime) -> str | None:
    """Why a token does not act any more: it, or one that it was made of, was revoked, or the agent
    that acts, or one of a run above, was recalled; None where it acts. `stops` are theirs. What
    only undoes acts for agents that were recalled too."""
    known = {each.agent_id: each for each in stops if each is not None}
    if any(each.are_revoked(grant.token_ids, at) for each in known.values()):
        return "the token was revoked"
    if grant.right.purpose == "undo":
        return None
    for right in (grant.right, *grant.above):
        stopped = known.get(right.agent_id)
        if stopped is not None and stopped.recall_of(right.agent_version) is not None:
            return "the agent was recalled"
    return None
