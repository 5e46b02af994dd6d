"""A relay that really receives, and mail that is sent through it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from emulators.mailbox import SECRET, USER, Mailbox, application
from emulators.ports import HOST
from events.connector_definition import SENDING, ConnectorDefinition
from events.mail import MailSettings
from functions.tools.http.targets import Auth, Basic, Credential
from functions.tools.smtp.send import send_mail
from shared.mail.outcomes import MailOutcome

AT = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
CREDENTIAL = Credential(
    tenant_id="clinic", name="relay", version="1", secret=SecretStr(SECRET), user=USER
)
SETTINGS = MailSettings(from_address="news@clinic.example", recipients=("*@clinic.example",))
MAIL = {"to": ["ada@clinic.example"], "subject": "Tomorrow", "text": "The desk opens at eight."}

Said = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def definition(url: str, host: str, **changed: Any) -> ConnectorDefinition:
    return ConnectorDefinition(
        name="mail",
        kind="smtp",
        url=url,
        hosts=(host,),
        credential="relay",
        operations=(SENDING,),
        mail=SETTINGS,
    ).but(**changed)


@dataclass(frozen=True)
class Relay:
    """A relay, called as a run calls it."""

    connector: ConnectorDefinition
    may_be_loopback: bool = True

    async def send(
        self,
        *,
        auth: Auth | None = None,
        credential: Credential | None = CREDENTIAL,
        **arguments: Any,
    ) -> MailOutcome:
        return await send_mail(
            self.connector,
            {**MAIL, **arguments},
            call_id="inv_1",
            at=AT,
            auth=auth or Basic(),
            credential=credential if self.connector.credential else None,
            may_be_loopback=self.may_be_loopback,
        )

    def but(self, **changed: Any) -> "Relay":
        return replace(self, connector=self.connector.but(**changed))


@dataclass(frozen=True)
class Received(Relay):
    """The relay of the local platform."""

    http: aiohttp.ClientSession | None = None
    about: str = ""

    async def mails(self) -> list[dict[str, Any]]:
        assert self.http is not None
        async with self.http.get(self.about) as answer:
            found: list[dict[str, Any]] = (await answer.json())["items"]
            return found

    async def fail(self, **faults: int) -> None:
        assert self.http is not None
        async with self.http.post(f"{self.about}/faults", json=faults) as answer:
            assert answer.status == 200


@pytest.fixture
async def mailbox(tmp_path: Path, http: aiohttp.ClientSession) -> AsyncIterator[Received]:
    """One that has received nothing yet."""
    box = Mailbox(tmp_path / "mails.db")
    app = web.Application()
    app.add_subapp("/mail", application(box))
    app.cleanup_ctx.append(box.listening)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    about = f"http://{HOST}:{runner.addresses[0][1]}/mail"
    url = f"smtp://{HOST}:{box.port}"
    yield Received(definition(url, HOST), http=http, about=about)
    await runner.cleanup()


@pytest.fixture
async def saying() -> AsyncIterator[Callable[[Said], Awaitable[Relay]]]:
    """Makes a relay that says what the test says."""
    servers: list[asyncio.Server] = []

    async def make(said: Said) -> Relay:
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await said(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        servers.append(await asyncio.start_server(take, HOST, 0))
        port = servers[-1].sockets[0].getsockname()[1]
        return Relay(definition(f"smtp://{HOST}:{port}", HOST, credential=None))

    yield make
    for each in servers:
        each.close()


@pytest.fixture
def leads_to(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[tuple[str, int]]]:
    """Lets every name be a public one, and every connection end at a port of this machine; where
    they would have gone."""

    def at(port: int, *addresses: str) -> list[tuple[str, int]]:
        gone: list[tuple[str, int]] = []

        def named(host: str, to: int, *_: object, **__: object) -> list[Any]:
            found = addresses or ("93.184.215.14",)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, to)) for each in found]

        def here(where: tuple[str, int], timeout: float) -> socket.socket:
            gone.append(where)
            sock = socket.socket()
            sock.settimeout(timeout)
            sock.connect((HOST, port))
            return sock

        monkeypatch.setattr(socket, "getaddrinfo", named)
        monkeypatch.setattr(socket, "create_connection", here)
        return gone

    return at
