"""`assent/counter.add` and `assent/ledger.append`: calls of a server of counters and ledgers."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx

from functions.tools.own.act import Act, Done, NotReached, TargetRefused, Unanswered
from functions.tools.settings import settings
from shared.kit.per_loop import PerLoop
from shared.runtime.certificates import trusted_certificates

CONNECTED_WITHIN_SECONDS, ANSWERED_WITHIN_SECONDS = 2.0, 8.0
_REFUSED = range(400, 500)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


async def add(act: Act) -> Done:
    """Adds to a counter; the invocation is the key, so that however often it comes, it counts once.
    Raises as `_post`."""
    body = {"key": act.invocation.invocation_id, "amount": act.arguments["amount"]}
    place = _place(act, "counters", act.arguments["counter"])
    return Done(await _post(f"{place}/additions", body))


async def append(act: Act) -> Done:
    """Appends a line to a ledger: twice where it is called twice. Raises as `_post`."""
    place = _place(act, "ledgers", act.arguments["ledger"])
    return Done(await _post(f"{place}/lines", {"line": act.arguments["line"]}))


async def _post(path: str, body: Any) -> Any:
    """The answer. Raises NotReached where nothing was sent, TargetRefused where the server said no,
    Unanswered otherwise."""
    url = settings().targets_url
    if not url:
        raise TargetRefused("there is no server of counters and ledgers here")
    try:
        async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
            answer = await _clients.here().post(f"{url}{path}", json=body)
    except _NEVER_SENT as error:
        raise NotReached("the server could not be reached") from error
    except (httpx.HTTPError, TimeoutError) as error:
        raise Unanswered("the server did not answer") from error
    if answer.status_code in _REFUSED:
        raise TargetRefused(f"the server refused it ({answer.status_code})")
    try:
        answer.raise_for_status()
        return answer.json()
    except (httpx.HTTPStatusError, ValueError) as error:
        raise Unanswered(f"the server failed ({answer.status_code})") from error


def _place(act: Act, kind: str, name: str) -> str:
    return f"/tenants/{quote(act.tenant_id, safe='')}/{kind}/{quote(name, safe='')}"


def _made() -> httpx.AsyncClient:
    timeout = httpx.Timeout(ANSWERED_WITHIN_SECONDS, connect=CONNECTED_WITHIN_SECONDS)
    return httpx.AsyncClient(verify=trusted_certificates(), timeout=timeout, trust_env=False)


_clients = PerLoop(_made)
