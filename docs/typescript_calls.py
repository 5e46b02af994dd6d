"""The TypeScript SDK's operations from the OpenAPI document. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from docs.openapi import resolved
from docs.sdk_calls import Chosen, chosen_operations

Json = dict[str, Any]
_HEAD = "/** Written by `python -m docs.typescript` from docs/api/openapi.json. */\n\n"


def operations_of(document: Json, type_of: Callable[[Mapping[str, Any]], str]) -> str:
    """What each operation takes and answers, as a type, and how it is sent, as a table; `type_of`
    gives the type of a schema."""
    chosen = list(chosen_operations(document))
    described = "".join(_described(document, each, type_of) for each in chosen)
    sent = "".join(_sent(document, each) for each in chosen)
    words = {*re.findall(r"\w+", described)}
    named = ", ".join(sorted(words & {*document["components"]["schemas"], "JsonValue"}))
    return (
        f"{_HEAD}import type {{ {named} }} from './generated.ts';\n\n"
        f"export interface Operations {{\n{described}}}\n\n"
        "/** The method, the path, and what makes a repeat the same call. */\n"
        "export const OPERATIONS: Readonly<Record<keyof Operations, readonly [string, string,"
        f" ('key' | 'decision')?]>> = {{\n{sent}}};\n"
    )


def _described(document: Json, chosen: Chosen, type_of: Callable[[Mapping[str, Any]], str]) -> str:
    operation: Json = chosen.operation
    described = operation.get("parameters", [])
    members = []
    for where in ("path", "query"):
        named = [each for each in described if each["in"] == where]
        if named:
            fields = " ".join(
                f"{json.dumps(each['name'])}{'' if each.get('required') else '?'}:"
                f" {_present(type_of(each['schema']))};"
                for each in named
            )
            is_needed = any(each.get("required") for each in named)
            members.append(f"    {where}{'' if is_needed else '?'}: {{ {fields} }};\n")
    content = operation.get("requestBody", {}).get("content", {})
    if content:
        members.append(f"    {_body(document, operation, content, type_of)};\n")
    members.append(f"    answer: {_answer(operation, type_of)};\n")
    text = " ".join(operation["description"].split()).replace("*/", "* /")
    name = operation["operationId"]
    return f"  /** {text} */\n  {name}: {{\n{''.join(members)}  }};\n"


def _present(known: str) -> str:
    return known.removesuffix(" | null")


def _body(
    document: Json,
    operation: Json,
    content: Json,
    type_of: Callable[[Mapping[str, Any]], str],
) -> str:
    schema = content["application/json"]["schema"]
    known = type_of(schema)
    if "client_decision_id" in resolved(document, schema).get("properties", {}):
        # The client makes one.
        known = f"Omit<{known}, 'client_decision_id'> & {{ client_decision_id?: string }}"
    is_needed = operation["requestBody"].get("required", False)
    in_yaml = " | string" if "application/yaml" in content else ""
    return f"body{'' if is_needed else '?'}: {known}{in_yaml}"


def _answer(operation: Json, type_of: Callable[[Mapping[str, Any]], str]) -> str:
    for status, answer in sorted(operation["responses"].items()):
        shown = answer.get("content", {}).get("application/json")
        if status < "300" and shown:
            return type_of(shown["schema"])
    return "null"


def _sent(document: Json, chosen: Chosen) -> str:
    operation: Json = chosen.operation
    takes_key = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    decides = "client_decision_id" in resolved(document, schema).get("properties", {})
    same = "'key'" if takes_key else "'decision'" if decides else ""
    row = ", ".join(filter(None, (f"'{chosen.method.upper()}'", f"'{chosen.path}'", same)))
    return f"  {operation['operationId']}: [{row}],\n"
