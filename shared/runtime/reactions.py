"""A function's private side: events, timers and schedules, all as CloudEvents over HTTP."""

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from opentelemetry.trace import SpanKind
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from shared.aggregates.runner import Handler, Runner
from shared.kit import clock
from shared.kit.bookkeeping import SCHEDULES_SOURCE
from shared.kit.errors import AssentError, Unavailable
from shared.kit.topics import publisher_of
from shared.messaging.claim_check import DATAREF, ClaimRefused, claimed_events
from shared.messaging.dead_letters import REDELIVERS, bury
from shared.messaging.deliveries import Deliveries, Delivery
from shared.messaging.envelope import Envelope, envelope_from_headers
from shared.messaging.sweep import SWEEP_TYPE, Sweep
from shared.runtime import logs
from shared.runtime.boundary import Boundary, received_at
from shared.runtime.control import controls
from shared.runtime.logs import configure_logging
from shared.runtime.problems import answer_problem, as_assent_error, problem_response
from shared.runtime.sweeps_after_requests import sweep_quietly
from shared.runtime.tracing import current_trace_id
from shared.storage.cursors import is_document_id

# As much as Pub/Sub delivers: an event may be as large as a document.
MAX_EVENT_BYTES = 10_000_000

_VERSION = re.compile(r"\.v[0-9]+$")
_TIMER = re.compile(r"assent\.[a-z_]+\.due\.v[0-9]+")
_log = logging.getLogger(__name__)


class Refused(ValueError):
    """A delivery can never succeed; the message says why."""


def create_reactions(
    *,
    function: str,
    handlers: Mapping[str, Handler],
    run: Runner | None = None,
) -> ASGIApp:
    """The private side of `function`: `/events/<topic>`, `/timers/<queue>`, `/schedules/<type>`.

    Answers 204 for a delivery that was handled, that has no handler here (its payload is not read),
    or that was dead-lettered because it can never succeed; 5xx for one that must be redelivered.
    A function with a runner has a log: it records there which of a tenant's deliveries were
    dead-lettered and which of those were handled later. A sweep follows its first request, so that
    a new process publishes what a dead one left."""
    configure_logging()
    sweep = run.sweep(handlers) if run is not None else None
    stops = run if run is not None and not run.in_stopped else None
    deliveries = Deliveries(run.outbox) if run is not None else None
    intake = _Intake(function, handlers, sweep, deliveries, stops)
    app = Starlette(
        routes=[
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/{kind}/{name}", intake.receive, methods=["POST"]),
        ],
        exception_handlers=dict.fromkeys((AssentError, HTTPException, Exception), answer_problem),
    )
    return Boundary(app, kind=SpanKind.CONSUMER, max_body_bytes=MAX_EVENT_BYTES)


