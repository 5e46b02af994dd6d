"""Whether arguments and outputs are what an operation's schemas say."""

from collections.abc import Mapping
from typing import Any

from events.operations import OPERATIONS
from shared.kit.shapes import wrong


def wrong_arguments(operation: str, arguments: Mapping[str, Any]) -> str | None:
    """What is wrong with the arguments, or None."""
    return wrong(OPERATIONS[operation].input_schema, dict(arguments), "arguments")


def wrong_output(operation: str, output: Any) -> str | None:
    """What is wrong with what it gave, or None."""
    return wrong(OPERATIONS[operation].output_schema, output, "output")
