"""Which tools become operations, which nothing can call, and which listings are refused."""

from typing import Any

import pytest

from events.connector_definition import ConnectorDefinition
from functions.tools.rules.definitions import MOST_BYTES
from functions.tools.rules.tools import Listing, ListingRefused, ToolSaid, read

UNREAD = ConnectorDefinition.model_construct(
    name="helper", kind="mcp", url="https://a.example", hosts=("a.example",), operations=()
)


def _tool(name: str = "send", **said: Any) -> ToolSaid:
    told: dict[str, Any] = {
        "title": None,
        "description": None,
        "input_schema": {"type": "object"},
        "output_schema": None,
        "annotations": {},
    }
    return ToolSaid(name=name, **{**told, **said})


def _read(*tools: ToolSaid, known: ConnectorDefinition = UNREAD) -> ConnectorDefinition:
    return read(Listing("x", "2026-07-28", tools), known)


def _deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"x": schema}}
    return schema


ODD: dict[str, ToolSaid] = {
    "slash": _tool("a/b"),
    "empty": _tool(""),
    "dots": _tool(".."),
    "line break": _tool("a\nb"),
    "right to left": _tool("a\N{RIGHT-TO-LEFT OVERRIDE}b"),
    "look-alike": _tool("s\N{CYRILLIC SMALL LETTER IE}nd"),
    "long": _tool("a" * 101),
    "remote reference": _tool(input_schema={"type": "object", "$ref": "https://evil.example/s"}),
    "file": _tool(input_schema={"type": "object", "properties": {"x": {"$ref": "file:///etc"}}}),
    "identity": _tool(input_schema={"type": "object", "$id": "https://evil.example"}),
    "not an object": _tool(input_schema={"type": "array"}),
    "no schema": _tool(input_schema={"type": "object", "required": 1}),
    "deep": _tool(input_schema=_deep(40)),
    "exponential": _tool(
        input_schema={
            "type": "object",
            "allOf": [{"$ref": "#/$defs/d0"}],
            "$defs": {
                **{f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(20)},
                "d20": {"type": "string"},
            },
        }
    ),
    "very deep": _tool(input_schema=_deep(400)),
    "remote output": _tool(output_schema={"$ref": "https://evil.example/s"}),
    "long description": _tool(description="x" * 16_001),
    "many annotations": _tool(annotations={"x": "y" * 5_000}),
    "no text": _tool(description="\ud800"),
    "no number": _tool(annotations={"x": float("nan")}),
    "task": _tool(needs_task=True),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_tool_that_nothing_can_call_is_left_out_and_pinned_all_the_same(odd: ToolSaid) -> None:
    definition = _read(_tool("good"), odd)
    assert [each.name for each in definition.operations] == ["good"]
    assert definition.server is not None
    (left,) = definition.server.left_out
    assert left.reason
    assert left.tool.isprintable()
    assert definition.digest
    changed = _read(_tool("good"), odd._replace(title="another"))
    assert changed.digest != definition.digest
    with pytest.raises(ListingRefused, match="lists no tool that can be called"):
        _read(odd)


def test_a_listing_that_means_two_things_is_refused() -> None:
    for twice in ("send", "SEND"):
        with pytest.raises(ListingRefused, match="twice"):
            _read(_tool("send"), _tool(twice, description="Another."))
    with pytest.raises(ListingRefused, match="more than 100"):
        _read(*(_tool(f"t{number}") for number in range(101)))
    with pytest.raises(ListingRefused, match="no tool"):
        _read()


def test_words_of_people_stay_with_what_they_were_said_of() -> None:
    known = _read(_tool("send"), _tool("look"))
    given = known.but(
        operations=tuple(each.but(effect="read", idempotent=True) for each in known.operations)
    )
    assert _read(_tool("look"), _tool("send"), known=given) == given
    after = _read(_tool("look", description="Looks."), _tool("sent"), _tool("send"), known=given)
    said = {each.name: (each.effect, each.is_idempotent) for each in after.operations}
    assert said == {"look": (None, False), "send": ("read", True), "sent": (None, False)}


def test_no_order_of_a_listing_means_anything() -> None:
    tools = [_tool("b"), _tool("a"), _tool("c/d"), _tool("e/f")]
    assert _read(*tools).digest == _read(*reversed(tools)).digest


def test_what_a_server_says_of_safety_is_kept_and_not_believed() -> None:
    hints = {"readOnlyHint": True, "idempotentHint": True, "destructiveHint": False}
    (operation,) = _read(_tool(annotations=hints)).operations
    assert (operation.counted_effect, operation.is_idempotent) == ("pay", False)
    assert len(operation.model_dump_json()) < MOST_BYTES
