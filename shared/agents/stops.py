"""What stops an agent everywhere, whatever its own document says: the recalls in force."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from shared.kit.models import Data

# `functions/runs` alone writes them.
STOPS = "agent_stops"


class AgentStops(Data):
    """The recalls of one agent that are in force, by their ids: of all its versions, and of
    single ones."""

    agent_id: str
    whole: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)

    def recall_of(self, version: str) -> str | None:
        """The recall that stops the version; None where none does."""
        return self.whole or self.versions.get(version)

    def with_(self, recall_id: str, version: str | None) -> "AgentStops":
        """The same, with one more recall."""
        if version is None:
            return self.but(whole=recall_id)
        return self.but(versions={**self.versions, version: recall_id})

    def without(self, recall_id: str) -> "AgentStops":
        """The others."""
        left = {name: each for name, each in self.versions.items() if each != recall_id}
        return self.but(whole=None if self.whole == recall_id else self.whole, versions=left)


def stops_in(document: Mapping[str, Any] | None) -> AgentStops | None:
    """What the fields of a document say; None where nothing ever stopped the agent."""
    if document is None or "state" not in document:
        return None
    return AgentStops.model_validate_json(document["state"])
