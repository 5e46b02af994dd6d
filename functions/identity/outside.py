"""Calls to addresses that a tenant named: its issuer's. Whoever names an address could name one of
ours, so each call is made only to a public address, over TLS, and follows no redirect."""

import asyncio
import json
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from functions.identity.rules.refusals import SsoRefused
from shared.kit.errors import Unavailable
from shared.runtime.settings import runtime_settings

TIMEOUT_SECONDS = 5.0
LONGEST_ANSWER = 65_536
_TCP = 6
# Of these, a gateway makes an address of the older kind, which may be anything.
_NAT64 = IPv6Network("64:ff9b::/96")


async def ask(
    method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None
) -> Mapping[str, Any]:
    """The JSON object at the address, in five seconds and 64 KB at most. The name is resolved once,
    and the call goes to what was checked, so a name that changes meanwhile changes nothing. Raises
    SsoRefused for an address that is not public, Unavailable."""
    import httpx

    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            host, address = await _checked(url)
            parts = httpx.URL(url)
            async with (
                httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client,
                client.stream(
                    method,
                    parts.copy_with(host=str(address)),
                    headers={**headers, "Host": parts.netloc.decode()},
                    data=form,
                    extensions={"sni_hostname": host},
                ) as answer,
            ):
                content = b""
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > LONGEST_ANSWER:
                        raise Unavailable("the issuer answers more than 64 KB")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
        raise Unavailable("the issuer does not answer; try again") from error
    if answer.status_code >= 500 or answer.is_redirect:
        raise Unavailable(f"the issuer answers {answer.status_code}, which is no answer here")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unavailable("the issuer answers something else than JSON") from error
    if not isinstance(found, dict):
        raise Unavailable("the issuer answers something else than an object")
    return found


async def _checked(url: str) -> tuple[str, IPv4Address | IPv6Address]:
    """The name in the address, and what it resolves to."""
    check_scheme(url)
    parts = urlsplit(url)
    is_local = runtime_settings().environment == "local"
    if not parts.hostname or parts.username is not None:
        raise SsoRefused("issuer_refused", 422, "an address of the issuer names no host")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(parts.hostname, port, proto=_TCP)
    addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    if not addresses or not all(is_public(each, loopback=is_local) for each in addresses):
        detail = "the issuer must be at a public address of the internet"
        raise SsoRefused("issuer_refused", 422, detail)
    return parts.hostname, addresses[0]


def check_scheme(url: str) -> None:
    """Raises SsoRefused unless the address is https: browsers are sent there, and secrets."""
    schemes = ("https", "http") if runtime_settings().environment == "local" else ("https",)
    if urlsplit(url).scheme not in schemes:
        raise SsoRefused("issuer_refused", 422, "every address of the issuer must be https")


def is_public(address: IPv4Address | IPv6Address, *, loopback: bool = False) -> bool:
    """Whether anybody on the internet has the address. `loopback`: or it is this machine's."""
    if address.is_loopback:
        return loopback
    if isinstance(address, IPv6Address) and (
        address in _NAT64 or address.ipv4_mapped or address.sixtofour or address.teredo
    ):
        return False
    return address.is_global and not address.is_multicast
