"""The routes of a function's public side: they authenticate a caller before they read a body."""

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from enum import Enum
from typing import Annotated, Any, Self, get_args, get_origin, get_type_hints

from fastapi import APIRouter, Depends, Request, Response
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.kit.callers import Caller
from shared.kit.parsing import refuse_misspelt, refuse_unknown, refuse_zero_bytes
from shared.policy.authorization import Authorization
from shared.runtime.acts import acts_of
from shared.runtime.auth import (
    SCOPES_ATTRIBUTE,
    authenticate,
    authorize,
    require_reading,
    require_tenant,
    require_whole_tenant,
    requires,
)
from shared.runtime.authorization import answered, authorization_of
from shared.runtime.bodies import JSON, Accepts, BodyReader, body_in_time, refuse_body
from shared.runtime.limits import cost_of_bytes, declared_bytes, limited
from shared.runtime.parameters import (
    Cursor,
    Limit,
    ListOf,
    whole_numbers_of,
    with_sealed_cursors,
)
from shared.runtime.streams import Streamed
from shared.runtime.tenant_status import require_open
from shared.storage.subject_keys import opened

__all__ = ["Cursor", "Limit", "Route", "Router"]

Endpoint = Callable[..., Awaitable[Any]]
Scopes = tuple[str, ...]
Admission = Callable[[Request, Caller], Awaitable[Authorization]]

# No endpoint's own parameter has this name.
_REQUEST = "request_as_sent"


class Route(APIRoute):
    """One call. Guarantees the order of refusals: 401, 429, 403 (acting as another, tenant, scope,
    policy), 408, 415, 422 (body), 422 (parameters), then what the endpoint raises; that nothing
    that was sent is ignored; that no answer leaves unless a policy allowed it, at the edge or once
    the thing that the call is about was read; and that a `cursor` is read only by the list that it
    was given for. An endpoint takes its body as a parameter whose type is a model; a model that it
    returns is written as JSON without another validation, and texts of persons that are sealed in
    it are opened."""

    def __init__(
        self,
        path: str,
        endpoint: Endpoint,
        *,
        read: Scopes = (),
        write: Scopes = (),
        tenantless: bool = False,
        in_stopped: bool = False,
        narrows: bool = False,
        takes_any_query: bool = False,
        key_header: str = "",
        action: str = "",
        within: Sequence[str] = (),
        **options: Any,
    ) -> None:
        self._key_header = key_header
        self._tenantless, self._in_stopped = tenantless, in_stopped
        self._narrows = narrows
        self._takes_any_query = takes_any_query
        methods = tuple(options.get("methods") or ("GET",))
        self.acts = acts_of(path, methods, endpoint, action, within)
        body = _body_of(endpoint)
        self.body = body[1] if body else None
        self._scopes = read if options.get("methods") in (None, ["GET"], {"GET"}) else write
        options["response_model"] = options.get("response_model") or _answer_of(endpoint)
        served = self._served(endpoint, body, options.get("status_code") or 200)
        super().__init__(path, served, **options)
        query = list(_parameters_of(self.dependant, "query_params"))
        self.parameters = frozenset(each.alias for each in query)
        self._numbers = whole_numbers_of(query)
        self._header_numbers = whole_numbers_of(_parameters_of(self.dependant, "header_params"))

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        admit = self._admission()

        async def answer(request: Request) -> Response:
            caller = await self._caller_of(request)
            async with AsyncExitStack() as stack:
                under_way = await stack.enter_async_context(limited(request, caller))
                authorization = await admit(request, caller)
                body = await body_in_time(request)
                under_way.body_arrived()
                if declared_bytes(request) is None:
                    under_way.add(cost_of_bytes(len(body)))
                if self.body is None:
                    await refuse_body(request)
                async with answered(request, authorization):
                    response = await handle(request)
                if isinstance(response, Streamed):
                    # It is under way until its last part.
                    response.at_end(stack.pop_all().aclose)
                else:
                    under_way.add(cost_of_bytes(len(response.body)))
                return response

        return answer

    async def _caller_of(self, request: Request) -> Caller:
        """Who calls, and whose limits the call counts against."""
        return await authenticate(request, request.headers.get(self._key_header))

    def _admission(self) -> Admission:
        """What refuses a caller before the body is read, and asks the policies."""
        scopes = _scopes_of(self.dependant) or self._scopes
        if not scopes:
            raise TypeError(f"{self.path}: neither its router nor its caller names a scope")

        async def admit(request: Request, caller: Caller) -> Authorization:
            await require_reading(request, caller)
            if not self._tenantless:
                await require_tenant(request, caller)
                await require_open(request, caller, in_stopped=self._in_stopped)
            if not self._narrows:
                await require_whole_tenant(request, caller)
            await authorize(request, caller, scopes)
            request.state.caller = caller
            return await authorization_of(request, caller, self.acts)

        return admit

    def _served(
        self, endpoint: Endpoint, body: tuple[str, BodyReader] | None, status: int
    ) -> Endpoint:
        """The endpoint for FastAPI: its body is a dependency, its answer a response. FastAPI gives
        the request once only, also where the endpoint takes it too."""
        takes_request = _request_of(endpoint)

        @functools.wraps(endpoint)
        async def served(*args: Any, **values: Any) -> Any:
            request: Request = values.pop(_REQUEST)
            values |= dict.fromkeys(takes_request, request)
            query = request.query_params.multi_items()
            if not self._takes_any_query:
                refuse_unknown(query, self.parameters)
            refuse_zero_bytes(query)
            refuse_misspelt(request.query_params, self._numbers)
            refuse_misspelt(request.headers, self._header_numbers)
            if values.get("cursor") is not None:
                values["cursor"] = ListOf(request).open(values["cursor"])
            answer = await endpoint(*args, **values)
            if not isinstance(answer, BaseModel):
                return answer
            answer = with_sealed_cursors(answer, request)
            text = answer.model_dump_json()
            caller: Caller | None = getattr(request.state, "caller", None)
            if caller is not None:
                text = await opened(caller.tenant_id, text, in_json=True)
            return Response(text, status, media_type=JSON)

        served.__signature__ = _signature_of(endpoint, body)  # type: ignore[attr-defined]
        return served


