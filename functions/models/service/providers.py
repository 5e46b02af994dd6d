"""Asks providers over HTTP. Connections are kept, a set for each provider's address."""

import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

from functions.models.aggregates import MODEL_KEY
from functions.models.rules.refusals import ProviderSilent
from functions.models.rules.route import ModelRoute
from functions.models.settings import settings
from shared.kit.per_loop import PerLoop
from shared.kit.public_addresses import NotCallable, OutsideUrl
from shared.runtime.certificates import trusted_certificates
from shared.runtime.outside import OutsideRefused, address_of
from shared.storage.secrets import read_secret

if TYPE_CHECKING:
    import httpx

MOST_ANSWER_BYTES = 8 * 1024 * 1024
CONNECTED_WITHIN_SECONDS = 3.0
# Between two parts of an answer, and to its first: a model may think that long.
NEXT_WITHIN_SECONDS = 240.0
ADDRESS_KEPT_SECONDS = 60.0
PROVIDERS_KEPT = 64
NO_KEY = "none"
_NEVER_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout")


class NeverSent(Exception):
    """The provider was not reached, so nothing was done."""


class BrokenOff(Exception):
    """The provider was asked, and its answer is missing or not whole: it may have cost."""


class _Connections:
    """Those to one provider: `base` is its address, with the number of its host where strangers
    named it."""

    def __init__(self, client: "httpx.AsyncClient", base: str, host: str, sni: str) -> None:
        self.client, self.base, self.host, self.sni = client, base, host, sni
        self.until = time.monotonic() + ADDRESS_KEPT_SECONDS


_known: PerLoop[OrderedDict[str, _Connections]] = PerLoop(OrderedDict)


async def ask(
    route: ModelRoute, path: str, body: bytes, headers: Mapping[str, str]
) -> "httpx.Response":
    """The provider's answer, of which only the head was read; whoever gets it closes it. No
    redirect is followed, and no proxy asked. Raises NeverSent, BrokenOff, Unavailable."""
    import httpx

    found = await _connections(route)
    said = {**headers, **await _credential(route), "Content-Type": "application/json"}
    said |= {"Accept-Encoding": "identity", "User-Agent": "assent"}
    said |= {"Host": found.host} if found.host else {}
    request = found.client.build_request(
        "POST",
        f"{found.base}{path}",
        content=body,
        headers=said,
        extensions={"sni_hostname": found.sni} if found.sni else {},
    )
    try:
        return await found.client.send(request, stream=True)
    except httpx.HTTPError as error:
        if type(error).__name__ in _NEVER_SENT:
            raise NeverSent from error
        raise BrokenOff from error


async def whole(answer: "httpx.Response", most: int = MOST_ANSWER_BYTES) -> bytes:
    """The whole body. Raises BrokenOff for one that is longer, compressed, or not whole."""
    body = bytearray()
    async for part in parts(answer):
        body += part
        if len(body) > most:
            raise BrokenOff
    return bytes(body)


async def parts(answer: "httpx.Response") -> AsyncIterator[bytes]:
    """The body as it comes. Raises BrokenOff."""
    import httpx

    if answer.headers.get("content-encoding", "identity") != "identity":
        raise BrokenOff
    try:
        async for part in answer.aiter_raw():
            yield part
    except httpx.HTTPError as error:
        raise BrokenOff from error


async def _connections(route: ModelRoute) -> _Connections:
    known, base = _known.here(), route.base_url or settings().model_url
    if not base:
        raise NeverSent
    found = known.get(base)
    if found is None or time.monotonic() > found.until:
        before, found = found, await _located(base, is_ours=route.base_url is None)
        if before is not None and before.base == found.base:
            # The same place: its connections are kept.
            before.until = found.until
            await found.client.aclose()
            found = before
        known[base] = found
    known.move_to_end(base)
    while len(known) > PROVIDERS_KEPT:
        known.popitem(last=False)
    return found


async def _located(base: str, *, is_ours: bool) -> _Connections:
    client = _client()
    if is_ours:
        return _Connections(client, base, "", "")
    try:
        url = OutsideUrl.read(base, may_be_loopback=settings().may_be_loopback)
        address = await address_of(url)
    except (NotCallable, OutsideRefused, OSError) as error:
        await client.aclose()
        raise NeverSent from error
    return _Connections(client, url.at(address).rstrip("/"), url.authority, url.host)


def _client() -> "httpx.AsyncClient":
    import httpx

    timeout = httpx.Timeout(NEXT_WITHIN_SECONDS, connect=CONNECTED_WITHIN_SECONDS)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    return httpx.AsyncClient(
        verify=trusted_certificates(), timeout=timeout, limits=limits, trust_env=False
    )


async def _credential(route: ModelRoute) -> Mapping[str, str]:
    """The stack's key, for the stack's own address and for no other."""
    if route.base_url is not None:
        return {}
    key = await read_secret(MODEL_KEY)
    if key == NO_KEY:
        return {}
    if route.provider == "anthropic":
        return {"x-api-key": key}
    return {"Authorization": f"Bearer {key}"}


def silent(route: ModelRoute) -> ProviderSilent:
    """The refusal where nobody answered."""
    return ProviderSilent(f"no provider of {route.name} answered; the call may be repeated")
