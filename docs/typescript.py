"""`python -m docs.typescript [--check]`: writes the types of the console and of the TypeScript SDK
from the description of the API, or says that they are not current."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs.typescript_calls import operations_of
from events.__main__ import write_or_check

_ROOT = Path(__file__).parents[1]
_DESCRIPTION = _ROOT / "docs/api/openapi.json"
TYPES = _ROOT / "mobile_api/console/src/api/generated.ts"
OPERATIONS = TYPES.with_name("operations.ts")
_HEAD = "/** Written by `python -m docs.typescript` from docs/api/openapi.json. */\n"
_WORDS = {
    **{each: each for each in ("string", "number", "boolean", "null")},
    "integer": "number",
}
_ANY = "JsonValue"
_ANY_JSON = (
    f"null | boolean | number | string | readonly {_ANY}[] | {{ readonly [name: string]: {_ANY} }}"
)


def types_of(description: Mapping[str, Any]) -> str:
    """Each schema as a type of its own name. A field is optional where it may be left out."""
    schemas = description["components"]["schemas"]
    named = (f"export type {name} = {_type(schemas[name])};\n" for name in sorted(schemas))
    return "\n".join((_HEAD, *named))


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema or "enum" in schema:
        return " | ".join(map(json.dumps, schema.get("enum") or [schema["const"]]))
    for several, between in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
        if several in schema:
            return between.join(dict.fromkeys(map(_grouped, schema[several])))
    return _plain(schema)


def _plain(schema: Mapping[str, Any]) -> str:
    match schema.get("type"):
        case "array":
            return f"readonly {_grouped(schema['items'])}[]" if "items" in schema else f"{_ANY}[]"
        case "object" | None if "properties" in schema:
            return _members(schema)
        case "object":
            values = schema.get("additionalProperties")
            return f"Record<string, {_type(values) if isinstance(values, dict) else _ANY}>"
        case None:
            return _ANY_JSON
        case word:
            return _WORDS[word]


def _grouped(schema: Mapping[str, Any]) -> str:
    text = _type(schema)
    return f"({text})" if " | " in text and not text.startswith("{") else text


def _members(schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())

    def member(name: str, value: Mapping[str, Any]) -> str:
        return f"  {json.dumps(name)}{'' if name in required else '?'}: {_type(value)};\n"

    lines = (member(name, value) for name, value in schema["properties"].items())
    return "{\n" + "".join(lines) + "}"


def main(arguments: list[str]) -> int:
    """Writes the types and returns 0; with `--check`, writes nothing and returns 1 where they are
    not current."""
    document = json.loads(_DESCRIPTION.read_text())
    wanted = {TYPES: types_of(document), OPERATIONS: operations_of(document, _type)}
    return write_or_check(
        arguments,
        wanted=wanted,
        existing=[file for file in wanted if file.exists()],
        shown=lambda file: str(file.relative_to(_ROOT)),
        remedy="make api-reference",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
