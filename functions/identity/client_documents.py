"""Reads the documents of clients, which are at addresses that strangers choose.

Whoever may name an address must not make this function call something inside its own network. So
the name is resolved once, each address that it has must be one of the public internet, and the call
goes to one of those, whatever the name means a moment later."""

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult

from functions.identity.rules.client import ClientDocument, check_client_id
from functions.identity.rules.refusals import ClientRefused
from functions.identity.settings import settings

TIMEOUT_SECONDS = 5.0
LONGEST_ANSWER = 10_000
KEPT_SECONDS = 300.0
MOST_KEPT = 256
# Addresses that stand for one of the older internet, which may be a private one.
_TRANSLATED = tuple(
    map(IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
)

_kept: OrderedDict[str, tuple[float, ClientDocument]] = OrderedDict()


async def client_document(client_id: str) -> ClientDocument:
    """The metadata of the client, as its address answered at most five minutes ago. Raises
    ClientRefused for an address that is none, that is not on the public internet, or that does not
    answer within five seconds with at most 10,000 bytes of a document which names it."""
    parts = check_client_id(client_id, may_be_loopback=settings().may_be_loopback)
    kept = _kept.get(client_id)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    document = ClientDocument.read(client_id, await _fetched(parts))
    _kept[client_id] = time.monotonic(), document
    _kept.move_to_end(client_id)
    if len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)
    return document


def checked_address(found: list[str], *, is_loopback: bool) -> str:
    """The address to call, of all that a name has. Raises ClientRefused where one of them is
    not on the public internet, or, for a client of this machine, not on it."""
    addresses = [ip_address(each.partition("%")[0]) for each in found]
    are_right = all(each.is_loopback if is_loopback else _is_public(each) for each in addresses)
    if not addresses or not are_right:
        raise ClientRefused("client_id must be at an address of the public internet")
    return str(addresses[0])


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    is_translated = isinstance(address, IPv6Address) and any(address in n for n in _TRANSLATED)
    return address.is_global and not address.is_multicast and not is_translated


async def _fetched(parts: SplitResult) -> Mapping[str, Any]:
    import httpx

    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            raw = await _body(parts)
    except (TimeoutError, OSError, httpx.HTTPError) as error:
        raise ClientRefused("the address in client_id does not answer; try again") from error
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ClientRefused("the address in client_id answers something else than JSON") from error
    if not isinstance(content, dict):
        raise ClientRefused("the address in client_id answers something else than an object")
    return content


async def _body(parts: SplitResult) -> bytes:
    import httpx

    host, port = parts.hostname or "", parts.port or 443
    loop = asyncio.get_running_loop()
    resolved = await loop.getaddrinfo(host, port, type=1, proto=6)
    address = checked_address(
        [str(each[4][0]) for each in resolved], is_loopback=parts.scheme == "http"
    )
    # The certificate must be the name's, though the call goes to the address.
    request = httpx.Request(
        "GET",
        httpx.URL(parts.geturl()).copy_with(host=address),
        headers={
            "Host": parts.netloc,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        },
        extensions={
            "sni_hostname": host,
            "timeout": dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_SECONDS),
        },
    )
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        answer = await client.send(request, stream=True)
        try:
            return await _bounded(answer)
        finally:
            await answer.aclose()


async def _bounded(answer: Any) -> bytes:
    """The body of an answer. Raises ClientRefused for anything but a short document."""
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = media_type == "application/json" or media_type.endswith("+json")
    if answer.status_code != 200 or not is_json:
        raise ClientRefused("the address in client_id must answer 200 with application/json")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise ClientRefused("the address in client_id must answer without compression")
    body = b""
    async for part in answer.aiter_raw():
        body += part
        if len(body) > LONGEST_ANSWER:
            raise ClientRefused(f"the client's document is longer than {LONGEST_ANSWER} bytes")
    return body
