"""The client of every call to an address that somebody else named.

Whoever may name an address could name one inside our own network. So the guard sits where the
socket opens: the name is resolved once, each address that it has must be one of the public
internet, and the connection goes to one of these, whatever the name means a moment later. TLS and
the Host header keep the name.

Importing this loads the library; callers import it where they call."""

import asyncio
from collections.abc import Iterable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore2
import httpx2

from shared.kit.public_addresses import NotCallable, OutsideUrl
from shared.runtime.certificates import trusted_certificates
from shared.runtime.outside_names import NotOutside, address_of

TIMEOUT_SECONDS = 5.0


class AddressRefused(httpx2.ConnectError):
    """The address may not be called, and nothing was sent. Its text goes on after the subject that
    the caller names, such as "the issuer"."""


def guarded_client(
    *, may_be_loopback: bool = False, timeout: httpx2.Timeout | float = TIMEOUT_SECONDS
) -> httpx2.AsyncClient:
    """A client that reaches port 443 of the public internet only, over TLS. It follows no
    redirects, asks no proxy, keeps no cookies, accepts no compression, and opens a connection for
    each call: one that the other side closed meanwhile would leave the call in doubt.
    `may_be_loopback`: http to this machine is taken too. A call raises AddressRefused."""
    loopback = {"http://": _GuardedTransport(is_loopback=True)} if may_be_loopback else None
    return httpx2.AsyncClient(
        transport=_GuardedTransport(is_loopback=False),
        mounts=loopback,
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        headers={"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "assent"},
    )


class _GuardedTransport(httpx2.AsyncHTTPTransport):
    """Takes addresses of one kind. The base class is not initialised: its own pool would have no
    guard."""

    def __init__(self, *, is_loopback: bool) -> None:
        self._is_loopback = is_loopback
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=trusted_certificates(),
            # The calls of one tenant do not wait for those of another.
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=_GuardedBackend(is_loopback=is_loopback),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            url = OutsideUrl.read(str(request.url), may_be_loopback=self._is_loopback)
        except NotCallable as error:
            raise AddressRefused(str(error)) from error
        if url.is_loopback is not self._is_loopback:
            raise AddressRefused("must be at an https address")
        return await super().handle_async_request(request)


class _GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens the sockets; its parameters are the library's."""

    def __init__(self, *, is_loopback: bool) -> None:
        self._is_loopback = is_loopback
        self._plain = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                address = await address_of(host, port, is_loopback=self._is_loopback)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout("the name server does not answer") from error
        except NotOutside as error:
            raise AddressRefused(str(error)) from error
        except OSError as error:
            raise httpcore2.ConnectError("nobody has the name") from error
        return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused("is at no address that can be called")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
