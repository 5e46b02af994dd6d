"""Base classes of what we accept and what we publish."""

from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T", bound=BaseModel)


class Frozen(BaseModel):
    """A value that never changes."""

    # Answers say each field, also one that has its default: their descriptions require it.
    model_config = ConfigDict(
        frozen=True, defer_build=True, json_schema_serialization_defaults_required=True
    )

    def but(self, **fields: Any) -> Self:
        """The same with other fields. Nothing is validated: rules make them of valid values."""
        return self.model_copy(update=fields)


class Model(Frozen):
    """A value of our own: frozen, and unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Data(Frozen):
    """An event's payload: frozen; unknown fields are ignored, so that writers may add fields."""

    model_config = ConfigDict(extra="ignore")


class EventData(Data):
    """A payload with a type of its own; `events.registry.event` gives it."""

    event_type: ClassVar[str]
    # The nouns of what such an event is about (empty: about nothing of ours) where its one reader
    # commits because of it: that commit clears its flag in the log, not one of the publisher's.
    reader_clears: ClassVar[frozenset[str]] = frozenset()


class Page(Data, Generic[T]):
    """Some items of a list, in its order, and the cursor of those after them: null at the end."""

    items: tuple[T, ...]
    next_cursor: str | None


def part_of(model: type[M], state: BaseModel, **fields: Any) -> M:
    """A `model` with the fields that it shares with `state`; `fields` add to these or replace them.
    Nothing is validated: both were validated where they were made."""
    shared = model.model_fields.keys() & type(state).model_fields.keys()
    return model.model_construct(**{**{name: getattr(state, name) for name in shared}, **fields})
