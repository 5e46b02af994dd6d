"""Whether arguments and outputs are what an operation's schemas say."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema_rs import Draft202012Validator

from events.operations import OPERATIONS

MOST_NAMED = 3


@cache
def _validators(operation: str) -> tuple[Draft202012Validator, Draft202012Validator]:
    definition = OPERATIONS[operation]
    return (
        Draft202012Validator(definition.input_schema),
        Draft202012Validator(definition.output_schema),
    )


def wrong_arguments(operation: str, arguments: Mapping[str, Any]) -> str | None:
    """What is wrong with the arguments, or None."""
    return _wrong(_validators(operation)[0], dict(arguments), "arguments")


def wrong_output(operation: str, output: Any) -> str | None:
    """What is wrong with what it gave, or None."""
    return _wrong(_validators(operation)[1], output, "output")


def _wrong(validator: Draft202012Validator, value: Any, name: str) -> str | None:
    try:
        errors = list(validator.iter_errors(value))[:MOST_NAMED]
    except ValueError:
        return f"{name}: has no JSON form"
    found = []
    for error in errors:
        path = ".".join((name, *map(str, error.instance_path)))
        found.append(f"{path}: {_said(error)}")
    return "; ".join(found) or None


def _said(error: jsonschema_rs.ValidationError) -> str:
    """The library quotes the value, which may be long and a person's."""
    return f"does not keep {'/'.join(map(str, error.schema_path))}"
