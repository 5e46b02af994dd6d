"""What a rule returns: the new state of an aggregate, and the event that publishes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.kit.contents import Content
from shared.kit.models import part_of

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


def payload(transition: Transition[Any]) -> BaseModel:
    """The data of the transition's event: the part of the new state that the event publishes, and
    the transition's own fields. Raises TypeError where the event lacks one of its fields or does
    not have one of the transition's, because what is in the log is there for ever."""
    event = transition.event
    assert event is not None
    data = part_of(event, transition.state, **transition.fields)
    required = {name for name, field in event.model_fields.items() if field.is_required()}
    if missing := required - data.model_fields_set:
        raise TypeError(f"{event.__name__} lacks {', '.join(sorted(missing))}")
    if unknown := transition.fields.keys() - event.model_fields.keys():
        raise TypeError(f"{event.__name__} has no {', '.join(sorted(unknown))}")
    return data
