"""Whether a JSON Schema can be judged by, without asking anybody for more."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.kit.schemas import unjudgeable

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


def schema_fault(schema: Mapping[str, Any]) -> str | None:
    """Why arguments cannot be judged by the schema; None where they can. Nothing is fetched."""
    if schema.get("type") != "object" or not isinstance(schema.get("properties", {}), dict):
        return "must be of the type object, with its arguments as properties"
    return leads_out(schema)


def leads_out(schema: Mapping[str, Any]) -> str | None:
    """Why nothing can be judged by the schema; None where it is one that stands alone, and that
    takes no more work than `shared.kit.schemas` allows."""
    for key, value in _members(schema):
        if key == "$id" or (key in _REFERENCES and not str(value).startswith("#")):
            return f"has a {key} that leads out of it: write out what is meant, or name it in $defs"
    return unjudgeable(schema)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield key, each
            yield from _members(each)
    elif isinstance(value, list):
        for each in value:
            yield from _members(each)
