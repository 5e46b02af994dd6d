"""Calls of other functions, with tokens that `runs` has minted."""

import asyncio
import os
from typing import TYPE_CHECKING

from pydantic import BaseModel

from shared.kit.canonical import canonical_json
from shared.kit.errors import Unavailable
from shared.kit.per_loop import PerLoop
from shared.kit.variables import url_variable
from shared.runtime.certificates import trusted_certificates

if TYPE_CHECKING:
    import httpx


async def post(
    function: str, path: str, body: BaseModel, token: str, *, within_seconds: float
) -> "httpx.Response":
    """What the function answers. Raises Unavailable where it does not, within so many seconds."""
    import httpx

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    content = canonical_json(body.model_dump(mode="json"))
    try:
        async with asyncio.timeout(within_seconds):
            return await _client_of(function).post(path, content=content, headers=headers)
    except (TimeoutError, httpx.HTTPError) as error:
        raise Unavailable(f"{function} does not answer now") from error


def unreadable(function: str, answer: "httpx.Response") -> Unavailable:
    """The refusal of an answer that is not what the function should give."""
    return Unavailable(f"{function} answered {answer.status_code}: {answer.text[:300]}")


def _client_of(function: str) -> "httpx.AsyncClient":
    import httpx

    clients = _clients.here()
    if function not in clients:
        url = os.environ[url_variable(function)]
        clients[function] = httpx.AsyncClient(
            base_url=url, verify=trusted_certificates(), trust_env=False
        )
    return clients[function]


_clients: "PerLoop[dict[str, httpx.AsyncClient]]" = PerLoop(dict)