class Router(APIRouter):
    """A router whose calls are `Route`s: a token with any of the scopes `read` opens those by
    GET, one with any of `write` the others, unless the endpoint's caller is annotated with its
    own (`requires`). `tenantless` calls also take a token that is for no tenant, or for one
    that is not open; calls `in_stopped` tenants that of an admin whose tenant is suspended or
    closing. Calls that `narrows` also take one for a workspace, and answer and change nothing
    outside of it; all others refuse it, because its roles were given for that workspace only.
    Where clients send an API key in a header of its own, `key_header` names it. For policies
    they are all the `action`, where that is not made from method and path, `within` these
    groups, unless the endpoint says otherwise (`shared.runtime.acts`)."""

    def __init__(
        self,
        *,
        prefix: str = "",
        tag: str | None = None,
        read: Scopes = (),
        write: Scopes = (),
        tenantless: bool = False,
        in_stopped: bool = False,
        narrows: bool = False,
        key_header: str = "",
        action: str = "",
        within: Sequence[str] = (),
    ) -> None:
        takes: Any = {"tenantless": tenantless, "in_stopped": in_stopped, "narrows": narrows}
        takes["key_header"] = key_header
        route = functools.partial(
            Route, read=read, write=write, action=action, within=within, **takes
        )
        tags: list[str | Enum] | None = [tag] if tag else None
        super().__init__(prefix=prefix, tags=tags, route_class=route)  # type: ignore[arg-type]

    @classmethod
    def joining(cls, *routers: APIRouter) -> Self:
        """One router with the calls of several routers."""
        joined = cls()
        joined.routes.extend(route for router in routers for route in router.routes)
        return joined


def _body_of(endpoint: Endpoint) -> tuple[str, BodyReader] | None:
    """The parameter that takes the body, and how it is read. Raises TypeError where two could."""
    found = []
    for name, annotation in get_type_hints(endpoint, include_extras=True).items():
        is_annotated = get_origin(annotation) is Annotated
        model, *metadata = get_args(annotation) if is_annotated else (annotation,)
        is_given = any(isinstance(each, Dependency) for each in metadata)
        if name != "return" and _is_model(model) and not is_given:
            accepts = next((each for each in metadata if isinstance(each, Accepts)), Accepts())
            found.append((name, BodyReader(model, annotation, accepts)))
    if len(found) > 1:
        names = " and ".join(name for name, _ in found)
        raise TypeError(f"{endpoint.__name__}: a request has one body, not {names}")
    return found[0] if found else None


def _request_of(endpoint: Endpoint) -> tuple[str, ...]:
    hints = get_type_hints(endpoint)
    return tuple(name for name, hint in hints.items() if hint is Request and name != "return")


def _answer_of(endpoint: Endpoint) -> type[BaseModel] | None:
    answer = get_type_hints(endpoint).get("return")
    return answer if _is_model(answer) else None


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _signature_of(endpoint: Endpoint, body: tuple[str, BodyReader] | None) -> inspect.Signature:
    given: dict[str, Any] = {}
    if body is not None:
        name, reader = body
        given[name] = Annotated[reader.model, Depends(reader)]
    signature = inspect.signature(endpoint)
    parameters = []
    taken = _request_of(endpoint)
    for name, parameter in signature.parameters.items():
        if name in taken:
            continue
        if parameter.annotation is Caller and parameter.default is inspect.Parameter.empty:
            given[name] = Annotated[Caller, Depends(requires())]
        annotation = given.get(name, parameter.annotation)
        parameters.append(parameter.replace(annotation=annotation))
    sent = inspect.Parameter(_REQUEST, inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    return signature.replace(parameters=[*parameters, sent])


def _parameters_of(dependant: Dependant, where: str) -> Iterator[ModelField]:
    yield from getattr(dependant, where)
    for inner in dependant.dependencies:
        yield from _parameters_of(inner, where)


def _scopes_of(dependant: Dependant) -> tuple[str, ...] | None:
    scopes: tuple[str, ...] | None = getattr(dependant.call, SCOPES_ATTRIBUTE, None)
    inner = (_scopes_of(each) for each in dependant.dependencies)
    return scopes if scopes is not None else next((each for each in inner if each), None)
