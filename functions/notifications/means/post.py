"""One POST to an address that somebody named, once, within ten seconds."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.notifications.rules.delivery import Ended
from functions.notifications.settings import settings
from shared.runtime.guarded_clients import guarded_clients

if TYPE_CHECKING:
    import httpx2

WITHIN_SECONDS = 10.0
CONNECTED_WITHIN_SECONDS = 3.0
_LONGEST_ANSWER = 2_000
# The request did not come through, or is wanted later.
_LATER = (408, 425, 429)


class Answer(NamedTuple):
    """What the other side said: its status, the beginning of its body, and when to try again."""

    status: int
    text: str
    retry_at: datetime | None

    @property
    def ended(self) -> Ended:
        """What became of the message where the other side keeps to HTTP: 2xx took it, 404 and 410
        say that the place is gone, others that it never takes it, or not now."""
        said = f"answered {self.status}"
        if 200 <= self.status < 300:
            return Ended("delivered", said)
        if self.status in (404, 410):
            return Ended("gone", said)
        if self.status in _LATER or self.status >= 500:
            return Ended("not_sent", said, self.retry_at)
        return Ended("refused", said)


async def post(
    url: str, headers: Mapping[str, str], content: bytes, at: datetime
) -> Answer | Ended:
    """The answer, or what became of a message that nobody answered. No redirect is followed, no
    address of our own network is reached. Raises nothing but what ends the task."""
    import httpx2

    from shared.runtime.guarded import AddressRefused

    was_sent = False

    async def note(event: str, _: Any) -> None:
        nonlocal was_sent
        was_sent = was_sent or not event.startswith("connection.")

    client = _clients[settings().is_local].here()
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            request = client.build_request(
                "POST", url, headers=dict(headers), content=content, extensions={"trace": note}
            )
            answer = await client.send(request, stream=True)
            try:
                return Answer(answer.status_code, await _text(answer), _retry_at(answer, at))
            finally:
                await answer.aclose()
    except AddressRefused as error:
        return Ended("refused", f"the address {error}")
    except httpx2.InvalidURL:
        return Ended("refused", "the address cannot be called")
    except (TimeoutError, OSError, httpx2.HTTPError):
        if was_sent:
            return Ended("unknown", "broke off before it had answered")
        return Ended("not_sent", "cannot be reached")


async def _text(answer: "httpx2.Response") -> str:
    body = b""
    async for part in answer.aiter_raw():
        body += part
        if len(body) > _LONGEST_ANSWER:
            break
    return body[:_LONGEST_ANSWER].decode("utf-8", "replace")


def _retry_at(answer: "httpx2.Response", at: datetime) -> datetime | None:
    said = answer.headers.get("retry-after", "")
    if said.isdecimal() and len(said) < 8:
        return at + timedelta(seconds=int(said))
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


_clients = guarded_clients(
    within_seconds=WITHIN_SECONDS, connected_within_seconds=CONNECTED_WITHIN_SECONDS
)
