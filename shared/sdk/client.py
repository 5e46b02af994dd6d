"""The client that waits for each answer."""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from .calls import Call
from .credentials import Credential, Fixed
from .exchange import Outcome, address, is_refused_token, pause, read, sent
from .generated.clients import Resources
from .retrying import Retries

T = TypeVar("T")

# So many answers are kept for their ETag.
MOST_KEPT = 64


class Kept(OrderedDict[str, tuple[str, Any]]):
    """The newest answers that have an ETag, by the token and the address of their call."""

    def find(self, call: Call[Any], token: str) -> tuple[str, Any]:
        """The ETag and the answer that are kept of the call; an empty ETag where none is."""
        return self.get(_place(call, token), ("", None)) if call.has_etag else ("", None)

    def keep(self, call: Call[Any], token: str, outcome: Outcome, answer: Any) -> None:
        """Keeps an answer that has an ETag, and lets the oldest go."""
        if not call.has_etag or not isinstance(outcome, httpx.Response):
            return
        if "etag" not in outcome.headers:
            return
        place = _place(call, token)
        self[place] = (outcome.headers["etag"], answer)
        self.move_to_end(place)
        while len(self) > MOST_KEPT:
            self.popitem(last=False)


def _place(call: Call[Any], token: str) -> str:
    return f"{token} {call.path} {sorted(call.query.items())}"


class Assent(Resources):
    """A client of one platform, with the rights of one key. Threads may share it. Calls are in
    groups: `client.approvals.list()`, `client.runs.get(run_id)`. Each raises `Refused` (by its
    code), `Unreachable` or `Unreadable`; a write is repeated only where the platform answers the
    repeat as it answered before."""

    def __init__(
        self,
        url: str,
        key: str | Credential,
        *,
        timeout: float = 60.0,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = address(url)
        self._credential = Fixed(key) if isinstance(key, str) else key
        self._retries = retries or Retries()
        self._kept = Kept()
        self._http = httpx.Client(base_url=self.url, timeout=timeout, transport=transport)

    def send(self, call: Call[T]) -> T:
        """The answer of a call, which may be one that this version has no method for."""
        attempt, renewed = 0, False
        while True:
            token = self._credential.token()
            etag, known = self._kept.find(call, token)
            outcome = self._outcome(sent(call, token, etag))
            if isinstance(outcome, httpx.Response) and outcome.status_code == 304:
                return known  # type: ignore[no-any-return]
            if is_refused_token(outcome) and not renewed and self._credential.renew(token):
                renewed = True
                continue
            wait = pause(call, attempt, outcome, self._retries, random.random())  # noqa: S311
            if wait is None:
                break
            time.sleep(wait)
            attempt += 1
        answer = read(call, outcome)
        self._kept.keep(call, token, outcome, answer)
        return answer

    def _outcome(self, arguments: dict[str, Any]) -> Outcome:
        try:
            return self._http.request(**arguments)
        except httpx.TransportError as error:
            return error

    def close(self) -> None:
        """Closes its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
