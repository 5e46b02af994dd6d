"""The types that the SDK is generated with."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from docs.sdk import INTO
from docs.sdk_calls import chosen_operations
from docs.sdk_types import field_name, model, sent_type, type_of

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "api" / "openapi.json").read_text())
REF = {"$ref": "#/components/schemas/Card"}


@pytest.mark.parametrize(
    ("schema", "read", "sent"),
    [
        (REF, "Card", "Card"),
        ({"type": "string"}, "str", "str"),
        ({"anyOf": [REF, {"type": "null"}]}, "Card | None", "Card | None"),
        ({"enum": ["a"], "type": "string"}, "Annotated[Literal['a'], Known]", "Literal['a']"),
        ({"const": "a", "type": "string"}, "Literal['a']", "Literal['a']"),
        ({"type": "array", "items": REF}, "tuple[Card, ...]", "Sequence[Card]"),
        ({"type": "array", "prefixItems": [REF, {"type": "integer"}]}, "tuple[Card, int]", None),
        ({"type": "object", "additionalProperties": REF}, "dict[str, Card]", "Mapping[str, Card]"),
        ({"type": "object", "patternProperties": {"^a": REF}}, "dict[str, Card]", None),
        ({}, "Any", "Any"),
    ],
)
def test_a_schema_has_a_type_as_it_is_read_and_as_it_is_sent(
    schema: dict[str, Any], read: str, sent: str | None
) -> None:
    assert type_of(schema, sent=False) == read
    if sent:
        assert type_of(schema, sent=True) == sent


def test_words_of_python_get_a_line_below_and_keep_their_name_on_the_wire() -> None:
    assert (field_name("from"), field_name("schema"), field_name("name")) == (
        *("from_", "schema_", "name"),
    )
    schema = {"properties": {"from": {"type": "string"}, "payloadType": {}}, "required": ["from"]}
    text = model("Window", schema)
    assert 'from_: str = Field(alias="from")' in text
    assert 'payload_type: Any | None = Field(default=None, alias="payloadType")' in text
    assert '"from": "str"' in sent_type("Window", schema)


def test_what_may_be_left_out_is_not_required() -> None:
    schema = {"properties": {"note": {"type": "string", "default": ""}}, "description": "A note."}
    assert "note: NotRequired[str]" in sent_type("Note", schema)
    assert "note: str = Field(default='')" in model("Note", schema)
    assert '"""A note."""' in model("Note", schema)


def test_each_chosen_operation_is_a_method_of_both_clients() -> None:
    chosen = {(each.resource, each.name) for each in chosen_operations(DOCUMENT)}
    assert {("approvals", "decide"), ("agents", "import_"), ("runs", "steps_list")} <= chosen
    for file in ("resources.py", "async_resources.py"):
        classes = [
            each
            for each in ast.parse((INTO / file).read_text()).body
            if isinstance(each, ast.ClassDef)
        ]
        methods = [m for each in classes for m in each.body if not isinstance(m, ast.Expr)]
        assert len(methods) == len(chosen)
        assert len(classes) == len({resource for resource, _ in chosen})
