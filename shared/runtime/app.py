"""The app factory: a function's public side as one ASGI app."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import SpanKind
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from shared.aggregates.runner import Handler, Runner
from shared.kit.errors import AssentError
from shared.runtime.boundary import Boundary
from shared.runtime.logs import configure_logging
from shared.runtime.openapi import describe
from shared.runtime.problems import answer_problem, invalid_request
from shared.runtime.sweeps_after_requests import SweepsAfterRequests

# The boundary makes a request's only span; a second tracer would begin a second trace.
NO_SPANS_OF_ITS_OWN: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
# How long nobody may ask for anything of a function that sweeps after requests alone.
UNASKED = timedelta(days=7)


def create_api(
    *,
    function: str,
    router: APIRouter,
    run: Runner | None = None,
    sweeps: bool = False,
    timers: Mapping[str, Handler] = MappingProxyType({}),
) -> ASGIApp:
    """The public side of `function`: its calls, and `/healthz`. Answers every request once, and
    every refusal with problem+json. A function with a runner has a log: the tokens that
    it refused are recorded there. One that `sweeps` has no private side: a sweep follows its first
    request and one of each hour, publishes what a dead process left, and fires `timers`."""
    configure_logging()
    api = describe_only(function=function, router=router)
    if run is None:
        return Boundary(api, kind=SpanKind.SERVER)
    api.state.outbox = run.outbox
    if not sweeps:
        return Boundary(api, kind=SpanKind.SERVER)
    sweep = run.sweep(timers, patience=UNASKED)
    return Boundary(SweepsAfterRequests(api, sweep), kind=SpanKind.SERVER)


def describe_only(*, function: str, router: APIRouter, summary: str = "") -> FastAPI:
    """The same API without its boundary. The API reference is generated from it, with the
    manifest's `summary`."""
    api = FastAPI(
        title=f"Assent: {function}",
        version="1",
        description=summary,
        # A stranger costs nothing: docs/api has the description, and the local platform serves it.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_SPANS_OF_ITS_OWN,
    )
    api.openapi = lambda: describe(api, router)  # type: ignore[method-assign]
    # To include the router would build each route a second time, at the process's first request.
    api.router.routes.extend(router.routes)
    api.add_api_route("/healthz", _healthz, include_in_schema=False)
    for kind in (AssentError, HTTPException, Exception):
        api.add_exception_handler(kind, answer_problem)
    api.add_exception_handler(RequestValidationError, _answer_invalid)
    return api


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return await answer_problem(request, invalid_request(error.errors()))


async def _healthz() -> dict[str, str]:
    return {"status": "ok"}
