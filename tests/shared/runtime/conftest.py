"""A function's runtime, with an issuer of its own."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import get_tracer_provider

from shared.kit.per_loop import PerLoop
from shared.runtime import auth
from shared.runtime.access_tokens import TokenVerifier
from shared.runtime.settings import runtime_settings
from shared.runtime.tracing import tracer
from tests.shared.runtime.issuer import ISSUER, Issuer, serving


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """The one this process trusts."""
    with serving() as found:
        monkeypatch.setenv("ASSENT_ENVIRONMENT", "local")
        monkeypatch.setenv("ASSENT_ISSUER", ISSUER)
        monkeypatch.setenv("ASSENT_AUDIENCE", "assent")
        monkeypatch.setenv("ASSENT_JWKS_URL", found.url)
        verifiers = PerLoop(lambda: TokenVerifier(runtime_settings()))
        monkeypatch.setattr(auth, "_verifiers", verifiers)
        runtime_settings.cache_clear()
        yield found
        runtime_settings.cache_clear()


@pytest.fixture(scope="session")
def _exporter() -> InMemorySpanExporter:
    tracer()
    provider = get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


@pytest.fixture
def spans(_exporter: InMemorySpanExporter) -> InMemorySpanExporter:
    """What was traced since the test began."""
    _exporter.clear()
    return _exporter
