"""What our code logs, as Cloud Logging keeps it."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.types import ASGIApp

from shared.messaging.envelope import Envelope
from shared.runtime.logs import StructuredFormatter

# What Cloud Logging takes out of a JSON line and keeps beside it
# (https://cloud.google.com/logging/docs/structured-logging#special-payload-fields).
_BESIDE = ("severity", "logging.googleapis.com/trace", "logging.googleapis.com/spanId")


@dataclass(frozen=True)
class Logged:
    """Lines written while somebody listened."""

    lines: io.StringIO

    def entries(self, service: str) -> list[dict[str, Any]]:
        """The entries they become when a Cloud Run service wrote them."""
        return [_entry(json.loads(line), service) for line in self.lines.getvalue().splitlines()]


@contextmanager
def listening() -> Iterator[Logged]:
    """Everything this process logs, in the form in which it goes to standard output. An app must
    have been made before: it takes all logging over."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(StructuredFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield Logged(handler.stream)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


async def ask(app: ASGIApp, method: str, path: str, **request: Any) -> httpx.Response:
    """One request to an app in this process."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://function") as client:
        return await client.request(method, path, **request)


def event(type: str, source: str) -> Envelope:
    """An event that has just happened."""
    now = datetime.now(UTC)
    return Envelope(
        id="evt_1",
        type=type,
        source=f"//assent/{source}",
        subject=f"{type.split('.')[1]}/one",
        time=now,
        tenantid="acme",
        correlationid="evt_1",
        causationid="evt_1",
        sequence=1,
        received_at=now,
    )


def _entry(line: dict[str, Any], service: str) -> dict[str, Any]:
    return {
        "severity": line["severity"],
        "resource": {"type": "cloud_run_revision", "labels": {"service_name": service}},
        "jsonPayload": {name: value for name, value in line.items() if name not in _BESIDE},
    }
