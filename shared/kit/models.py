"""Base classes of what we accept and what we publish."""

from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

M = TypeVar("M", bound=BaseModel)


class Model(BaseModel):
    """A value of our own: frozen, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Data(BaseModel):
    """An event's payload: frozen; unknown fields are ignored, so that writers may add fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class EventData(Data):
    """A payload with a type of its own; `events.registry.event` gives it."""

    event_type: ClassVar[str]


def part_of(model: type[M], state: BaseModel, **fields: Any) -> M:
    """A `model` with the fields that it shares with `state`; `fields` add to these or replace them.
    Nothing is validated: both were validated where they were made."""
    shared = model.model_fields.keys() & type(state).model_fields.keys()
    return model.model_construct(**{**{name: getattr(state, name) for name in shared}, **fields})
