"""SCIM's resources as they are here, and how requests become them (RFC 7643, RFC 7644)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    Error,
    ETag,
    Filter,
    ListResponse,
    Meta,
    Patch,
    PatchOp,
    Reference,
    ResourceType,
    ResponseParameters,
    Schema,
    SCIMException,
    ScimPolicy,
    SearchRequest,
    ServiceProviderConfig,
    Sort,
)
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator

from functions.identity.rules.directory import DirectoryEntry
from functions.identity.rules.refusals import DirectoryRefused
from functions.identity.scim.kinds import KINDS, USERS, Kind
from functions.identity.scim.resources import Group, User
from shared.kit.errors import WHOLE_BODY, Invalid
from shared.kit.plain_text import refuse_odd_text
from shared.kit.wording import WORDS, worded

# A page of the longest people and groups has less than 1 MB.
MOST_RESULTS = 50
# Directories send more of a person than is needed here, remove members by value, and replace what
# they never added.
_POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


class Found(NamedTuple):
    """What a list is asked for. `field` and `value` name one entry; without them it is all."""

    parameters: SearchRequest[Any]
    field: str | None
    value: str

    @property
    def first(self) -> int:
        return max(self.parameters.start_index or 1, 1) - 1

    @property
    def most(self) -> int:
        count = self.parameters.count
        return MOST_RESULTS if count is None else max(0, min(count, MOST_RESULTS))


def created(kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a new entry. Raises DirectoryRefused."""
    with _refusing():
        return _kept(kind, _active(_read(kind, body, Context.RESOURCE_CREATION_REQUEST)))


def replaced(kind: Kind, entry: DirectoryEntry, body: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of an entry that is replaced as a whole. Raises DirectoryRefused."""
    with _refusing():
        newer = _read(kind, body, Context.RESOURCE_REPLACEMENT_REQUEST)
        newer.replace(_shown(kind, entry, ""))
        return _kept(kind, _active(newer))


def patched(kind: Kind, entry: DirectoryEntry, body: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes after the operations of a patch, all or none. Raises DirectoryRefused."""
    with _refusing():
        resource = _shown(kind, entry, "")
        patch = PatchOp[kind.resource].model_validate(  # type: ignore[name-defined]
            body, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=_POLICY
        )
        patch.patch(resource, scim_policy=_POLICY)
        return _kept(kind, resource)


def shown(
    kind: Kind, entry: DirectoryEntry, base: str, parameters: ResponseParameters[Any] | None = None
) -> dict[str, Any]:
    """The entry as an answer. `base`: the address that `/Users` stands below."""
    answer: dict[str, Any] = _shown(kind, entry, base).model_dump(
        scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters
    )
    return answer


def asked_for(kind: Kind, parameters: Mapping[str, Any]) -> Found:
    """What a list is asked for, from its query or its body. Raises DirectoryRefused for a filter
    that names no single entry: this server is no search engine of people."""
    sent = {name: value for name, value in parameters.items() if value is not None}
    if not isinstance(sent.get("filter", ""), str):
        raise DirectoryRefused("invalidFilter", "filter must be text")
    with _refusing():
        request = SearchRequest[kind.resource].model_validate(  # type: ignore[name-defined]
            sent, scim_policy=_POLICY
        )
        if request.filter is None:
            return Found(request, None, "")
        for node in _terms(request.filter.ast):
            field = str(node.attr_path).rpartition(":")[2].casefold()
            is_known = field in ("id", "externalid", kind.name.casefold())
            if node.op is CompareOperator.eq and is_known and isinstance(node.value, str):
                _judge("invalidFilter", "the filter's value", node.value)
                return Found(request, field, node.value)
    detail = f"filter by id, externalId or {kind.name}, each with eq and a text"
    raise DirectoryRefused("invalidFilter", detail)


def only(fields: Mapping[str, Any]) -> ResponseParameters[Any]:
    """Which attributes an answer has. Raises DirectoryRefused."""
    sent = {name: value for name, value in fields.items() if value is not None}
    with _refusing():
        return ResponseParameters.model_validate(sent)


def listed(
    kind: Kind, found: Found, entries: Iterable[DirectoryEntry], total: int, base: str
) -> dict[str, Any]:
    """A page of entries as an answer."""
    items = [_shown(kind, each, base) for each in entries]
    return _page(kind.resource, items, total, found.first + 1, found.parameters)


def matches(kind: Kind, found: Found, entry: DirectoryEntry) -> bool:
    """Whether the whole filter holds for the entry."""
    wanted = found.parameters.filter
    return wanted is None or bool(wanted.match(_shown(kind, entry, "")))


def provider_config() -> dict[str, Any]:
    """What this server can do."""
    config = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        authentication_schemes=[
            AuthenticationScheme(
                type="oauthbearertoken",
                name="API key",
                description="An API key of an admin with the scopes scim:read and scim:write",
                primary=True,
            )
        ],
    )
    return config.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


