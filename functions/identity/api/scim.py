"""SCIM 2.0 (RFC 7643, RFC 7644): a tenant's directory keeps its people and groups here."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, JsonValue, RootModel
from starlette.responses import Response

from functions.identity.service import directory
from shared.kit.callers import Caller
from shared.kit.json_limits import JsonLimit
from shared.runtime.bodies import JSON, Accepts
from shared.runtime.problems import SCIM_MEDIA_TYPE
from shared.runtime.routes import Router
from shared.runtime.tier_limits import beyond_quota

if TYPE_CHECKING:
    from functions.identity.scim.server import Server

ROUTER = Router(
    prefix="/scim/v2",
    tag="scim",
    read=("scim:read",),
    write=("scim:write",),
    within=("provision",),
)
# A group of five thousand members.
_LARGEST = 500_000

Text = Annotated[str | None, Query(max_length=1000)]
Number = Annotated[int | None, Query(ge=0, le=2**31)]
Only = Annotated[str | None, Query(max_length=1000)]
First = Annotated[int | None, Query(alias="startIndex", ge=0, le=2**31)]
Excluded = Annotated[str | None, Query(alias="excludedAttributes", max_length=1000)]


class ScimBody(RootModel[dict[str, JsonValue]]):
    """A message of SCIM. Attributes that are not kept here are ignored, as directories expect."""

    root: Annotated[dict[str, JsonValue], AfterValidator(JsonLimit(most_bytes=_LARGEST))]


Body = Annotated[ScimBody, Accepts((SCIM_MEDIA_TYPE, JSON))]


def _scim() -> "Server":
    """The calls of SCIM. Their library takes 0.4 s to import, which only the first of them waits
    for."""
    from functions.identity.scim.server import SERVER

    return SERVER


def _answer(content: Any, status: int = 200) -> Response:
    headers = {}
    if status == 201:
        headers["Location"] = content["meta"]["location"]
    text = json.dumps(content, ensure_ascii=False)
    return Response(text, status, headers, media_type=SCIM_MEDIA_TYPE)


def _parameters(
    filter: Text, first: First, count: Number, attributes: Only, excluded: Only
) -> dict[str, Any]:
    return {
        "filter": filter,
        "startIndex": first,
        "count": count,
        "attributes": attributes,
        "excludedAttributes": excluded,
    }


def _fields(attributes: Only, excluded: Only) -> dict[str, Any]:
    return {"attributes": attributes, "excludedAttributes": excluded}


@ROUTER.get("/ServiceProviderConfig")
async def show_config(caller: Caller) -> Response:
    """Says what of SCIM this server does."""
    return _answer(_scim().describe())


@ROUTER.get("/ResourceTypes")
async def list_resource_types(caller: Caller) -> Response:
    """Lists the kinds of resources: users and groups."""
    return _answer(_scim().discover("ResourceTypes"))


@ROUTER.get("/ResourceTypes/{id}")
async def show_resource_type(caller: Caller, id: str) -> Response:
    """Shows a kind of resources."""
    return _answer(_scim().discover("ResourceTypes", id))


@ROUTER.get("/Schemas")
async def list_schemas(caller: Caller) -> Response:
    """Lists the schemas of users and groups: the attributes that are kept."""
    return _answer(_scim().discover("Schemas"))


@ROUTER.get("/Schemas/{id}")
async def show_schema(caller: Caller, id: str) -> Response:
    """Shows a schema."""
    return _answer(_scim().discover("Schemas", id))


@ROUTER.post("/.search")
@beyond_quota
async def search(caller: Caller, body: Body) -> Response:
    """Lists people and groups, or finds those with an externalId or id."""
    return _answer(await _scim().find_all(caller, body.root))


@ROUTER.get("/Users")
@beyond_quota
async def list_users(
    caller: Caller,
    filter: Text = None,
    start_index: First = None,
    count: Number = None,
    attributes: Only = None,
    excluded: Excluded = None,
) -> Response:
    """Lists the directory's people, or finds one by userName, externalId or id."""
    sent = _parameters(filter, start_index, count, attributes, excluded)
    return _answer(await _scim().users.find(caller, sent))


