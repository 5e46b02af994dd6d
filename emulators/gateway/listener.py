"""An HTTP server on one port of the loopback, over plain calls and answers."""

import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from urllib.parse import urlsplit

from aiohttp import HttpVersion10, HttpVersion11, web
from aiohttp.http_exceptions import BadHttpMethod, LineTooLong
from multidict import CIMultiDict

from emulators.gateway.loopback import check_host
from emulators.gateway.messages import Answer, Call
from emulators.gateway.problems import Misdirected, problem
from emulators.ports import HOST
from shared.kit.errors import AssentError, MalformedRequest, PayloadTooLarge

Handler = Callable[[Call], Awaitable[Answer]]

# Cloud Run's own limit for one HTTP/1 request.
_LARGEST_BODY = 32 * 1024 * 1024
# Longer than any address or header that Cloud Run accepts.
_LONGEST_LINE = 64 * 1024
_VERSIONS = (HttpVersion10, HttpVersion11)
# How long requests in flight may take once the platform stops.
_LAST_WORDS_SECONDS = 0.5
_logger = logging.getLogger(__name__)
# Bytes that are not HTTP are answered 400, without a line on the console.
_malformed = logging.getLogger(f"{__name__}.malformed")
_malformed.disabled = True


class Listener:
    """Serves one handler until it is closed, to callers that name it by a host of the loopback."""

    def __init__(self, runner: web.ServerRunner, port: int) -> None:
        self._runner = runner
        self.url = f"http://{HOST}:{port}"

    @classmethod
    async def open(cls, handler: Handler, listening: socket.socket) -> "Listener":
        """Serves on the given socket."""
        port: int = listening.getsockname()[1]
        server = _Server(
            _answer_with(handler, port),
            access_log=None,
            logger=_malformed,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            # The functions judge how a body is encoded.
            auto_decompress=False,
        )
        runner = web.ServerRunner(server, shutdown_timeout=_LAST_WORDS_SECONDS)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        return cls(runner, port)

    async def close(self) -> None:
        await self._runner.cleanup()


class _Connection(web.RequestHandler):
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to bytes that are no request; it closes the connection."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer that has begun cannot become another")
        failed = AssentError("the local platform failed; see its console")
        answer = _response(problem(_unread(exc) if status == 400 else failed))
        answer.force_close()
        return answer


class _Server(web.Server):
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


def _unread(error: BaseException | None) -> MalformedRequest:
    if isinstance(error, LineTooLong):
        longest = _LONGEST_LINE // 1024
        return MalformedRequest(f"the request line or a header is longer than {longest} KiB")
    if isinstance(error, BadHttpMethod):
        return MalformedRequest("the request line begins with no method that HTTP servers know")
    return MalformedRequest("what was sent is no HTTP request")


def _answer_with(
    handler: Handler, port: int
) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            check_host(_hosts(request), port)
            target = _target(request.raw_path)
        except Misdirected as error:
            return _response(problem(error))
        except ValueError:
            target = None
        is_text = _is_text("".join(request.headers.values()))
        if target is None or not is_text or request.version not in _VERSIONS:
            refusal = MalformedRequest("the request line or a header cannot be carried")
            return _response(problem(refusal))
        body = await _body(request)
        if body is None:
            return _response(problem(PayloadTooLarge("the body is larger than 32 MB")))
        call = Call(request.method, target, tuple(request.headers.items()), body)
        try:
            answered = await handler(call)
            if answered.parts is None:
                return _response(answered)
            return await _streamed(request, answered)
        except AssentError as error:
            return _response(problem(error))
        except Exception:
            _logger.exception("%s %s failed in the platform itself", request.method, call.target)
            return _response(problem(AssentError("the local platform failed; see its console")))

    return answer


def _hosts(request: web.BaseRequest) -> list[str]:
    """The hosts that the request names; the absolute form names one too."""
    hosts = request.headers.getall("Host", [])
    if request.raw_path.startswith("/"):
        return hosts
    return list(dict.fromkeys([*hosts, urlsplit(request.raw_path).netloc]))


def _target(raw: str) -> str | None:
    """The path and the query in printable ASCII, or None where the target has other characters."""
    if not (raw.isascii() and raw.isprintable()):
        return None
    if raw.startswith("/"):
        return raw
    parts = urlsplit(raw)  # RFC 9112, 3.2.2: a server must accept the absolute form too.
    if parts.scheme not in {"http", "https"}:
        return None
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # Bytes that were not UTF-8 arrive as lone surrogates.
        return False
    return True


async def _body(request: web.BaseRequest) -> bytes | None:
    if not request.body_exists:
        return b""
    parts = []
    size = 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > _LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


async def _streamed(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    """Passes the parts on as they come; where the caller has gone, closes them, and answers
    nobody."""
    assert answer.parts is not None
    streamed = web.StreamResponse(status=answer.status, headers=CIMultiDict(answer.headers))
    async with aclosing(answer.parts):
        with suppress(ConnectionError):
            await _passed_on(streamed, request, answer.parts)
    return streamed


async def _passed_on(
    streamed: web.StreamResponse, request: web.BaseRequest, parts: AsyncIterator[bytes]
) -> None:
    await streamed.prepare(request)
    async for part in parts:
        await streamed.write(part)
    await streamed.write_eof()


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, headers=CIMultiDict(answer.headers))
