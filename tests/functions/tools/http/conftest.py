"""A service of articles that somebody else runs, and what is called there."""

import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from emulators.books import SECRET, USER, Books
from emulators.books import application as books_application
from emulators.ports import HOST
from functions.tools.http import tokens
from functions.tools.http.call import (
    Auth,
    Bearer,
    Credential,
    HttpOperation,
    Outcome,
    Target,
    call_http,
)

GET = HttpOperation(method="GET", path="/articles/{id}")
CREATE = HttpOperation(method="POST", path="/articles", idempotency_header="Idempotency-Key")
CREDENTIAL = Credential(
    tenant_id="clinic", name="books", version="1", secret=SecretStr(SECRET), user=USER
)


@dataclass
class Service:
    """The service, called as a run calls it."""

    url: str
    books: Books
    http: aiohttp.ClientSession

    async def call(
        self,
        operation: HttpOperation,
        arguments: Mapping[str, Any],
        *,
        auth: Auth | None = None,
        key: str = "inv_1",
        credential: Credential | None = CREDENTIAL,
    ) -> Outcome:
        target = Target(base_url=self.url, hosts=(HOST,), auth=auth or Bearer())
        return await call_http(
            target, operation, arguments, key=key, credential=credential, may_be_loopback=True
        )

    async def fail(self, **faults: int) -> None:
        async with self.http.post(f"{self.url}/faults", json=faults) as answer:
            assert answer.status == 200

    async def count(self) -> int:
        """How many articles there are."""
        headers = {"X-Api-Key": SECRET}
        async with self.http.get(f"{self.url}/articles", headers=headers) as answer:
            return int((await answer.json())["count"])


@pytest.fixture
async def service(tmp_path: Path, http: aiohttp.ClientSession) -> AsyncIterator[Service]:
    """One that nobody has called yet."""
    tokens._tokens.forget()
    books = Books(tmp_path / "books.db")
    runner = web.AppRunner(books_application(books), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    yield Service(f"http://{HOST}:{runner.addresses[0][1]}", books, http)
    await runner.cleanup()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Makes each name have the given addresses, at each asking those of the next group, and each
    number its own; the names that are asked for."""

    def have(*groups: tuple[str, ...]) -> list[str]:
        asked: list[str] = []

        def resolved(host: str, port: int, *_: object, **__: object) -> list[Any]:
            group = groups[min(len(asked), len(groups) - 1)]
            asked.append(host)
            with suppress(ValueError):
                group = (str(ip_address(host)),)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in group]

        monkeypatch.setattr(socket, "getaddrinfo", resolved)
        return asked

    return have
