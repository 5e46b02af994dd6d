"""One trace from the request, through the published event and the timer, into the reaction."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from shared.kit import clock
from shared.kit.callers import Caller
from shared.messaging.changes import Change, Timer
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.runtime.app import create_api
from shared.runtime.auth import requires
from shared.runtime.reactions import create_reactions
from shared.runtime.routes import Router
from shared.runtime.tracing import current_trace_id, request_span
from shared.storage.firestore import TenantStore
from tests.shared.cloud import Cloud
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer
from tests.shared.stories import OrderPlaced

DUE = "assent.order.due.v1"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


def _trace_of(traceparent: str) -> str:
    return traceparent.split("-")[1]


def _span_of(traceparent: str) -> str:
    return traceparent.split("-")[2]


def _only(spans: InMemorySpanExporter, kind: SpanKind) -> ReadableSpan:
    (found,) = [span for span in spans.get_finished_spans() if span.kind == kind]
    return found


def _ids(span: ReadableSpan) -> tuple[str, str, str]:
    """Of the trace, the span and its parent."""
    parent = f"{span.parent.span_id:016x}" if span.parent else ""
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}", parent


@pytest.fixture
async def heard() -> list[str]:
    """The trace each handled event was handled in."""
    return []


@pytest.fixture
async def reactions(noun: str, heard: list[str]) -> AsyncIterator[httpx.AsyncClient]:
    async def on_anything(event: Envelope) -> None:
        heard.append(current_trace_id())

    handlers = {"assent.order.placed.v1": on_anything, DUE: on_anything}
    async with client(create_reactions(function=noun, handlers=handlers)) as asking:
        yield asking


def _router(noun: str) -> Router:
    router = Router(action="me.read")

    @router.post("/v1/orders")
    async def place(caller: Annotated[Caller, Depends(requires("things:write"))]) -> Any:
        recorder = Recorder.for_command(function=noun, caller=caller)
        change = Change()
        change.record(recorder.record(subject="order/ord_1", sequence=1, data=OrderPlaced()))
        change.schedule(Timer(DUE, "order/ord_1", clock.now() + timedelta(hours=1)))
        now = caller.received_at
        await Outbox(noun).commit(TenantStore(caller.tenant_id), change, now=now)
        return {}

    return router


@pytest.mark.platform
async def test_a_request_its_event_its_timer_and_their_reactions_are_one_trace(
    cloud: Cloud,
    noun: str,
    issuer: Issuer,
    reactions: httpx.AsyncClient,
    heard: list[str],
    spans: InMemorySpanExporter,
) -> None:
    mailbox = await cloud.mailbox(noun)
    queue = await cloud.queue(noun)
    app = create_api(function=noun, router=_router(noun))
    headers = {
        "Authorization": f"Bearer {issuer.sign(claims(tenant=noun))}",
        "traceparent": f"00-{TRACE}-{PARENT}-01",
    }
    async with client(app) as api:
        answer = await api.post("/v1/orders", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Correlation-Id"] == TRACE
    request = _ids(_only(spans, SpanKind.SERVER))
    assert (request[0], request[2]) == (TRACE, PARENT)

    (event,) = await mailbox.take(1)
    assert _trace_of(event.attributes["ce-traceparent"]) == TRACE
    assert _span_of(event.attributes["ce-traceparent"]) == request[1]
    (task,) = await cloud.tasks_in(queue)
    assert _trace_of(task.http_request.headers["traceparent"]) == TRACE

    spans.clear()
    strange = {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}
    delivered = await reactions.post(
        f"/events/{noun}", content=event.data, headers={**event.attributes, **strange}
    )
    assert delivered.status_code == 204
    assert _ids(_only(spans, SpanKind.CONSUMER))[::2] == (TRACE, request[1])

    spans.clear()
    fired = await reactions.post(
        f"/timers/{noun}",
        content=task.http_request.body,
        headers=dict(task.http_request.headers),
    )
    assert fired.status_code == 204
    assert _ids(_only(spans, SpanKind.CONSUMER))[::2] == (TRACE, request[1])
    assert heard == [TRACE, TRACE]


@pytest.mark.parametrize(
    "traceparent", ["", "nonsense", "00-0-0-01", f"00-{'0' * 32}-{PARENT}-01", "ff-" + "1" * 50]
)
def test_a_senseless_traceparent_begins_a_trace_of_its_own(
    traceparent: str, spans: InMemorySpanExporter
) -> None:
    with request_span("GET /", {"traceparent": traceparent}, SpanKind.SERVER):
        assert len(current_trace_id()) == 32
    assert _only(spans, SpanKind.SERVER).parent is None


def test_outside_a_span_there_is_no_trace() -> None:
    assert current_trace_id() == ""
