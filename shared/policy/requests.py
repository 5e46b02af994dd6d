"""What policies are asked: about whom, about what, and with which attributes; each as Cedar reads
it."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

Value = bool | int | str


class Uid(NamedTuple):
    """The name of an entity, such as `Agent::"agt_…"`."""

    type: str
    id: str

    def as_json(self) -> dict[str, str]:
        """As Cedar reads a principal or a resource."""
        return {"type": self.type, "id": self.id}


class Entity(NamedTuple):
    """What policies may ask about one thing. An attribute is a truth, a whole number, a text, a
    `Uid`, or a tuple, list or set of these; None leaves it out."""

    uid: Uid
    attributes: Mapping[str, Any] = {}
    parents: tuple[Uid, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """In Cedar's JSON form, in the same order whenever the entity is the same."""
        attributes = {
            name: _as_json(value)
            for name, value in sorted(self.attributes.items())
            if value is not None
        }
        return {
            "uid": self.uid.as_json(),
            "attrs": attributes,
            "parents": [each.as_json() for each in sorted(self.parents)],
        }


class Request(NamedTuple):
    """Whether the principal may take the action on the resource."""

    principal: Uid
    action: str
    resource: Uid
    context: Mapping[str, Value]

    def as_json(self) -> dict[str, Any]:
        """As Cedar reads it."""
        return {
            "principal": self.principal.as_json(),
            "action": {"type": "Action", "id": self.action},
            "resource": self.resource.as_json(),
            "context": json.dumps(self.context),
        }


def _as_json(value: Any) -> Any:
    if isinstance(value, Uid):
        return {"__entity": value.as_json()}
    if isinstance(value, set | frozenset | tuple | list):
        return sorted((_as_json(each) for each in value), key=json.dumps)
    return value
