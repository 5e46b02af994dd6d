"""What the inputs of a capsule may be, as somebody writes it."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

from events.capsules import InputName as Id
from events.specs import Text
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model
from shared.kit.written_shapes import spelt_out

Template = Annotated[JsonValue, AfterValidator(JsonLimit(64 * 1024))]
Length = Annotated[int, Field(ge=0, le=65_536, strict=True)]
Bound = Annotated[float, Field(ge=-1e15, le=1e15, strict=True)]


class _Value(Model):
    """What a value may be, in words of JSON Schema."""

    model_config = ConfigDict(serialize_by_alias=True)

    type: Literal["string", "integer", "number", "boolean", "array", "object"]
    description: Text | None = None
    enum: (
        Annotated[
            tuple[JsonValue, ...],
            Field(min_length=1, max_length=100),
            AfterValidator(JsonLimit(16 * 1024)),
        ]
        | None
    ) = None
    pattern: Annotated[str, StringConstraints(max_length=500)] | None = None
    min_length: Length | None = Field(default=None, alias="minLength")
    max_length: Length | None = Field(default=None, alias="maxLength")
    minimum: Bound | None = None
    maximum: Bound | None = None


class Item(_Value):
    """What the items of a list may be."""


class Input(_Value):
    """What one input may be. One without a default has to be given."""

    items: Annotated[Item, BeforeValidator(spelt_out, json_schema_input_type=str | Item)] | None = (
        None
    )
    min_items: Length | None = Field(default=None, alias="minItems")
    max_items: Length | None = Field(default=None, alias="maxItems")
    default: Template = None

    @property
    def has_default(self) -> bool:
        """Whether it may be left out."""
        return "default" in self.model_fields_set

    @property
    def schema_of(self) -> dict[str, Any]:
        """Its JSON Schema."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"default"})


Inputs = Annotated[
    dict[Id, Annotated[Input, BeforeValidator(spelt_out, json_schema_input_type=str | Input)]],
    Field(max_length=50),
]
