"""SCIM 2.0 (RFC 7643, RFC 7644): a tenant's directory keeps its people and groups here."""

import json
from functools import partial
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, JsonValue, RootModel
from starlette.responses import Response

from functions.identity.aggregates import GROUPS, USERS
from functions.identity.service import directory
from functions.identity.settings import settings
from shared.aggregates import Aggregate
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.json_limits import JsonLimit
from shared.runtime.bodies import JSON, Accepts
from shared.runtime.problems import SCIM_MEDIA_TYPE
from shared.runtime.routes import Router

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


def _base() -> str:
    return f"{settings().origin}/scim/v2"


def _answer(content: Any, status: int = 200) -> Response:
    headers = {}
    if status == 201:
        headers["Location"] = content["meta"]["location"]
    text = json.dumps(content, ensure_ascii=False)
    return Response(text, status, headers, media_type=SCIM_MEDIA_TYPE)


async def _read(caller: Caller, people: bool, id: str, fields: dict[str, Any]) -> Response:
    from functions.identity.scim import messages as scim

    parameters = scim.only(fields)
    if people:
        user = await directory.show(caller, USERS, id)
        return _answer(scim.shown(scim.PEOPLE, user, _base(), parameters))
    group = await directory.show(caller, GROUPS, id)
    return _answer(scim.shown(scim.TEAMS, group, _base(), parameters))


async def _list(caller: Caller, people: bool, parameters: dict[str, Any]) -> Response:
    from functions.identity.scim import messages as scim

    kind = scim.PEOPLE if people else scim.TEAMS
    aggregate: Aggregate[Any] = USERS if people else GROUPS
    found = scim.asked_for(kind, parameters)
    if found.field is None:
        items, total = await directory.page(caller, aggregate, found.first, found.most)
        return _answer(scim.listed(kind, found, items, total, _base()))
    named = await directory.find(caller, aggregate, found.field, found.value)
    held = [each for each in named if scim.matches(kind, found, each)]
    shown = held[found.first : found.first + found.most]
    return _answer(scim.listed(kind, found, shown, len(held), _base()))


async def _search_all(caller: Caller, parameters: dict[str, Any]) -> Response:
    """People first, then groups, as if they were one list."""
    from functions.identity.scim import messages as scim

    kinds: tuple[tuple[Any, Aggregate[Any]], ...] = (
        (scim.PEOPLE, USERS),
        (scim.TEAMS, GROUPS),
    )
    shown: list[tuple[Any, Any]] = []
    total = 0
    for kind, aggregate in kinds:
        found = scim.asked_for(kind, parameters)
        if found.field is not None:
            named = await directory.find(caller, aggregate, found.field, found.value)
            shown += [(kind, each) for each in named if scim.matches(kind, found, each)]
            total = len(shown)
            continue
        skipped = max(0, found.first - total)
        items, number = await directory.page(caller, aggregate, skipped, found.most - len(shown))
        shown += [(kind, each) for each in items]
        total += number
    return _answer(scim.all_found(found, shown, total, _base()))


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
    from functions.identity.scim import messages as scim

    return _answer(scim.provider_config())


@ROUTER.get("/ResourceTypes")
async def list_resource_types(caller: Caller) -> Response:
    """Lists the kinds of resources: users and groups."""
    return await _discover("ResourceTypes")


@ROUTER.get("/ResourceTypes/{id}")
async def show_resource_type(caller: Caller, id: str) -> Response:
    """Shows a kind of resources."""
    return await _discover("ResourceTypes", id)


@ROUTER.get("/Schemas")
async def list_schemas(caller: Caller) -> Response:
    """Lists the schemas of users and groups: the attributes that are kept."""
    return await _discover("Schemas")


@ROUTER.get("/Schemas/{id}")
async def show_schema(caller: Caller, id: str) -> Response:
    """Shows a schema."""
    return await _discover("Schemas", id)


async def _discover(what: str, id: str | None = None) -> Response:
    from functions.identity.scim import messages as scim

    found = scim.discovered(what, id)
    if found is None:
        raise NotFound(f"there is none of that id; see /scim/v2/{what}")
    return _answer(found)


