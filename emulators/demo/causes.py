"""Events as trees: each under its cause."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from emulators.failures import PlatformError


@dataclass
class Cause:
    """An event and what followed from it."""

    event: dict[str, Any]
    effects: list["Cause"] = field(default_factory=list)


def causal_stories(events: Iterable[dict[str, Any]]) -> list[Cause]:
    """One tree for each story, in the order of the log.

    Raises PlatformError for an event whose cause is not in the log, or that belongs to another
    story than its cause: then the log does not explain itself."""
    causes = {event["id"]: Cause(event) for event in events}
    roots = []
    for cause in causes.values():
        event = cause.event
        if event["causationid"] == event["id"]:
            roots.append(cause)
            continue
        parent = causes.get(event["causationid"])
        if parent is None or parent.event["correlationid"] != event["correlationid"]:
            raise PlatformError(f"{event['type']} {event['id']} has no cause in its story")
        parent.effects.append(cause)
    return roots
