"""What `models` publishes about prompts: versioned templates of messages to models.

`capsules` reads a prompt's document (`PROMPTS`) where it lies."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from events.model_messages import ModelMessage
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData

TOPIC = "models"
# The collection of versions of prompts, by `name@version`. `models` alone writes it.
PROMPTS = "prompts"

PromptStatus = Literal["draft", "active", "deprecated"]
MOST_MESSAGES = 50
# What a call says of itself beside the variables of its prompt.
OWN_NAMES = ("prompt", "messages", "model", "route", "max_tokens")


class PromptContent(Data):
    """What the hash of a version covers: its messages, whose expressions read `variables`, and the
    JSON Schema of each variable by its name. One that has a default may be left out."""

    messages: Annotated[tuple[ModelMessage, ...], Field(min_length=1, max_length=MOST_MESSAGES)]
    variables: dict[str, dict[str, JsonValue]] = Field(default_factory=dict)

    @property
    def schema_of(self) -> dict[str, JsonValue]:
        """The JSON Schema of all variables together."""
        needed = [name for name, each in self.variables.items() if "default" not in each]
        known = {
            name: {key: said for key, said in each.items() if key != "default"}
            for name, each in self.variables.items()
        }
        shape: dict[str, Any] = {"type": "object", "properties": known, "required": needed}
        return {**shape, "additionalProperties": False}

    def with_defaults(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The variables that are given, and the defaults of the others."""
        defaults = {n: each["default"] for n, each in self.variables.items() if "default" in each}
        return {**defaults, **given}


class PromptState(EventData):
    """One version of a prompt after the event. Its content never changes: `checksum` is its hash,
    and another content is another version. Versions of a name are counted from 1."""

    name: str
    version: int
    status: PromptStatus
    checksum: str
    written_by: str
    written_at: Instant
    activated_by: str | None = None
    activated_at: Instant | None = None
    deprecated_by: str | None = None
    deprecated_at: Instant | None = None


@event("assent.prompt.drafted.v1")
class PromptDrafted(PromptState):
    """Somebody wrote a version; no call uses it yet."""


@event("assent.prompt.activated.v1")
class PromptActivated(PromptState):
    """Calls may use the version, and capsules that name it compile."""


@event("assent.prompt.deprecated.v1")
class PromptDeprecated(PromptState):
    """The version is used no more. Plans that were compiled with it hold its text."""


def prompt_id(name: str, version: int) -> str:
    """The id of a version of a prompt."""
    return f"{name}@{version}"
