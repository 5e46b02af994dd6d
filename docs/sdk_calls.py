"""The SDK's methods from the operations of the OpenAPI document. Pure."""

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

from docs.openapi import REFERENCE, resolved
from docs.sdk_types import Json, docstring, field_name, type_of, used

# What others' packages call, what only pages, directories and Assent's own functions call, and what
# `assent.credentials` does itself.
_LEFT_OUT = (
    *("/scim/", "/mcp", "/.well-known/", "/v1/chat/", "/v1/embeddings", "/v1/messages"),
    *(
        "/v1/models",
        "/v1/auth/token",
        "/v1/plans/jobs",
        "/v1/schedules/calls",
        "/v1/memories/calls",
        "/v1/passkeys",
        "/v1/mobile/devices",
    ),
)
_TOKENS_OF_FUNCTIONS = ("CapabilityToken", "JobOrder")
# So many fields of a body are parameters; of more, the body is one.
_MOST_FIELDS = 16
_HEAD = """
from __future__ import annotations

from collections.abc import {of_collections}
from typing import {of_typing}
from uuid import UUID

from .. import calls
from ..calls import OMITTED, Call, Omitted
from ..pages import {pages}
from ..resource import {resource}
from . import bodies, models

"""


@dataclass(frozen=True)
class Chosen:
    """An operation that the SDK has."""

    method: str
    path: str
    operation: Json

    @property
    def resource(self) -> str:
        """What it is about, as the client's attribute."""
        return self.path.removeprefix("/v1/").split("/")[0].replace("-", "_")

    @property
    def name(self) -> str:
        """The method's name."""
        name: str = self.operation["operationId"].removeprefix(f"{self.resource}_")
        return f"{name}_" if keyword.iskeyword(name) else name


def chosen_operations(document: Json) -> Iterator[Chosen]:
    """The operations that a program calls with its own token, in JSON."""
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            opened_by = {name for each in operation.get("security", ()) for name in each}
            is_left_out = path.startswith(_LEFT_OUT) or opened_by & {*_TOKENS_OF_FUNCTIONS}
            if opened_by and not is_left_out and path.startswith("/v1/"):
                yield Chosen(method, path, operation)


def resources(document: Json, *, is_async: bool) -> str:
    """The module with a class for each resource, and one with all of them."""
    found: dict[str, list[Chosen]] = {}
    for each in chosen_operations(document):
        found.setdefault(each.resource, []).append(each)
    kinds = ("AsyncPages", "AsyncResource") if is_async else ("Pages", "Resource")
    parts = []
    for resource, operations in found.items():
        parts.append(f"class {_class(resource)}({kinds[1]}):")
        parts.append(f'    """Calls about {resource.replace("_", " ")}."""\n')
        parts += [_method(document, each, is_async=is_async) for each in operations]
    text = "\n".join(parts) + "\n"
    head = _HEAD.format(
        pages=kinds[0],
        resource=kinds[1],
        of_collections=", ".join(used({"Mapping", "Sequence"}, text)),
        of_typing=", ".join(used({"Any", "Literal"}, text)),
    )
    return head + text


def resource_names(document: Json) -> dict[str, str]:
    """The class of each resource by its attribute."""
    return {each.resource: _class(each.resource) for each in chosen_operations(document)}


def _class(resource: str) -> str:
    return "".join(each.capitalize() for each in resource.split("_"))


def _method(document: Json, chosen: Chosen, *, is_async: bool) -> str:
    operation: Json = chosen.operation
    answers, item = _answer_of(document, operation)
    awaits = is_async and not item
    said = f"{'Async' if is_async else ''}Pages[{item}]" if item else answers
    taken = _Parameters.of(document, chosen)
    signature = ", ".join(["self", *taken.placed, *(["*", *taken.named] if taken.named else [])])
    lines = [f"    {'async ' if awaits else ''}def {chosen.name}({signature}) -> {said}:"]
    lines += docstring(operation["description"], "        ")
    call = f"Call({', '.join(taken.said(answers))})"
    if item:
        lines.append(f"        return {said.split('[')[0]}(self._client, {call})")
    else:
        returns = "" if answers == "None" else "return "
        lines.append(f"        {returns}{'await ' if awaits else ''}self._client.send({call})")
    return "\n".join(lines) + "\n"


