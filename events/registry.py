"""Event types by name, from which schemas are generated and versions compared."""

import re
import sys
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

from shared.kit.bookkeeping import BOOKKEEPING
from shared.kit.models import EventData
from shared.kit.topics import publisher_of

T = TypeVar("T", bound="type[EventData]")

_TYPE = re.compile(r"assent\.[a-z][a-z_]*\.[a-z][a-z_]*\.v[1-9][0-9]*")
_TYPES: dict[str, type[EventData]] = {each.event_type: each for each in BOOKKEEPING}


def event(name: str) -> Callable[[T], T]:
    """Registers a payload class under its event type. Raises ValueError for a name that is not
    `assent.<noun>.<past_tense>.vN` or is taken, and for a class that has a name already."""
    if not _TYPE.fullmatch(name):
        raise ValueError(f"{name!r} is not assent.<noun>.<past_tense>.vN")

    def register(payload: T) -> T:
        taken = _TYPES.get(name, payload)
        if (taken.__module__, taken.__qualname__) != (payload.__module__, payload.__qualname__):
            raise ValueError(f"{name} is already {taken.__module__}.{taken.__qualname__}")
        other = vars(payload).get("event_type", name)
        if other != name:
            raise ValueError(f"{payload.__qualname__} is already {other}")
        payload.event_type = name
        _TYPES[name] = payload
        return payload

    return register


def published_types() -> dict[str, dict[str, type[EventData]]]:
    """Every event type by the function that publishes it, with the platform's bookkeeping for each
    function; imports each module of this package that names a TOPIC."""
    import events

    functions: dict[str, dict[str, type[EventData]]] = {}
    for module_info in iter_modules(events.__path__):
        module = import_module(f"events.{module_info.name}")
        topic = getattr(module, "TOPIC", None)
        if topic is not None:
            own = {each.event_type: each for each in BOOKKEEPING}
            types = functions.setdefault(publisher_of(topic), own)
            types.update(
                (name, payload)
                for name, payload in _TYPES.items()
                if payload.__module__ == module.__name__
            )
    return functions


def topics_of(payload: type[EventData]) -> tuple[str, ...]:
    """The topics of a published type: that of its module, or each function's own where it is
    bookkeeping."""
    if payload in BOOKKEEPING:
        return tuple(sorted(published_types()))
    return (sys.modules[payload.__module__].TOPIC,)
