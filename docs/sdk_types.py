"""The types of the SDK from the schemas of the OpenAPI document. Pure."""

import keyword
import re
from collections.abc import Iterator, Set
from textwrap import fill
from typing import Any

from docs.openapi import REFERENCE

Json = dict[str, Any]

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
# Names that every model has already.
_TAKEN = frozenset({"copy", "json", "schema", "validate", "dict", "construct"})


def field_name(name: str) -> str:
    """The name as a field or a parameter: with `_` where Python or a model has that word."""
    return f"{name}_" if keyword.iskeyword(name) or name in _TAKEN else name


def reachable(of: Any, schemas: Json) -> set[str]:
    """The names of all schemas that a part of the document uses."""
    found: set[str] = set()
    waiting = [of]
    while waiting:
        for name in _named(waiting.pop()):
            if name not in found:
                found.add(name)
                waiting.append(schemas[name])
    return found


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str) and value["$ref"].startswith(REFERENCE):
            yield value["$ref"].removeprefix(REFERENCE)
        for name, each in value.items():
            if name != "mapping":
                yield from _named(each)
    elif isinstance(value, list):
        for each in value:
            yield from _named(each)


def type_of(schema: Json, *, sent: bool, prefix: str = "") -> str:
    """The type of a value: as it is `sent`, a plain one, else as it is read. Names of schemas get
    the prefix."""

    def inner(part: Json) -> str:
        return type_of(part, sent=sent, prefix=prefix)

    if "$ref" in schema:
        return f"{prefix}{schema['$ref'].removeprefix(REFERENCE)}"
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        choice = f"Literal[{', '.join(map(repr, schema['enum']))}]"
        return choice if sent else f"Annotated[{choice}, Known]"
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        union = " | ".join(dict.fromkeys(inner(each) for each in choices))
        if "discriminator" not in schema or sent:
            return union
        return (
            f'Annotated[{union}, Field(discriminator="{schema["discriminator"]["propertyName"]}")]'
        )
    if schema.get("type") == "array":
        return _array(schema, inner, sent=sent)
    if schema.get("type") == "object":
        return _object(schema, inner, sent=sent)
    return _PLAIN.get(schema.get("type", ""), "Any")


def _array(schema: Json, inner: Any, *, sent: bool) -> str:
    if "prefixItems" in schema:
        return f"tuple[{', '.join(inner(each) for each in schema['prefixItems'])}]"
    of = inner(schema.get("items", {}))
    return f"Sequence[{of}]" if sent else f"tuple[{of}, ...]"


def _object(schema: Json, inner: Any, *, sent: bool) -> str:
    values = [*schema.get("patternProperties", {}).values()]
    if isinstance(schema.get("additionalProperties"), dict):
        values.append(schema["additionalProperties"])
    kind = "Mapping" if sent else "dict"
    of = " | ".join(dict.fromkeys(inner(each) for each in values)) or "Any"
    return f"{kind}[str, {of}]"


def model(name: str, schema: Json) -> str:
    """The class, or the alias, of what is answered."""
    if "properties" not in schema:
        return f"{name} = {type_of(schema, sent=False)}\n"
    lines = [f"class {name}(Answered):", *docstring(schema.get("description", ""))]
    for each, part in schema["properties"].items():
        lines.append(f"    {_field(each, part, required=each in schema.get('required', ()))}")
    return "\n".join(lines if len(lines) > 1 else [*lines, "    pass"]) + "\n"


def _field(name: str, schema: Json, *, required: bool) -> str:
    known = type_of(schema, sent=False)
    own = field_name(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    options = [] if own == name else [f'alias="{name}"']
    if not required:
        default = schema.get("default")
        if default is None and "None" not in known.split(" | "):
            known = f"{known} | None"
        # What an answer lists is a tuple.
        written = () if default == [] else default
        options.insert(0, f"default={written!r}")
    if not options:
        return f"{own}: {known}"
    if options == ["default=None"]:
        return f"{own}: {known} = None"
    return f"{own}: {known} = Field({', '.join(options)})"


def sent_type(name: str, schema: Json) -> str:
    """The type of what is sent: a dict with these keys."""
    if "properties" not in schema:
        return f"{name} = {type_of(schema, sent=True)}\n"
    keys = {
        each: _key(part, each in schema.get("required", ()))
        for each, part in schema["properties"].items()
    }
    if all(each == field_name(each) or each in _TAKEN for each in keys):
        fields = [f"    {each}: {known}" for each, known in keys.items()]
        return (
            "\n".join(
                [f"class {name}(TypedDict):", *docstring(schema.get("description", "")), *fields]
            )
            + "\n"
        )
    fields = [f'    "{each}": {_quoted(known)},' for each, known in keys.items()]
    return "\n".join([f'{name} = TypedDict("{name}", {{', *fields, "})"]) + "\n"


def _key(schema: Json, required: bool) -> str:
    known = type_of(schema, sent=True)
    return known if required else f"NotRequired[{known}]"


def _quoted(known: str) -> str:
    return '"' + known.replace('"', "'") + '"'


def docstring(text: str, indent: str = "    ") -> list[str]:
    """The text as a docstring that far in; nothing for an empty one."""
    text = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    if not text:
        return []
    lines = fill(f'"""{text}', 97, initial_indent=indent, subsequent_indent=indent).split("\n")
    return [*lines[:-1], f'{lines[-1]}"""']


def used(names: Set[str], text: str) -> list[str]:
    """Those of the names that the text uses, in order."""
    words = set("".join(c if c.isalnum() or c == "_" else " " for c in text).split())
    return sorted(names & words)