def _answer_of(document: Json, operation: Json) -> tuple[str, str]:
    """The type of the answer, and of its items where it is a page of a list."""
    for status, answer in sorted(operation["responses"].items()):
        shown = answer.get("content", {}).get("application/json")
        if status < "300" and shown:
            schema = shown["schema"]
            properties = resolved(document, schema).get("properties", {})
            if {"items", "next_cursor"} <= properties.keys() and len(properties) == 2:
                of = type_of(properties["items"]["items"], sent=True, prefix="models.")
                return type_of(schema, sent=False, prefix="models."), of
            return type_of(schema, sent=False, prefix="models."), ""
    return "None", ""


@dataclass(frozen=True)
class _Parameters:
    """What a method takes, and what its call says."""

    chosen: Chosen
    placed: list[str]
    named: list[str]
    body: str
    query: list[str]
    takes_key: bool
    decides: bool

    @classmethod
    def of(cls, document: Json, chosen: Chosen) -> "_Parameters":
        described = chosen.operation.get("parameters", [])
        path = [each["name"] for each in described if each["in"] == "path"]
        query = {each["name"]: each["schema"] for each in described if each["in"] == "query"}
        takes_key = any(each["name"] == "Idempotency-Key" for each in described)
        named = [_asked(name, schema) for name, schema in query.items()]
        body, fields, decides = _body_of(document, chosen, {*path, *query})
        named = fields + named
        if takes_key:
            named.append("idempotency_key: str | None = None")
        placed = [f"{each}: str" for each in path]
        if body == "body":
            sent = _body_type(chosen.operation)
            placed.append(f"body: {sent}")
        return cls(
            chosen, placed, named, body, [field_name(each) for each in query], takes_key, decides
        )

    def said(self, answers: str) -> list[str]:
        """The arguments of the call."""
        path = re.sub(r"\{(\w+)\}", r"{calls.part(\1)}", self.chosen.path)
        method = self.chosen.method.upper()
        safe = method in ("GET", "PUT") or self.takes_key or self.decides
        found = [
            f'method="{method}"',
            f'path={"f" if "{" in path else ""}"{path}"',
            f"answers={'type(None)' if answers == 'None' else answers}",
        ]
        if self.query:
            found.append(f"query=calls.query({', '.join(f'{each}={each}' for each in self.query)})")
        if self.body:
            found.append(f"body={self.body}")
        if self.takes_key:
            found.append("key=calls.key(idempotency_key)")
        if safe:
            found.append("may_repeat=True")
        if "304" in self.chosen.operation["responses"]:
            found.append("has_etag=True")
        return found


def _body_of(document: Json, chosen: Chosen, taken: set[str]) -> tuple[str, list[str], bool]:
    """What is sent as the body, the parameters that make it, and whether it has a decision's id."""
    content = chosen.operation.get("requestBody", {}).get("content", {})
    if not content:
        return "", [], False
    schema = resolved(document, content["application/json"]["schema"])
    fields: Json = schema.get("properties", {})
    is_plain = len(content) == 1 and 0 < len(fields) <= _MOST_FIELDS and not fields.keys() & taken
    if not is_plain or schema.get("additionalProperties") is not False:
        return "body", [], False
    decides = "client_decision_id" in fields
    required = {*schema.get("required", ())} - {"client_decision_id"}
    ordered = sorted(fields, key=lambda each: each not in required)
    named = [_named(each, fields[each], required=each in required) for each in ordered]
    if decides:
        named = [
            "client_decision_id: UUID | str | Omitted = OMITTED"
            if each.startswith("client_decision_id:")
            else each
            for each in named
        ]
    said = ", ".join(
        f"{field_name(each)}=calls.decision_id({each})"
        if each == "client_decision_id"
        else f"{field_name(each)}={field_name(each)}"
        for each in fields
    )
    return f"calls.body({said})", named, decides


def _named(name: str, schema: Json, *, required: bool) -> str:
    known = type_of(schema, sent=True, prefix="bodies.")
    own = field_name(name)
    if required:
        return f"{own}: {known}"
    may_be_null = " | None" if known.endswith(" | None") else ""
    return f"{own}: {known.removesuffix(' | None')} | Omitted{may_be_null} = OMITTED"


def _asked(name: str, schema: Json) -> str:
    known = type_of(schema, sent=True).removesuffix(" | None")
    return f"{field_name(name)}: {known} | None = None"


def _body_type(operation: Json) -> str:
    content = operation["requestBody"]["content"]
    known = "bodies." + content["application/json"]["schema"]["$ref"].removeprefix(REFERENCE)
    return f"{known} | str" if "application/yaml" in content else f"{known} | Mapping[str, Any]"
