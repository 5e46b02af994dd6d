"""The parts of the OpenAPI document that FastAPI does not write as clients read them: names of
operations, refusals written once, the queue of decisions. Pure."""

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
Code = tuple[str, int, str]

REFERENCE = "#/components/schemas/"
_VERBS = {"get": "get", "post": "create", "put": "set", "patch": "update", "delete": "delete"}
# Calls whose paths say a noun where a client would say what it does.
_COMMANDS = {
    ("post", "/v1/agents/{agent_id}/changes"): "agents_change",
    ("post", "/v1/agents/{agent_id}/reports"): "agents_report",
    ("post", "/v1/agents/import"): "agents_import",
    ("post", "/v1/approvals/{approval_id}/decisions"): "approvals_decide",
    ("get", "/v1/auth/callback/{tenant_id}"): "auth_callback_of_tenant",
    ("post", "/v1/auth/logout"): "auth_logout",
    ("post", "/v1/corpora/{corpus_id}/documents"): "corpora_documents_add",
    ("post", "/v1/knowledge/citations/verify"): "knowledge_verify",
    ("post", "/v1/knowledge/nearest-rules"): "knowledge_nearest",
    ("post", "/v1/knowledge/search"): "knowledge_search",
    ("post", "/v1/local-models/forecasts"): "local_models_forecast",
    ("post", "/v1/local-models/redactions"): "local_models_redact",
    ("post", "/v1/local-models/summaries"): "local_models_summarize",
    ("post", "/v1/memories/erasures"): "memories_erase",
    ("post", "/v1/memories/recall"): "memories_recall",
    ("post", "/v1/patterns/mine"): "patterns_mine",
    ("post", "/v1/pipeline/resume"): "pipeline_resume",
    ("post", "/v1/sso/verify"): "sso_verify",
    ("post", "/v1/mobile/sync"): "mobile_sync",
    ("post", "/v1/workflows/{case_id}/revisions"): "workflows_revise",
    ("post", "/mcp"): "mcp_send",
}
# What is queued offline, and the call that takes it alone.
QUEUED = {
    action: f"/v1/mobile/approvals/{{approval_id}}/{action}"
    for action in ("approve", "request-changes", "veto")
}


def operation_id(method: str, path: str, *, is_list: bool) -> str:
    """The nouns of the path and what the call does to them, such as `approvals_list`,
    `approvals_get`, `runs_steps_list`. A last word after an id is a command: `runs_pause`."""
    if (method, path) in _COMMANDS:
        return _COMMANDS[method, path]
    parts = re.sub(r"^/(v1/|\.well-known/)?", "", path).strip("/").split("/")
    nouns = [re.sub(r"\W+", "_", each).strip("_").lower() for each in parts if each[0] != "{"]
    follows_id = len(parts) > 1 and parts[-2][0] == "{" and parts[-1][0] != "{"
    if method == "post" and follows_id:
        return "_".join(nouns)
    ends_in_id = parts[-1][0] == "{"
    listed = method == "get" and is_list and not ends_in_id
    return "_".join((*nouns, "list" if listed else _VERBS[method]))


def mend(document: Json, codes: Iterable[Code]) -> Json:
    """The document, whose answers mean the same, as clients are generated from it: without titles
    that repeat names, each operation with a plain id, each refusal written once with its codes, and
    the queue of decisions as a discriminated union. `codes`: each with its status and its title.
    Raises ValueError where two operations would have one id."""
    mended = without_titles(document)
    _name_operations(mended)
    known = sorted(set(codes))
    _document_codes(mended, known)
    _share_refusals(mended, known)
    _describe_queue(mended)
    return mended


def without_titles(document: Json) -> Json:
    """The document without the titles of its schemas; a field named `title` stays."""

    def schema(value: Any) -> Any:
        if isinstance(value, list):
            return [schema(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {
            name: {each: schema(part) for each, part in inner.items()}
            if name in ("properties", "$defs", "patternProperties") and isinstance(inner, dict)
            else inner
            if name in ("default", "const", "enum", "examples", "example", "required")
            else schema(inner)
            for name, inner in value.items()
            if name != "title" or not isinstance(inner, str)
        }

    schemas = document["components"]["schemas"]
    return {
        **document,
        "paths": schema(document["paths"]),
        "components": {
            **document["components"],
            "schemas": {name: schema(each) for name, each in schemas.items()},
        },
    }


def _name_operations(document: Json) -> None:
    seen: dict[str, str] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = operation_id(method, path, is_list=_is_list(document, path, operation))
            if name in seen:
                raise ValueError(f"{method} {path} and {seen[name]} would both be {name}")
            seen[name] = f"{method} {path}"
            operation["operationId"] = name


def _is_list(document: Json, path: str, operation: Json) -> bool:
    if path.startswith("/scim/"):  # its answers are the standard's, and have no schema here
        return f"{path}/{{id}}" in document["paths"]
    shown = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    fields = resolved(document, shown.get("schema", {})).get("properties", {})
    return not fields.keys().isdisjoint({"items", "data"})


def resolved(document: Json, schema: Json) -> Json:
    """The schema, or the one that it refers to."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].removeprefix(REFERENCE)]
    return schema


def _document_codes(document: Json, codes: list[Code]) -> None:
    found: Json = {}
    for name, status, title in codes:
        found.setdefault(name, {"means": title, "statuses": []})["statuses"].append(status)
    code = document["components"]["schemas"]["Problem"]["properties"]["code"]
    code["description"] = "What was refused. Codes stay; later versions may add some."
    code["x-codes"] = found


def _share_refusals(document: Json, codes: list[Code]) -> None:
    """Refusals that are alike are one component, which names the codes of its status."""
    shared: Json = document["components"].setdefault("responses", {})
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    said = _with_codes(answer, [name for name, at, _ in codes if str(at) == status])
                    name = _name_of(status, said, shared)
                    shared[name] = said
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}


def _name_of(status: str, answer: Json, shared: Json) -> str:
    forms = [each.get("schema", {}).get("$ref", "Page") for each in answer["content"].values()]
    name = "Or".join(sorted({each.rsplit("/", 1)[-1] for each in forms})) + status
    number = 1
    while shared.get(named := name if number == 1 else f"{name}_{number}", answer) != answer:
        number += 1
    return named


def _with_codes(answer: Json, codes: list[str]) -> Json:
    if not codes or "application/problem+json" not in answer["content"]:
        return answer
    return {**answer, "description": f"{answer['description']} ({', '.join(codes)})"}


def _describe_queue(document: Json) -> None:
    """Each queued decision is the body of the call that takes it alone, with the approval's id and
    the action."""
    schemas = document["components"]["schemas"]
    if "SyncBody" not in schemas:
        return
    mapping = {}
    for action, path in QUEUED.items():
        body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        alone = resolved(document, body["schema"])
        name = "Queued" + "".join(each.capitalize() for each in action.split("-"))
        schemas[name] = {
            **alone,
            "description": f"What `POST {path}` takes, queued.",
            "properties": {
                "action": {"const": action, "type": "string"},
                "approval_id": {"type": "string"},
                **alone["properties"],
            },
            "required": ["action", "approval_id", *alone["required"]],
        }
        mapping[action] = REFERENCE + name
    schemas["SyncBody"]["properties"]["decisions"]["items"] = {
        "oneOf": [{"$ref": each} for each in mapping.values()],
        "discriminator": {"propertyName": "action", "mapping": mapping},
    }
