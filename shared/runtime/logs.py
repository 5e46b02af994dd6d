"""Structured logs: one JSON object per line for Cloud Logging, without secrets or personal data."""

import json
import logging
import os
import re
import sys
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from opentelemetry import trace

REDACTED = "[redacted]"
LONGEST_MESSAGE = 8000
LONGEST_EXCEPTION = 32_000

tenant_id: ContextVar[str] = ContextVar("tenant_id", default="")
correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
_noted: ContextVar[dict[str, Any] | None] = ContextVar("noted", default=None)

# Each pattern takes time linear in the text, because strangers send some of it: it begins where a
# word begins, and never backtracks (`++`).
_SECRETS = re.compile(
    r"(?<![\w-])eyJ[\w-]{5,}+\.[\w-]++\.[\w-]*+"  # a JWS, whole
    r"|(?<![\w-])[\w-]{0,40}(?i:authorization|token|secret|password|passwd|api[_-]?key)"
    r"[\"']?\s{0,3}[=:]\s{0,3}[\"']?(?i:(?:bearer|basic)\s+)?[^\s\"',;&}]++"
    r"|(?i:\bbearer)\s++[\w.~+/=-]++"
    r"|\b(?:sk|rk|pk|whsec)[_-][\w-]{8,}+"
    # API keys; tokens of sessions; tokens of invitations, which are part of an address.
    r"|\bak_[\w.-]{10,}+|\b(?:ses|ten)_[0-9A-Z]{26}\.[\w.-]{10,}+"
    r"|\bAIza[\w-]{20,}+|\bya29\.[\w.-]{10,}+"  # Google's API keys and access tokens
    r"|-----BEGIN [A-Z ]{1,40}-----.*?(?:-----END [A-Z ]{1,40}-----|\Z)"
    r"|(?<=://)[^\s/@:]{0,200}:[^\s/@]{1,200}@",  # the password in an address
    re.DOTALL,
)
_PERSONAL = re.compile(
    r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++|\+\d[\d ()-]{7,30}\d",
)
_SECRET_NAMES = re.compile(
    r"(?i)^(?:(?:.*[_-])?(?:seed|signature|cookies?|dsn|credentials?)"
    r"|.*(?:authorization|token|secrets?|passwords?|passwd|api[_-]?keys?|(?:private|signing)[_-]?key))$"
)


def start_noting() -> dict[str, Any]:
    """Starts the log line of this request; all code awaited from here may add fields."""
    fields: dict[str, Any] = {}
    _noted.set(fields)
    return fields


def note(**fields: Any) -> None:
    """Adds fields to the one line this request logs at its end; outside a request it does nothing.
    What metrics are made of (infra/observability/metrics.py)."""
    noted = _noted.get()
    if noted is not None:
        noted.update(fields)


def redact(value: Any, name: str = "") -> Any:
    """`value` without secrets and personal data, which are recognised by their form and their
    field's name. The result has JSON's types only; takes time linear in its size."""
    if value is None or isinstance(value, bool):
        return value
    if name and _is_secret(name[:100]):
        return REDACTED
    if isinstance(value, int | float):
        return value
    if isinstance(value, dict):
        return {_redacted_name(str(key)): redact(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(each) for each in value]
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return _PERSONAL.sub(REDACTED, _SECRETS.sub(REDACTED, text))


# There are few field names, and each line repeats them.
@lru_cache(maxsize=1024)
def _redacted_name(name: str) -> str:
    return str(redact(name))


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET_NAMES.match(name) is not None


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
            exception = redact(self.formatException(record.exc_info))
            # The end of a trace names the exception.
            line["exception"] = exception[-LONGEST_EXCEPTION:]
        return json.dumps(line, default=str)


def configure_logging() -> None:
    """Sends every record of this process to standard output in that form. Called once, at start."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(StructuredFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(os.environ.get("ASSENT_LOG_LEVEL", "INFO"))
    for noisy in ("google", "httpx", "httpcore", "httpx2", "httpcore2", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
