"""Base classes of what we accept and what we publish."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value of our own: frozen, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Data(BaseModel):
    """An event's payload: frozen; unknown fields are ignored, so that writers may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class EventData(Data):
    """A payload with a type of its own; `events.registry.event` gives it."""

    event_type: ClassVar[str]
