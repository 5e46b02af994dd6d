"""JSON Schemas as people write them: in full or, for a type alone, as its name."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, JsonValue

from shared.kit.json_limits import JsonLimit


def spelt_out(value: Any) -> Any:
    """The schema of a type that is written by its name."""
    return {"type": value} if isinstance(value, str) else value


# A JSON Schema, or the name of a type.
Shape = Annotated[
    dict[str, JsonValue],
    BeforeValidator(spelt_out, json_schema_input_type=str | dict[str, JsonValue]),
    AfterValidator(JsonLimit(16 * 1024)),
]
