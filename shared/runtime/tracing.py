"""OpenTelemetry tracing: one trace from the phone's request through events and timers."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind, Tracer


@cache
def tracer() -> Tracer:
    """The process's tracer. Spans are exported to OTEL_EXPORTER_OTLP_ENDPOINT if the OTLP exporter
    is installed; otherwise only their ids travel through every hop."""
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        service = os.environ.get("K_SERVICE", "assent")
        provider = TracerProvider(resource=Resource.create({"service.name": service}))
        if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
            _export(provider)
        trace.set_tracer_provider(provider)
    return provider.get_tracer("assent")


@contextmanager
def request_span(name: str, headers: Mapping[str, str], kind: SpanKind) -> Iterator[Span]:
    """A span in the trace of the request's `traceparent` or, for an event, of its `ce-traceparent`,
    which names the span that recorded it."""
    carrier = {"traceparent": headers.get("ce-traceparent") or headers.get("traceparent", "")}
    with tracer().start_as_current_span(name, context=extract(carrier), kind=kind) as span:
        yield span


def current_trace_id() -> str:
    """32 hexadecimal digits, or an empty text outside a span."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def _export(provider: TracerProvider) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
