"""Calls to addresses that are not ours, for a JSON object."""

import asyncio
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from shared.kit.errors import AssentError
from shared.kit.parsing import parse_json
from shared.kit.public_addresses import NotCallable, OutsideUrl
from shared.runtime.certificates import trusted_certificates

if TYPE_CHECKING:
    import httpx2

TIMEOUT_SECONDS = 5.0


class OutsideRefused(Exception):
    """No object came back. `detail` goes on after the subject that the caller names, such as "the
    issuer". `fault`: the address may not be called, and nothing was sent; or nothing whole came
    back within five seconds, which says nothing of what was done there; or an answer was not
    taken, whose `status` that is."""

    def __init__(
        self,
        fault: Literal["address", "silence", "answer"],
        detail: str,
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail
        self.status = status


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
    from shared.runtime.guarded import guarded_client

    try:
        OutsideUrl.read(call.url, may_be_loopback=may_be_loopback)
    except NotCallable as error:
        raise OutsideRefused("address", str(error)) from error
    return await _object(call, guarded_client(may_be_loopback=may_be_loopback))


async def call_configured(call: OutsideCall) -> Mapping[str, Any]:
    """The JSON object at an address of our own configuration, wherever it is, within the same
    bounds of time, size and form. Raises OutsideRefused."""
    import httpx2

    return await _object(call, httpx2.AsyncClient(verify=trusted_certificates(), trust_env=False))


async def _object(call: OutsideCall, client: "httpx2.AsyncClient") -> Mapping[str, Any]:
    import httpx2

    from shared.runtime.guarded import AddressRefused

    try:
        async with asyncio.timeout(TIMEOUT_SECONDS), client:
            content = await _content(call, client)
    except AddressRefused as error:
        raise OutsideRefused("address", str(error)) from error
    except (TimeoutError, OSError, httpx2.HTTPError) as error:
        raise OutsideRefused("silence", "does not answer; try again") from error
    except httpx2.InvalidURL as error:
        raise OutsideRefused("address", "is at no address that can be called") from error
    try:
        found = parse_json(content)
    except AssentError as error:
        raise OutsideRefused("answer", "answers something else than JSON") from error
    if not isinstance(found, dict):
        raise OutsideRefused("answer", "answers something else than an object")
    return found


async def _content(call: OutsideCall, client: "httpx2.AsyncClient") -> bytes:
    headers = {
        **call.headers,
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "assent",
    }
    async with client.stream(
        call.method, call.url, headers=headers, data=call.form, timeout=TIMEOUT_SECONDS
    ) as answer:
        return await _bounded(answer, call)


async def _bounded(answer: "httpx2.Response", call: OutsideCall) -> bytes:
    """The body of a plain and short answer in JSON. Raises OutsideRefused for another one."""
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status_code not in call.statuses:
        detail = f"answers {answer.status_code}, and must answer 200 with application/json"
        raise OutsideRefused("answer", detail, answer.status_code)
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
