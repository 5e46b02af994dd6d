"""The description of a function's HTTP API, with the bodies and refusals FastAPI cannot see."""

import json
from typing import Any, Literal

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from shared.kit.models import Model
from shared.runtime.problems import MEDIA_TYPE, SCIM_MEDIA_TYPE, SCIM_PATH, wire_of
from shared.runtime.routes import Route

REFERENCE = "#/components/schemas/{model}"
READ_REFUSALS = {
    400: "Not an HTTP request we can read",
    401: "No or bad credentials",
    403: "Scope missing or not allowed",
    404: "No such thing here",
    408: "The body took too long to arrive; send it again",
    413: "Larger than 1 MB",
    414: "A path and a query of more than 8,192 bytes",
    415: "A media type this call does not read",
    422: "The request is not valid; names each field",
    429: "Too many requests; `Retry-After` says when, `RateLimit` what the tier has left",
    503: "Not available now; retry",
}
WRITE_REFUSALS = {
    409: "Already decided differently, or the state does not allow it",
    410: "Too late",
    412: "Not about this content",
}


class ProblemError(Model):
    """One error of one field."""

    field: str
    message: str


class Problem(Model):
    """RFC 9457 problem details; `code` is stable."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: str
    title: str
    status: int
    detail: str
    code: str
    correlation_id: str
    errors: list[ProblemError]
    upgrade_to: str | None = Field(
        None,
        description="Of `tier_limit_reached` and `storage_limit_reached`: the next tier that allows"
        " more, if there is one; of `quota_exhausted` and `feature_not_in_plan`, the next plan",
    )
    feature: str | None = Field(
        None, description="Of `feature_not_in_plan`: what the tenant's plan does not have"
    )
    meter: str | None = Field(None, description="Of `quota_exhausted`: what is used up")
    limit: int | None = Field(None, description="Of `quota_exhausted`: how much the plan allows")
    resets_at: str | None = Field(
        None, description="Of `quota_exhausted`: when there is more; null where waiting gives none"
    )


class ScimError(BaseModel):
    """A refusal as directories read it (RFC 7644, 3.12)."""

    schemas: list[str]
    status: str
    scimType: str | None = None  # noqa: N815 - the standard's name
    detail: str


class OpenAIRefusal(BaseModel):
    """What was refused, as clients of OpenAI's wire read it."""

    message: str
    type: str
    param: str | None
    code: str


class OpenAIError(BaseModel):
    """A refusal on OpenAI's wire."""

    error: OpenAIRefusal


class AnthropicRefusal(BaseModel):
    """What was refused, as clients of Anthropic's wire read it; `code` is ours."""

    type: str
    message: str
    code: str


class AnthropicError(BaseModel):
    """A refusal on Anthropic's wire."""

    type: Literal["error"]
    error: AnthropicRefusal


class JsonRpcData(BaseModel):
    """Our code of what was refused."""

    code: str


class JsonRpcRefusal(BaseModel):
    """What was refused, as clients of JSON-RPC 2.0 read it; `code` is a number of theirs."""

    code: int
    message: str
    data: JsonRpcData


class JsonRpcError(BaseModel):
    """A refusal of a message that was not read as one."""

    jsonrpc: Literal["2.0"]
    id: None
    error: JsonRpcRefusal


_WIRES: dict[str | None, type[BaseModel]] = {
    "openai": OpenAIError,
    "anthropic": AnthropicError,
    "jsonrpc": JsonRpcError,
}


def _refusal_of(path: str) -> tuple[str, type[BaseModel]]:
    """The media type and the form of what is refused at the path."""
    if path.startswith(SCIM_PATH):
        return SCIM_MEDIA_TYPE, ScimError
    found = _WIRES.get(wire_of(path))
    return (MEDIA_TYPE, Problem) if found is None else ("application/json", found)


def describe(app: FastAPI, router: APIRouter) -> dict[str, Any]:
    """The OpenAPI document of `app`, made once; `router` is the router that `app` includes."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        refusals: list[type[BaseModel]] = [Problem]
        bodies: list[type[BaseModel]] = []
        described = (each for each in router.routes if isinstance(each, Route))
        for route in (each for each in described if each.include_in_schema):
            refusals.append(_refusal_of(route.path)[1])
            for method in route.methods or ():
                operation = document["paths"][route.path_format].get(method.lower())
                if operation is not None:
                    _complete(operation, route)
            if route.body is not None:
                bodies.append(route.body.model)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(_schemas_of(refusals, "serialization"))
        _take_bodies(document, _schemas_of(bodies, "validation"))
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        app.openapi_schema = document
    return app.openapi_schema


def _schemas_of(
    models: list[type[BaseModel]], mode: Literal["serialization", "validation"]
) -> dict[str, Any]:
    chosen = [(model, mode) for model in dict.fromkeys(models)]
    _, definitions = models_json_schema(chosen, ref_template=REFERENCE)
    found: dict[str, Any] = definitions.get("$defs", {})
    return found


def _take_bodies(document: dict[str, Any], bodies: dict[str, Any]) -> None:
    """Adds the schemas of bodies. Where an answer has another schema by the same name, because its
    defaults are always said, that of bodies is named `…Input`."""
    schemas = document["components"]["schemas"]
    renamed: dict[str, str] = {}
    while apart := {
        name
        for name, schema in bodies.items()
        if name not in renamed and schemas.get(name, schema) != schema
    } or _users(bodies, renamed, schemas):
        renamed |= {name: f"{name}Input" for name in apart}
    text = json.dumps([bodies, [each.get("requestBody") for each in _operations(document)]])
    for name, other in renamed.items():
        text = text.replace(
            f'"{REFERENCE.format(model=name)}"', f'"{REFERENCE.format(model=other)}"'
        )
    bodies, sent = json.loads(text)
    schemas.update({renamed.get(name, name): schema for name, schema in bodies.items()})
    for operation, body in zip(_operations(document), sent, strict=True):
        if body is not None:
            operation["requestBody"] = body


def _users(bodies: dict[str, Any], renamed: dict[str, str], schemas: dict[str, Any]) -> set[str]:
    """Schemas that answers have too, and that would name a renamed one."""
    return {
        name
        for name, schema in bodies.items()
        if name in schemas
        and name not in renamed
        and any(f'"{REFERENCE.format(model=each)}"' in json.dumps(schema) for each in renamed)
    }


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for methods in document["paths"].values() for each in methods.values()]


def _complete(operation: dict[str, Any], route: Route) -> None:
    writes = bool((route.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"})
    refusals = {**READ_REFUSALS, **(WRITE_REFUSALS if writes else {})}
    media_type, form = _refusal_of(route.path)
    problem = {media_type: {"schema": {"$ref": REFERENCE.format(model=form.__name__)}}}
    for status, description in refusals.items():
        own = operation["responses"].get(str(status), {})
        is_own = bool(own) and str(status) != "422"
        operation["responses"][str(status)] = {
            "description": own["description"] if is_own else description,
            "content": {**(own.get("content", {}) if is_own else {}), **problem},
        }
    if route.body is not None:
        shown = {"schema": {"$ref": REFERENCE.format(model=route.body.model.__name__)}}
        operation["requestBody"] = {
            "required": True,
            "content": dict.fromkeys(route.body.accepts.media_types, shown),
        }
