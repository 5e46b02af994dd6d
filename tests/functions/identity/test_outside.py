"""What a tenant could name as its issuer to reach what is ours."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest

from functions.identity import outside
from functions.identity.rules.refusals import SsoRefused
from shared.kit.errors import Unavailable
from shared.runtime.settings import runtime_settings

PRIVATE = [
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "255.255.255.255", "224.0.0.1", "::", "::1", "fe80::1", "fd00::1", "ff02::1"),
    *("::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::"),
]


@pytest.fixture
def environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "ASSENT_ENVIRONMENT": getattr(request, "param", "local"),
        "ASSENT_ISSUER": "https://assent.test",
        "ASSENT_JWKS_URL": "https://assent.test/.well-known/jwks.json",
    }.items():
        monkeypatch.setenv(name, value)
    runtime_settings.cache_clear()
    yield
    runtime_settings.cache_clear()


class Server:
    """Answers what a test says."""

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = b"{}"
        self.hosts: list[str] = []


@pytest.fixture
def server() -> Iterator[Server]:
    said = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said.hosts.append(self.headers["Host"])
            self.send_response(said.status)
            for name, value in {**said.headers, "Content-Length": str(len(said.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    said.url = f"http://127.0.0.1:{listening.server_port}"
    yield said
    listening.shutdown()
    listening.server_close()


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_everybodys_is_not_public(address: str) -> None:
    assert not outside.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111"])
def test_what_everybody_has_is_public(address: str) -> None:
    assert outside.is_public(ip_address(address))


@pytest.mark.parametrize("environment", ["prod"], indirect=True)
@pytest.mark.parametrize("url", ["http://1.1.1.1/", "https://127.0.0.1:9/", "https://[::1]:9/"])
@pytest.mark.usefixtures("environment")
async def test_beyond_a_local_platform_only_https_to_public_addresses_is_called(url: str) -> None:
    with pytest.raises(SsoRefused):
        await outside.ask("GET", url, {}, None)


@pytest.mark.usefixtures("environment")
async def test_one_address_of_several_that_is_private_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolved(*_: object, **__: object) -> list[Any]:
        return [(0, 0, 0, "", (each, 443)) for each in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
    with pytest.raises(SsoRefused):
        await outside.ask("GET", "https://login.example.com/", {}, None)


@pytest.mark.usefixtures("environment")
async def test_the_call_goes_to_the_address_that_was_checked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def resolved(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(0, 0, 0, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
    server.body = b'{"a": 1}'
    port = server.url.rpartition(":")[2]
    answer = await outside.ask("GET", f"http://login.example.com:{port}/", {}, None)
    assert (answer, server.hosts) == ({"a": 1}, [f"login.example.com:{port}"])
    assert asked[0] == "login.example.com"
    # What was connected to is the address itself, so a second answer of a name server is not asked.
    assert set(asked[1:]) <= {"127.0.0.1"}


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (302, {"Location": "http://10.0.0.1/"}, b"{}"),
        (500, {}, b"{}"),
        (200, {}, b"x" * 70_000),
        (200, {}, b"["),
        (200, {}, b"[]"),
        (200, {}, b"[" * 60_000),
    ],
)
async def test_what_is_no_short_object_is_no_answer(
    server: Server, status: int, headers: dict[str, str], body: bytes
) -> None:
    server.status, server.headers, server.body = status, headers, body
    with pytest.raises(Unavailable):
        await outside.ask("GET", server.url, {}, None)
    assert len(server.hosts) == 1


@pytest.mark.parametrize("environment", ["prod"], indirect=True)
@pytest.mark.parametrize("url", ["http://1.1.1.1/", "javascript:alert(1)", "//evil.example", ""])
@pytest.mark.usefixtures("environment")
def test_browsers_are_sent_to_https_only(url: str) -> None:
    with pytest.raises(SsoRefused):
        outside.check_scheme(url)
