"""What a rule returns: the new state of an aggregate, and the event that publishes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.kit.contents import Content

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True)
class Transition(Generic[S]):
    """The state after one event. `event` is its payload's class, or None where nothing is
    published; `fields` are the event's fields beyond the published part of the state; `event_id` is
    set where the id had to be known before; `contents` are those that the state or the event first
    names by their hashes."""

    state: S
    event: type[BaseModel] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    event_id: str | None = None
    contents: tuple[Content, ...] = ()