@ROUTER.post("/.search")
async def search(caller: Caller, body: Body) -> Response:
    """Lists people and groups, or finds those with an externalId or id."""
    return await _search_all(caller, body.root)


@ROUTER.get("/Users")
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
    return await _list(caller, True, sent)


@ROUTER.post("/Users/.search")
async def search_users(caller: Caller, body: Body) -> Response:
    """Does as the list of people does, with its parameters in the body."""
    return await _list(caller, True, body.root)


@ROUTER.post("/Users", status_code=201)
async def create_user(caller: Caller, body: Body) -> Response:
    """Adds a person, who has a place in the tenant from now on."""
    from functions.identity.scim import messages as scim

    user = await directory.create_user(caller, scim.created(scim.PEOPLE, body.root))
    return _answer(scim.shown(scim.PEOPLE, user, _base()), 201)


@ROUTER.get("/Users/{id}")
async def show_user(
    caller: Caller, id: str, attributes: Only = None, excluded: Excluded = None
) -> Response:
    """Shows a person."""
    return await _read(caller, True, id, _fields(attributes, excluded))


@ROUTER.put("/Users/{id}")
async def replace_user(caller: Caller, id: str, body: Body) -> Response:
    """Replaces what is kept of a person."""
    from functions.identity.scim import messages as scim

    change = partial(scim.replaced, scim.PEOPLE, body=body.root)
    user = await directory.change_user(caller, id, change)
    return _answer(scim.shown(scim.PEOPLE, user, _base()))


@ROUTER.patch("/Users/{id}")
async def patch_user(caller: Caller, id: str, body: Body) -> Response:
    """Changes a person; one who is not active has no place in the tenant."""
    from functions.identity.scim import messages as scim

    change = partial(scim.patched, scim.PEOPLE, body=body.root)
    user = await directory.change_user(caller, id, change)
    return _answer(scim.shown(scim.PEOPLE, user, _base()))


@ROUTER.delete("/Users/{id}", status_code=204)
async def delete_user(caller: Caller, id: str) -> Response:
    """Removes a person: their place and their sessions end, and what was kept is gone."""
    await directory.delete_user(caller, id)
    return Response(status_code=204)


@ROUTER.get("/Groups")
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
    return await _list(caller, False, sent)


@ROUTER.post("/Groups/.search")
async def search_groups(caller: Caller, body: Body) -> Response:
    """Does as the list of groups does, with its parameters in the body."""
    return await _list(caller, False, body.root)


@ROUTER.post("/Groups", status_code=201)
async def create_group(caller: Caller, body: Body) -> Response:
    """Adds a group; its members have the roles that the tenant gives it."""
    from functions.identity.scim import messages as scim

    group = await directory.create_group(caller, scim.created(scim.TEAMS, body.root))
    return _answer(scim.shown(scim.TEAMS, group, _base()), 201)


@ROUTER.get("/Groups/{id}")
async def show_group(
    caller: Caller, id: str, attributes: Only = None, excluded: Excluded = None
) -> Response:
    """Shows a group."""
    return await _read(caller, False, id, _fields(attributes, excluded))


@ROUTER.put("/Groups/{id}")
async def replace_group(caller: Caller, id: str, body: Body) -> Response:
    """Replaces a group's name and members."""
    from functions.identity.scim import messages as scim

    change = partial(scim.replaced, scim.TEAMS, body=body.root)
    group = await directory.change_group(caller, id, change)
    return _answer(scim.shown(scim.TEAMS, group, _base()))


@ROUTER.patch("/Groups/{id}")
async def patch_group(caller: Caller, id: str, body: Body) -> Response:
    """Changes a group's name or members."""
    from functions.identity.scim import messages as scim

    change = partial(scim.patched, scim.TEAMS, body=body.root)
    group = await directory.change_group(caller, id, change)
    return _answer(scim.shown(scim.TEAMS, group, _base()))


@ROUTER.delete("/Groups/{id}", status_code=204)
async def delete_group(caller: Caller, id: str) -> Response:
    """Deletes a group; its members lose the roles that only it gave them."""
    await directory.delete_group(caller, id)
    return Response(status_code=204)
