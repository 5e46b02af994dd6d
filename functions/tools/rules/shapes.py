"""Whether arguments and outputs are what an operation's schemas say."""

from collections.abc import Mapping
from typing import Any

from events.connector_definition import HTTP_OUTPUT
from events.mail import SEND_OUTPUT
from events.mcp import MCP_OUTPUT
from events.operations import OPERATIONS, OperationDefinition
from shared.kit.shapes import wrong

_ANY_CONNECTORS = {"anyOf": [HTTP_OUTPUT, MCP_OUTPUT, SEND_OUTPUT]}


def wrong_arguments(definition: OperationDefinition, arguments: Mapping[str, Any]) -> str | None:
    """What is wrong with the arguments, or None."""
    return wrong(definition.input_schema, dict(arguments), "arguments")


def wrong_output(definition: OperationDefinition, output: Any) -> str | None:
    """What is wrong with what the operation gave, or None."""
    return wrong(definition.output_schema, output, "output")


def wrong_settlement(operation: str, output: Any) -> str | None:
    """What is wrong with what a person says that the operation gave, or None. A connector may be
    another one by now, so it may be what any connector gives."""
    own = OPERATIONS.get(operation)
    return wrong(_ANY_CONNECTORS if own is None else own.output_schema, output, "output")