@ROUTER.post("/Users/.search")
@beyond_quota
async def search_users(caller: Caller, body: Body) -> Response:
    """Does as the list of people does, with its parameters in the body."""
    return _answer(await _scim().users.find(caller, body.root))


@ROUTER.post("/Users", status_code=201)
async def create_user(caller: Caller, body: Body) -> Response:
    """Adds a person, who has a place in the tenant from now on."""
    return _answer(await _scim().users.create(caller, body.root), 201)


@ROUTER.get("/Users/{id}")
@beyond_quota
async def show_user(
    caller: Caller, id: str, attributes: Only = None, excluded: Excluded = None
) -> Response:
    """Shows a person."""
    fields = _fields(attributes, excluded)
    return _answer(await _scim().users.show(caller, id, fields))


@ROUTER.put("/Users/{id}")
@beyond_quota
async def replace_user(caller: Caller, id: str, body: Body) -> Response:
    """Replaces what is kept of a person."""
    return _answer(await _scim().users.replace(caller, id, body.root))


@ROUTER.patch("/Users/{id}")
@beyond_quota
async def patch_user(caller: Caller, id: str, body: Body) -> Response:
    """Changes a person; one who is not active has no place in the tenant."""
    return _answer(await _scim().users.patch(caller, id, body.root))


@ROUTER.delete("/Users/{id}", status_code=204)
@beyond_quota
async def delete_user(caller: Caller, id: str) -> Response:
    """Removes a person: their place and their sessions end, and what was kept is gone."""
    await directory.delete_user(caller, id)
    return Response(status_code=204)


@ROUTER.get("/Groups")
@beyond_quota
async def list_groups(
    caller: Caller,
    filter: Text = None,
    start_index: First = None,
    count: Number = None,
    attributes: Only = None,
    excluded: Excluded = None,
) -> Response:
    """Lists the directory's groups, or finds one by displayName, externalId or id."""
    sent = _parameters(filter, start_index, count, attributes, excluded)
    return _answer(await _scim().groups.find(caller, sent))


@ROUTER.post("/Groups/.search")
@beyond_quota
async def search_groups(caller: Caller, body: Body) -> Response:
    """Does as the list of groups does, with its parameters in the body."""
    return _answer(await _scim().groups.find(caller, body.root))


@ROUTER.post("/Groups", status_code=201)
async def create_group(caller: Caller, body: Body) -> Response:
    """Adds a group; its members have the roles that the tenant gives it."""
    return _answer(await _scim().groups.create(caller, body.root), 201)


@ROUTER.get("/Groups/{id}")
@beyond_quota
async def show_group(
    caller: Caller, id: str, attributes: Only = None, excluded: Excluded = None
) -> Response:
    """Shows a group."""
    fields = _fields(attributes, excluded)
    return _answer(await _scim().groups.show(caller, id, fields))


@ROUTER.put("/Groups/{id}")
@beyond_quota
async def replace_group(caller: Caller, id: str, body: Body) -> Response:
    """Replaces a group's name and members."""
    return _answer(await _scim().groups.replace(caller, id, body.root))


@ROUTER.patch("/Groups/{id}")
@beyond_quota
async def patch_group(caller: Caller, id: str, body: Body) -> Response:
    """Changes a group's name or members."""
    return _answer(await _scim().groups.patch(caller, id, body.root))


@ROUTER.delete("/Groups/{id}", status_code=204)
@beyond_quota
async def delete_group(caller: Caller, id: str) -> Response:
    """Deletes a group; its members lose the roles that only it gave them."""
    await directory.delete_group(caller, id)
    return Response(status_code=204)
