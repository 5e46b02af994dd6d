"""The request that a call is, before any secret is in it. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from functions.tools.http.targets import (
    WITHOUT_BODY,
    HttpOperation,
    Target,
    is_dots,
    wrong_operation,
    wrong_target,
    wrong_together,
)
from shared.kit.public_addresses import LONGEST_URL, OutsideUrl

MOST_BODY_BYTES = 256 * 1024
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
# Servers and those before them decode a path up to this many times.
_DECODED_TIMES = 3


class NotSendable(Exception):
    """The call cannot be sent. Its text says what is wrong in our words; `detail` holds words of
    others."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.detail = detail


class Prepared(NamedTuple):
    """A request without its credential."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


def prepare(
    target: Target,
    operation: HttpOperation,
    arguments: Mapping[str, Any],
    *,
    key: str,
    may_be_loopback: bool,
) -> Prepared:
    """The request. Raises NotSendable."""
    wrong = (
        wrong_target(target, may_be_loopback=may_be_loopback)
        or wrong_operation(operation)
        or wrong_together(target, operation)
    )
    if wrong is not None:
        raise NotSendable("the connector cannot be called", wrong)
    headers = {"Accept": "application/json"}
    if operation.idempotency_header is not None:
        if _KEY.fullmatch(key) is None:
            raise NotSendable("the key must have 1 to 255 visible characters")
        headers[operation.idempotency_header] = key
    body = _body(operation, arguments)
    if body is not None:
        headers["Content-Type"] = "application/json"
    url = _url(target, operation, arguments, may_be_loopback=may_be_loopback)
    return Prepared(operation.method, url, headers, body)


def _url(
    target: Target, operation: HttpOperation, arguments: Mapping[str, Any], *, may_be_loopback: bool
) -> str:
    base = OutsideUrl.read(target.base_url, may_be_loopback=may_be_loopback)
    path = reduce(
        lambda path, name: path.replace(f"{{{name}}}", _segment(name, arguments)),
        operation.places,
        operation.path,
    )
    if any(is_dots(each) for each in path.split("/")):
        raise NotSendable("the arguments make . or .. of a part of the path")
    query = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name in operation.query
        for value in _values(name, arguments.get(name))
    )
    place = f"{base.target.rstrip('/')}{path}{'?' if query else ''}{query}"
    url = f"{base.scheme}://{base.authority}{place}"
    if len(url) > LONGEST_URL:
        raise NotSendable(f"the address has {len(url)} characters; at most {LONGEST_URL} are sent")
    return url


def _segment(name: str, arguments: Mapping[str, Any]) -> str:
    """The argument as a part of a path: one that no server takes for more, or less, than it is."""
    value = arguments.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotSendable(f"{name}: must be a text or a whole number, because it is in the path")
    text = str(value)
    for _ in range(_DECODED_TIMES):
        if not text or is_dots(text) or {"/", "\\"} & set(text) or not text.isprintable():
            raise NotSendable(
                f"{name}: is in the path, so it must have a character, no slash or line break, "
                "and be neither . nor .."
            )
        text = unquote(text)
    return _quoted(name, str(value))


def _values(name: str, value: Any) -> Iterator[str]:
    """The texts of a query parameter: none where there is no value, several for a list."""
    match value:
        case None:
            return
        case bool():
            yield "true" if value else "false"
        case str():
            _quoted(name, value)
            yield value
        case int() | float():
            yield json.dumps(value)
        case list() if not any(isinstance(each, list | dict | None) for each in value):
            for each in value:
                yield from _values(name, each)
        case _:
            raise NotSendable(
                f"{name}: must be a text, a number or a list of these, because it is in the query"
            )


def _quoted(name: str, text: str) -> str:
    try:
        return quote(text, safe="")
    except UnicodeEncodeError as error:
        raise NotSendable(f"{name}: must be text that can be written in UTF-8") from error


def _body(operation: HttpOperation, arguments: Mapping[str, Any]) -> bytes | None:
    placed = {*operation.places, *operation.query}
    rest = {name: value for name, value in arguments.items() if name not in placed}
    if operation.method in WITHOUT_BODY:
        if rest:
            names = ", ".join(sorted(rest))
            raise NotSendable(f"{operation.method} has no place for an argument", names)
        return None
    try:
        body = json.dumps(rest, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise NotSendable("the arguments cannot be written as JSON") from error
    if len(body) > MOST_BODY_BYTES:
        raise NotSendable(f"the body has {len(body)} bytes; at most {MOST_BODY_BYTES} are sent")
    return body
