"""Whether arguments and outputs are what an operation's schemas say."""

from collections.abc import Mapping
from typing import Any

from events.connectors import HTTP_OUTPUT
from events.operations import OPERATIONS, OperationDefinition
from shared.kit.shapes import wrong


def wrong_arguments(definition: OperationDefinition, arguments: Mapping[str, Any]) -> str | None:
    """What is wrong with the arguments, or None."""
    return wrong(definition.input_schema, dict(arguments), "arguments")


def wrong_output(operation: str, output: Any) -> str | None:
    """What is wrong with what the operation gave, Assent's own or a connector's, or None."""
    own = OPERATIONS.get(operation)
    return wrong(HTTP_OUTPUT if own is None else own.output_schema, output, "output")
