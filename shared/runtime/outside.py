"""Calls to addresses that are not ours, for a JSON object.

Whoever may name an address could name one inside our own network. So the name is resolved once,
each address that it has must be one of the public internet, and the call goes to one of these,
whatever the name means a moment later."""

import asyncio
import socket
from collections.abc import Container, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING, Any, Literal

from shared.kit.errors import AssentError
from shared.kit.parsing import parse_json
from shared.kit.public_addresses import NotCallable, OutsideUrl, is_public
from shared.runtime.certificates import trusted_certificates

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 5.0
# A name server that never answers holds a thread for longer than we wait. These are its own, so
# that it stops other calls to the outside at most.
NAME_THREADS = 8


class OutsideRefused(Exception):
    """No object came back. `detail` goes on after the subject that the caller names, such as "the
    issuer". `fault`: the address may not be called, and nothing was sent; or nothing whole came
    back within five seconds, which says nothing of what was done there; or an answer was not
    taken."""

    def __init__(self, fault: Literal["address", "silence", "answer"], detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class OutsideCall:
    """What is sent, and what is taken: an answer of at most `longest` bytes with one of the
    `statuses`."""

    url: str
    longest: int
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    statuses: Container[int] = (200,)


async def call_public(call: OutsideCall, *, may_be_loopback: bool = False) -> Mapping[str, Any]:
    """The JSON object at an address that somebody else named: https at port 443 of the public
    internet. No redirect is followed, no proxy asked, no compressed answer taken, and five seconds
    are all. `may_be_loopback`: http to this machine is taken too. Raises OutsideRefused."""
    try:
        url = OutsideUrl.read(call.url, may_be_loopback=may_be_loopback)
    except NotCallable as error:
        raise OutsideRefused("address", str(error)) from error
    return await _object(call, url)


async def call_configured(call: OutsideCall) -> Mapping[str, Any]:
    """The JSON object at an address of our own configuration, wherever it is, within the same
    bounds of time, size and form. Raises OutsideRefused."""
    return await _object(call, None)


async def _object(call: OutsideCall, checked: OutsideUrl | None) -> Mapping[str, Any]:
    import httpx

    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            content = await _content(call, checked)
    except (TimeoutError, OSError, httpx.HTTPError) as error:
        raise OutsideRefused("silence", "does not answer; try again") from error
    except httpx.InvalidURL as error:
        raise OutsideRefused("address", "is at no address that can be called") from error
    try:
        found = parse_json(content)
    except AssentError as error:
        raise OutsideRefused("answer", "answers something else than JSON") from error
    if not isinstance(found, dict):
        raise OutsideRefused("answer", "answers something else than an object")
    return found


async def _content(call: OutsideCall, checked: OutsideUrl | None) -> bytes:
    import httpx

    headers = {
        **call.headers,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "assent",
    }
    url, extensions = call.url, {}
    if checked is not None:
        url = checked.at(await address_of(checked))
        headers["Host"] = checked.authority
        # The certificate must be the name's, though the call goes to the address.
        extensions = {"sni_hostname": checked.host}
    async with (
        httpx.AsyncClient(
            verify=trusted_certificates(), timeout=TIMEOUT_SECONDS, trust_env=False
        ) as client,
        client.stream(
            call.method, url, headers=headers, data=call.form, extensions=extensions
        ) as answer,
    ):
        return await _bounded(answer, call)


async def address_of(url: OutsideUrl) -> str:
    """The address to call, of all that the host has now. Raises OutsideRefused where one of them
    is not of the public internet, or of this machine for a URL of it, OSError for an unknown
    host."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_name_threads(), _resolved, url.host, url.port)
    addresses = [ip_address(each) for each in found]
    # A name for this machine is called without TLS, and may not mean another one.
    are_right = all(a.is_loopback if url.is_loopback else is_public(a) for a in addresses)
    if not addresses or not are_right:
        raise OutsideRefused("address", "is not at an address of the public internet")
    return _literal(addresses[0])


def _literal(address: Any) -> str:
    return str(address) if isinstance(address, IPv4Address) else f"[{address}]"


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(each[4][0]) for each in found]


async def _bounded(answer: "httpx.Response", call: OutsideCall) -> bytes:
    """The body of a plain and short answer in JSON. Raises OutsideRefused for another one."""
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status_code not in call.statuses:
        detail = f"answers {answer.status_code}, and must answer 200 with application/json"
        raise OutsideRefused("answer", detail)
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise OutsideRefused("answer", "must answer 200 with application/json")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise OutsideRefused("answer", "must answer without compression")
    body = b""
    async for part in answer.aiter_raw():
        body += part
        if len(body) > call.longest:
            raise OutsideRefused("answer", f"answers more than {call.longest} bytes")
    return body


@cache
def _name_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(NAME_THREADS, "names-outside")
