"""The outermost ASGI wrapper: it answers every request exactly once."""

import logging
import re
import time
import unicodedata
from collections import Counter
from datetime import datetime
from urllib.parse import unquote_to_bytes

from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kit import clock
from shared.kit.errors import AddressTooLong, MalformedRequest, PayloadTooLarge
from shared.kit.operations import start_counting
from shared.kit.parsing import whole_number_in
from shared.runtime import logs
from shared.runtime.cold_start import end_cold_start
from shared.runtime.problems import as_assent_error, problem_response
from shared.runtime.tracing import current_trace_id, request_span

MAX_BODY_BYTES = 1_000_000
LONGEST_ADDRESS = 8_192
RECEIVED_AT = "assent.received_at"
_ALSO_SAID = "assent.also_said"
# Every header that a function reads to decide by it, or passes on to another.
HEADERS_READ = frozenset(
    {
        *("authorization", "content-encoding", "content-length", "content-type"),
        *("idempotency-key", "if-none-match", "traceparent"),
        *("cookie", "origin", "sec-fetch-site", "x-forwarded-for"),
        *("anthropic-beta", "anthropic-version", "x-api-key"),
        *("accept", "last-event-id"),
    }
)
# The call would use one of two and ignore the other.
_SENT_ONCE = (
    *("authorization", "content-encoding", "content-type", "idempotency-key"),
    *("anthropic-version", "x-api-key"),
)
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_OURS = _CORRELATION, _TIMING, _COST = b"correlation-id", b"server-timing", b"assent-cost"
# No answer is a page: a browser that opens one may run and load nothing.
_ALWAYS_SAID = (
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
)

_log = logging.getLogger("assent.request")


def received_at(scope: Scope) -> datetime:
    """The time at the entry of this request, which every decision in the request uses."""
    moment: datetime = scope[RECEIVED_AT]
    return moment


def say(scope: Scope, name: str, value: str) -> None:
    """Adds a header to the answer of this request, whatever the answer is."""
    scope[_ALSO_SAID].append((name.encode(), value.encode()))


class Boundary:
    """Wraps `app`. Guarantees: the clock is read first; path and query are at most 8,192 bytes of
    text, the path without control characters; a header that is read has plain ASCII; a body over
    `max_body_bytes` is refused where it is declared, or as it arrives; HEAD is answered as GET is,
    without the body; no exception escapes; every answer carries its cost, and forbids caching
    unless it says otherwise; each request logs one line."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        kind: SpanKind,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self._app = app
        self._kind = kind
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[RECEIVED_AT], scope[_ALSO_SAID] = clock.now(), []
        headers = Headers(scope=scope)
        # Some calls have a secret in their path.
        name = str(logs.redact(f"{scope['method']} {scope['path']}"))
        with request_span(name, headers, self._kind):
            answer = _Answer(scope, send, start_counting())
            logs.correlation_id.set(answer.correlation_id)
            logs.tenant_id.set("")
            try:
                _refuse_address(scope)
                _refuse_beyond_ascii(headers)
                _refuse_repeated(headers)
                limited = _limited(headers, receive, self._max_body_bytes)
                await self._app(_as_get(scope), limited, answer.send)
            except Exception as error:  # noqa: BLE001 - no exception may escape
                await answer.fail(error)
            answer.log(name)
        end_cold_start()


class _Answer:
    """What was answered to one request so far."""

    def __init__(self, scope: Scope, send: Send, counts: Counter[str]) -> None:
        self._scope = scope
        self._send = send
        self._counts = counts
        self._noted = logs.start_noting()
        self._started = time.perf_counter()
        self.status = 0
        self._is_over = False
        self.correlation_id = current_trace_id()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [each for each in message.get("headers", ()) if each[0] not in _OURS]
            said = {name for name, _ in headers}
            headers += [each for each in _ALWAYS_SAID if each[0] not in said]
            headers += self._scope[_ALSO_SAID]
            cost = ", ".join(f"{kind}={n}" for kind, n in sorted(self._counts.items()))
            headers += [
                (_CORRELATION, self.correlation_id.encode()),
                (_TIMING, f"total;dur={self._milliseconds():.1f}".encode()),
                (_COST, cost.encode()),
            ]
            message = {**message, "headers": headers}
        elif self._scope["method"] == "HEAD":
            if self._is_over:
                return
            # A stream that nobody reads ends with its headers.
            self._is_over = True
            message = {**message, "body": b"", "more_body": False}
        await self._send(message)

    async def fail(self, error: Exception) -> None:
        refusal = as_assent_error(error)
        logs.note(code=refusal.code)
        if refusal.http_status >= 500:
            _log.error("the request failed", exc_info=error)
        if self.status:
            # Starlette raises an error again after its own handlers answered it.
            return
        response = problem_response(refusal, self.correlation_id, self._scope["path"])
        await response(self._scope, _nothing, self.send)

    def log(self, name: str) -> None:
        _log.info(
            name,
            extra={
                "fields": {
                    "status": self.status,
                    "milliseconds": round(self._milliseconds(), 1),
                    "operations": dict(self._counts),
                    **self._noted,
                }
            },
        )

    def _milliseconds(self) -> float:
        return (time.perf_counter() - self._started) * 1000


def _refuse_address(scope: Scope) -> None:
    sent = (scope.get("raw_path") or scope["path"].encode()) + b"?" + scope["query_string"]
    if len(sent) > LONGEST_ADDRESS:
        detail = f"path and query are {len(sent)} bytes; at most {LONGEST_ADDRESS} are read"
        raise AddressTooLong(detail)
    if _BROKEN_ESCAPE.search(sent):
        detail = "a % in the address has no two hexadecimal digits after it; write %25 for the sign"
        raise MalformedRequest(detail)
    try:
        unquote_to_bytes(sent).decode()
    except UnicodeDecodeError as error:
        raise MalformedRequest("the address is not UTF-8 where its escapes are read") from error
    # Each parameter of a query is judged for itself.
    if any(unicodedata.category(each) == "Cc" for each in scope["path"]):
        raise MalformedRequest("the path has a control character; leave it out")


def _refuse_beyond_ascii(headers: Headers) -> None:
    for name, value in headers.items():
        is_plain = value.isascii() and value.replace("\t", " ").isprintable()
        if name in HEADERS_READ and not is_plain:
            raise MalformedRequest(f"the header {name} may have printable ASCII only")


def _refuse_repeated(headers: Headers) -> None:
    for name in _SENT_ONCE:
        if len(headers.getlist(name)) > 1:
            raise MalformedRequest(f"the header {name} is sent twice; send it once")


def _as_get(scope: Scope) -> Scope:
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def _limited(headers: Headers, receive: Receive, most: int) -> Receive:
    """Receives at most the allowed bytes of a body. Raises PayloadTooLarge."""
    declared = headers.get("content-length", "0")
    said = whole_number_in(declared)
    if said is None:
        raise MalformedRequest("the header content-length must be a number of bytes, in digits")
    if said > most:
        raise PayloadTooLarge
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise PayloadTooLarge
        return message

    return limited


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
