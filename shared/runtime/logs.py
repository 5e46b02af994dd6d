"""Structured logs: one JSON object a line, as Cloud Logging reads it, with nothing in it that is
secret or personal."""

import json
import logging
import os
import re
import sys
from contextvars import ContextVar
from typing import Any

from opentelemetry import trace

REDACTED = "[redacted]"
LONGEST_MESSAGE = 8000

tenant_id: ContextVar[str] = ContextVar("tenant_id", default="")
correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")

_SECRETS = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"  # a JWS, whole
    r"|(?i:bearer)\s+[\w.~+/=-]+"
    r"|\b(?:sk|rk|pk|whsec)_[A-Za-z0-9_]{8,}"
    r"|-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----",
    re.DOTALL,
)
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d[\d ()-]{7,}\d")
_SECRET_NAMES = re.compile(
    r"(?i)^(.*[_-])?(authorization|token|secret|password|seed|signature|api[_-]?key|cookie)$"
)


def redact(value: Any, name: str = "") -> Any:
    """`value` without secrets and personal data, by their shape and by the name they go under."""
    if _SECRET_NAMES.match(name) and value is not None:
        return REDACTED
    if isinstance(value, str):
        return _PERSONAL.sub(REDACTED, _SECRETS.sub(REDACTED, value))
    if isinstance(value, dict):
        return {key: redact(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [redact(each) for each in value]
    return value


class StructuredFormatter(logging.Formatter):
    """Formats a record, its `fields` and its exception as one redacted JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "severity": record.levelname,
            "message": redact(record.getMessage())[:LONGEST_MESSAGE],
            "logger": record.name,
            "tenant_id": tenant_id.get(),
            "correlation_id": correlation_id.get(),
            **redact(getattr(record, "fields", {})),
        }
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            project = os.environ.get("GOOGLE_CLOUD_PROJECT", "")
            line["logging.googleapis.com/trace"] = (
                f"projects/{project}/traces/{context.trace_id:032x}"
            )
            line["logging.googleapis.com/spanId"] = f"{context.span_id:016x}"
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, default=str)


def configure_logging() -> None:
    """Sends every record of this process to standard output in that form; called once, at start."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(StructuredFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(os.environ.get("ASSENT_LOG_LEVEL", "INFO"))
    for noisy in ("google", "httpx", "httpcore", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