def discovered(what: str, id: str | None = None) -> dict[str, Any] | None:
    """The resource types or the schemas; with an `id` the one of that id, or None."""
    items: list[Any] = [ResourceType.from_resource(kind.resource) for kind in KINDS]
    if what == "Schemas":
        items = [kind.resource.to_schema() for kind in KINDS]
    if id is None:
        return _page(Schema if what == "Schemas" else ResourceType, items, len(items), 1, None)
    found = next((each for each in items if each.id == id), None)
    return found and found.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


def all_found(
    found: Found, items: Iterable[tuple[Kind, DirectoryEntry]], total: int, base: str
) -> dict[str, Any]:
    """A page of people and groups as an answer."""
    shown = [_shown(kind, each, base) for kind, each in items]
    return _page(User | Group, shown, total, found.first + 1, found.parameters)


def _page(
    resource: Any, items: list[Any], total: int, first: int, parameters: Any
) -> dict[str, Any]:
    page = ListResponse[resource](
        total_results=total, start_index=first, items_per_page=len(items), resources=items
    )
    return page.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=parameters)


def _read(kind: Kind, body: Mapping[str, Any], context: Context) -> Any:
    return kind.resource.model_validate(body, scim_ctx=context, scim_policy=_POLICY)


def _active(resource: Any) -> Any:
    """The resource; a person of whom the directory does not say so is active."""
    if isinstance(resource, User) and resource.active is None:
        resource.active = True
    return resource


def _kept(kind: Kind, resource: Any) -> dict[str, Any]:
    kept: dict[str, Any] = resource.model_dump(
        scim_ctx=None,
        mode="json",
        by_alias=True,
        exclude_none=True,
        exclude={"id", "meta", "schemas"},
    )
    if "members" in kept:
        kept["members"] = [{"value": each["value"]} for each in kept["members"]]
    if not str(kept.get(kind.name) or "").strip():
        raise DirectoryRefused("invalidValue", f"{kind.name} must not be blank")
    # Members are ids of this directory's people, and may be thousands.
    for attribute in kept.keys() - {"members"}:
        _judge("invalidValue", attribute, kept[attribute])
    return kept


def _judge(scim_type: str, name: str, value: Any) -> None:
    """Raises DirectoryRefused for texts that no body may have. Filters and paths have escapes of
    their own, by which they could mean such a text without containing it."""
    try:
        refuse_odd_text(value)
    except Invalid as error:
        problem = error.errors[0]
        where = name if problem.field == WHOLE_BODY else f"{name}.{problem.field}"
        raise DirectoryRefused(scim_type, f"{where} {problem.message}") from error


def _shown(kind: Kind, entry: DirectoryEntry, base: str) -> Any:
    resource = kind.resource.model_validate(entry.attributes, scim_ctx=None)
    resource.id = entry.entry_id
    if isinstance(resource, Group):
        for member in resource.members or ():
            member.type = "User"
            member.ref = Reference(f"{base}{USERS.endpoint}/{member.value}")
    resource.meta = Meta(
        resource_type=kind.resource.__name__,
        created=entry.created_at,
        last_modified=entry.changed_at,
        location=f"{base}{kind.endpoint}/{entry.entry_id}",
    )
    return resource


def _terms(node: FilterNode) -> Iterator[Comparison]:
    """The comparisons that must all hold."""
    if isinstance(node, Comparison):
        yield node
    elif isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_:
        for term in node.terms:
            yield from _terms(term)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turns the library's refusals into ours."""
    try:
        yield
    except SCIMException as error:
        cause = error.__cause__
        detail = _worded(cause) if isinstance(cause, ValidationError) else error.detail
        raise DirectoryRefused(error.scim_type or None, detail) from error
    except ValidationError as error:
        first = Error.from_validation_errors(error)[0]
        raise DirectoryRefused(first.scim_type, _worded(error)) from error


def _worded(error: ValidationError) -> str:
    """The first of the errors: in our words what pydantic says, in SCIM's what the library does."""
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] not in WORDS:
        return Error.from_validation_error(first).detail or ""
    path = map(str, first["loc"])
    spelled = (to_camel(each) if "_" in each else each for each in path)
    return f"{'.'.join(spelled)} {worded(first)}"
