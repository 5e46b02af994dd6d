"""Whether a value is what a JSON Schema says, in words that quote nothing of it."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jsonschema_rs

MOST_NAMED = 3
_KEPT = 512


def wrong(schema: Mapping[str, Any], value: Any, name: str) -> str | None:
    """What is wrong with the value of that name, or None."""
    try:
        errors = list(_validator(json.dumps(schema)).iter_errors(value))[:MOST_NAMED]
    except ValueError:
        return f"{name}: has no JSON form"
    found = []
    for error in errors:
        path = ".".join((name, *map(str, error.instance_path)))
        found.append(f"{path}: {_said(error)}")
    return "; ".join(found) or None


@lru_cache(maxsize=_KEPT)
def _validator(schema: str) -> "jsonschema_rs.Draft202012Validator":
    from jsonschema_rs import Draft202012Validator

    return Draft202012Validator(json.loads(schema))


def _said(error: "jsonschema_rs.ValidationError") -> str:
    """The library quotes the value, which may be long and a person's."""
    return f"does not keep {'/'.join(map(str, error.schema_path))}"