class _Intake:
    def __init__(
        self,
        function: str,
        handlers: Mapping[str, Handler],
        sweep: Sweep | None,
        deliveries: Deliveries | None,
        stops: Runner | None,
    ) -> None:
        self._function = function
        # Set where it handles no event of a tenant that is not open.
        self._stops = stops
        self._handlers = handlers
        self._families = {_VERSION.sub("", known) for known in handlers}
        self._sweep = sweep
        self._deliveries = deliveries
        self._swept = sweep is None

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        if self._is_of_no_interest(request):
            logs.note(event_type=request.headers["ce-type"], outcome="ignored")
            return Response(status_code=204)
        try:
            received = self._read(request, body)
            logs.tenant_id.set(received.tenantid)
            logs.correlation_id.set(received.correlationid or current_trace_id())
            await self._handle_all(await claimed_events(received, _lowered(request.headers), body))
        except Exception as error:  # noqa: BLE001 - nothing may leave
            reason = _reason_to_bury(error)
            if reason is not None:
                return await self._bury(request, body, reason)
            if not isinstance(error, AssentError):
                _log.exception("the reaction failed; the delivery will be retried")
            return self._later(error)
        _note_handled(request, received)
        return await self._acknowledge_handled(request, body)

    def _is_of_no_interest(self, request: Request) -> bool:
        """Whether it is an event without a handler that the subscription's filter let through."""
        family = _VERSION.sub("", request.headers.get("ce-type", ""))
        is_event = request.path_params["kind"] == "events"
        return is_event and bool(family) and family not in self._families

    def _read(self, request: Request, body: bytes) -> Envelope:
        kind, name = request.path_params["kind"], request.path_params["name"]
        try:
            moment = received_at(request.scope)
            event = envelope_from_headers(_lowered(request.headers), body, moment)
        except ValueError as error:
            raise Refused(f"unreadable: {error}") from error
        logs.note(event_type=event.type)
        own = f"//assent/{self._function}"
        if kind == "events" and event.source != f"//assent/{publisher_of(name)}":
            raise Refused(f"{event.source} may not publish to {name}")
        is_timer = bool(_TIMER.fullmatch(event.type)) and event.type in self._handlers
        if kind == "timers" and (event.source != own or name != self._function or not is_timer):
            raise Refused(f"{event.type} of {event.source} is no timer of {name}")
        if kind == "schedules" and (event.source != SCHEDULES_SOURCE or event.type != name):
            raise Refused(f"{event.type} of {event.source} is not the schedule {name}")
        if kind not in ("events", "timers", "schedules"):
            raise Refused(f"nothing is delivered to /{kind}")
        if kind != "events" and DATAREF in request.headers:
            raise Refused("only an event of the log may leave its data there")
        if kind != "schedules" and not is_document_id(event.tenantid):
            raise Refused("the event belongs to no tenant")
        return event

    async def _handle_all(self, events: Sequence[Envelope]) -> None:
        """Handles each event; one that fails does not stop the others. Raises a failure that a
        retry may mend rather than a refusal: handlers are idempotent, and what was refused is
        refused again then."""
        failures: list[Exception] = []
        for event in events:
            logs.correlation_id.set(event.correlationid or current_trace_id())
            try:
                await self._handle(event)
            except Exception as error:  # noqa: BLE001 - raised again at the end
                failures.append(error)
        if failures:
            raise min(failures, key=lambda each: _reason_to_bury(each) is not None)

    async def _handle(self, event: Envelope) -> None:
        if event.type == SWEEP_TYPE and self._sweep is not None:
            await self._sweep.run(event.received_at)
            return
        handler = self._handlers.get(event.type)
        if handler is not None:
            if self._stops is not None and not _TIMER.fullmatch(event.type):
                await self._require_open(event, self._stops.in_closed)
            await handler(event)
            return
        if _VERSION.sub("", event.type) in self._families:
            raise Refused(f"{event.type} is of a version this function does not read")

    async def _require_open(self, event: Envelope, in_closed: Collection[str]) -> None:
        """Raises Unavailable for an event of a tenant that is suspended or closing, so that it
        comes again. Once a tenant is closed for good, only what is handled `in_closed` follows."""
        if event.type in in_closed:
            return
        control = (await controls().of(event.tenantid)).control
        if control.status == "closed":
            raise Refused("the tenant is closed")
        if not control.is_open:
            raise Unavailable("the tenant is suspended, so the delivery waits")

    async def _acknowledge_handled(self, request: Request, body: bytes) -> Response:
        mark = request.headers.get(REDELIVERS)
        if mark is not None and self._deliveries is not None:
            delivery = self._delivery(request, body)
            # The mark may name another function's dead letter: all readers get the redelivery.
            if mark == delivery.mark:
                try:
                    at = received_at(request.scope)
                    await self._deliveries.record_recovered(delivery, at)
                except Exception as error:  # noqa: BLE001 - nothing may leave
                    _log.exception("a recovery could not be recorded; the delivery will be retried")
                    return self._later(error)
        return Response(status_code=204, background=self._first_sweep())

    async def _bury(self, request: Request, body: bytes, reason: str) -> Response:
        delivery = self._delivery(request, body)
        logs.note(outcome="buried")
        fields = {"path": delivery.path}
        _log.error("dead-lettered: %s", reason, extra={"fields": fields})
        is_recorded = self._deliveries is not None and self._deliveries.are_recorded(delivery)
        try:
            await bury(
                body,
                delivery.headers,
                function=self._function,
                path=delivery.path,
                reason=reason,
                mark=delivery.mark if is_recorded else None,
            )
            if self._deliveries is not None:
                await self._deliveries.record_buried(delivery, reason, received_at(request.scope))
        except Exception as error:  # noqa: BLE001 - nothing may leave
            _log.exception("a delivery could not be dead-lettered and recorded; it will be retried")
            return self._later(error)
        return Response(status_code=204)

    def _delivery(self, request: Request, body: bytes) -> Delivery:
        return Delivery(self._function, request.url.path, _lowered(request.headers), body)

    @staticmethod
    def _later(error: Exception) -> Response:
        refusal = as_assent_error(error)
        logs.note(outcome="again", code=refusal.code)
        response = problem_response(refusal, current_trace_id())
        response.status_code = max(500, response.status_code)
        return response

    def _first_sweep(self) -> BackgroundTask | None:
        if self._swept or self._sweep is None:
            return None
        self._swept = True
        return BackgroundTask(sweep_quietly, self._sweep, clock.now())


def _reason_to_bury(error: Exception) -> str | None:
    """Why no retry can succeed; None where one may."""
    if isinstance(error, Refused | ClaimRefused | ValidationError):
        return str(error)
    if isinstance(error, AssentError) and not error.retriable and error.http_status < 500:
        return f"{error.code}: {error.detail}"
    return None


def _note_handled(request: Request, event: Envelope) -> None:
    """The outcome and, except for a redelivered dead letter, the seconds since the event: after a
    redelivery they would only show how long somebody waited."""
    logs.note(outcome="handled")
    if request.path_params["kind"] == "events" and REDELIVERS not in request.headers:
        lag = (clock.now() - event.time) // timedelta(milliseconds=1)
        logs.note(lag_milliseconds=max(0, lag))


def _lowered(headers: Headers) -> dict[str, str]:
    return {key.lower(): value for key, value in headers.items()}


async def _healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})
