"""Asks providers over HTTP: the stack's own over kept connections, others by the guarded client."""

from collections.abc import AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING

from functions.models.rules.local_model import LOCAL
from functions.models.rules.refusals import ModelAbsent, ProviderSilent
from functions.models.rules.route import ModelRoute
from functions.models.service.answers import Answer, BrokenOff, NeverSent, NotHere, ProviderRequest
from functions.models.service.language_models import ask_local
from functions.models.settings import settings
from shared.kit.per_loop import PerLoop
from shared.runtime.certificates import trusted_certificates
from shared.runtime.guarded_clients import guarded_clients

if TYPE_CHECKING:
    import httpx2

MOST_ANSWER_BYTES = 8 * 1024 * 1024
CONNECTED_WITHIN_SECONDS = 3.0
# Between two parts of an answer, and to its first: a model may think that long.
NEXT_WITHIN_SECONDS = 240.0
KEPT_CONNECTIONS = 20
# The provider did no work, so another may be asked.
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
# What a provider says of our credential is not about the program's.
OURS = frozenset({401, 403, 407})


async def ask(route: ModelRoute, tenant_id: str, request: ProviderRequest) -> Answer:
    """The provider's answer to a call of the tenant, with only its head read; the caller closes it.
    No redirect is followed, and no proxy asked. Raises NotHere, Busy, NeverSent,
    BrokenOff."""
    import httpx2

    said = {**request.headers, "Content-Type": "application/json"}
    if route.provider == LOCAL:
        return await ask_local(route.model, tenant_id, request._replace(headers=said))
    base = route.base_url or settings().model_url
    if not base:
        raise NeverSent
    client = _client_of(route)
    try:
        url = f"{base}{request.path}"
        sent = client.build_request("POST", url, content=request.body, headers=said)
        return await client.send(sent, stream=True)
    except _never_sent() as error:
        raise NeverSent from error
    except httpx2.HTTPError as error:
        raise BrokenOff from error


async def whole(answer: Answer, most: int = MOST_ANSWER_BYTES) -> bytes:
    """The whole body. Raises BrokenOff for one that is longer, compressed, or not whole."""
    body = bytearray()
    async for part in parts(answer):
        body += part
        if len(body) > most:
            raise BrokenOff
    return bytes(body)


async def parts(answer: Answer) -> AsyncIterator[bytes]:
    """The body as it comes. Raises BrokenOff."""
    import httpx2

    if answer.headers.get("content-encoding", "identity") != "identity":
        raise BrokenOff
    try:
        async for part in answer.aiter_raw():
            yield part
    except httpx2.HTTPError as error:
        raise BrokenOff from error


def _client_of(route: ModelRoute) -> "httpx2.AsyncClient":
    """The stack's own address may be anywhere; one that a tenant named is guarded."""
    if route.base_url is None:
        return _own.here()
    return _others[settings().may_be_loopback].here()


def _never_sent() -> tuple[type[Exception], ...]:
    import httpx2

    # What may not be called is a ConnectError too.
    return httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.InvalidURL


def _own_client() -> "httpx2.AsyncClient":
    import httpx2

    soon = CONNECTED_WITHIN_SECONDS
    return httpx2.AsyncClient(
        verify=trusted_certificates(),
        timeout=httpx2.Timeout(NEXT_WITHIN_SECONDS, connect=soon, pool=soon),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=KEPT_CONNECTIONS),
        trust_env=False,
        # What a provider tells one tenant's call is not said with another's.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        headers={"Accept-Encoding": "identity", "User-Agent": "assent"},
    )


_own = PerLoop(_own_client)
_others = guarded_clients(
    within_seconds=NEXT_WITHIN_SECONDS, connected_within_seconds=CONNECTED_WITHIN_SECONDS
)


def silent(route: ModelRoute) -> ProviderSilent:
    """The refusal where nobody answered."""
    return ProviderSilent(f"no provider of {route.name} answered; the call may be repeated")


def not_here(route: ModelRoute, why: NotHere) -> ModelAbsent:
    """The refusal where the model of this machine is absent, and so is that of each fallback."""
    return ModelAbsent(f"{route.name}: {why} No fallback of the route stands in for it.")
