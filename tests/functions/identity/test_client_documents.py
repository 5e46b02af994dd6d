"""Which addresses of strangers are read, and how far."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from functions.identity import client_documents, settings
from functions.identity.client_documents import (
    LONGEST_ANSWER,
    checked_address,
    client_document,
)
from functions.identity.rules.client import ClientDocument, check_client_id
from functions.identity.rules.refusals import ClientRefused
from shared.kit.errors import AssentError

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1"),
        # Private addresses in the dress of others.
        *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
    ],
)
def test_an_address_inside_is_never_called(address: str) -> None:
    for found in ([address], [PUBLIC, address], [address, PUBLIC]):
        with pytest.raises(ClientRefused, match="public internet"):
            checked_address(found, is_loopback=False)


def test_an_address_of_the_public_internet_is_called_and_no_name_is_looked_up_again() -> None:
    assert checked_address([PUBLIC, "2606:2800:21f::1"], is_loopback=False) == PUBLIC
    with pytest.raises(ClientRefused):
        checked_address([], is_loopback=False)
    with pytest.raises(ClientRefused):
        checked_address(["127.0.0.1", PUBLIC], is_loopback=True)


@pytest.mark.parametrize(
    "client_id",
    [
        *("", "app", "http://app.example/c.json", "ftp://app.example/c", "https://app.example"),
        *("https://app.example/", "https://app.example/c?x=1", "https://app.example/c#x"),
        *("https://u@app.example/c", "https://u:p@app.example/c", "https://app.example:8443/c"),
        *("https://app.example/../c", "https://app.example/a/./c", "https://app.example/%2E%2e/c"),
        *("https://app.example\\@evil/c", "https://App.example/c", "https://äpp.example/c"),
        *("https://app.example/c d", "https://app.example/\n", "https:///c", "https://[/c"),
        *("https://app.example/c?", f"https://app.example/{'c' * 300}"),
        *("http://127.0.0.1:80/c", "http://localhost/c", "http://[::1]/c"),
    ],
)
def test_what_is_no_address_of_a_client_is_refused(client_id: str) -> None:
    with pytest.raises(ClientRefused, match="client_id must be the address"):
        check_client_id(client_id, may_be_loopback=False)


def test_a_local_platform_takes_clients_of_this_machine_and_no_other() -> None:
    assert check_client_id("http://127.0.0.1:80/c", may_be_loopback=True).port == 80
    assert check_client_id("https://app.example/c", may_be_loopback=True).path == "/c"
    for other in ("http://app.example/c", "http://127.0.0.1.evil.example/c", "http://127.0.0.2/c"):
        with pytest.raises(ClientRefused):
            check_client_id(other, may_be_loopback=True)


ID = "https://app.example/c.json"


@pytest.mark.parametrize(
    ("listed", "asked", "is_taken"),
    [
        ("https://app.example/cb", "https://app.example/cb", True),
        ("https://app.example/cb", "https://app.example/cb/", False),
        ("https://app.example/cb", "https://app.example/cb?x", False),
        ("https://app.example/cb", "https://app.example/CB", False),
        ("https://app.example/cb", "https://app.example:444/cb", False),
        ("https://app.example/cb", "https://app.example/cb#x", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb", True),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:5000/cb", True),
        ("http://[::1]/cb", "http://[::1]:5000/cb", True),
        ("http://localhost/cb", "http://localhost:5000/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000/other", False),
        ("http://127.0.0.1/cb", "http://localhost:5000/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5000@evil.example/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", False),
        ("http://127.0.0.1/cb", "https://127.0.0.1:5000/cb", False),
    ],
)
def test_a_browser_goes_to_exactly_an_address_of_the_document(
    listed: str, asked: str, is_taken: bool
) -> None:
    document = ClientDocument.read(ID, {"client_id": ID, "redirect_uris": [listed]})
    assert document.takes(asked) == is_taken


def test_a_name_is_shown_in_plain_letters_only() -> None:
    content = {"client_id": ID, "redirect_uris": [ID], "client_name": "G\u202egoo\u0430gle" * 20}
    assert ClientDocument.read(ID, content).name == ("Ggoogle" * 20)[:60]


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ASSENT_ISSUER", "https://assent.test")
    monkeypatch.setenv("ASSENT_ENVIRONMENT", "local")
    monkeypatch.setenv("ASSENT_LOOPBACK_CLIENTS", "true")
    settings.settings.cache_clear()
    client_documents._kept.clear()
    yield
    settings.settings.cache_clear()


Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def site(loopback: None) -> Iterator[Any]:
    """Serves what a test says; gives the address of the document."""
    answers: list[Answer] = []
    calls: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            answers[0](self)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/c.json"

    def serve(answer: Answer) -> str:
        answers[:] = [answer]
        return url

    serve.calls = calls  # type: ignore[attr-defined]
    yield serve
    server.shutdown()
    server.server_close()


def sending(
    body: bytes, kind: str = "application/json", status: int = 200, **headers: str
) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


async def test_a_document_is_read_once_in_a_while(site: Any) -> None:
    url = site(sending(b""))
    content = {"client_id": url, "redirect_uris": ["http://127.0.0.1/cb"], "unknown": 1}
    site(sending(json.dumps(content).encode()))
    assert await client_document(url) == await client_document(url)
    assert site.calls == ["/c.json"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (sending(b"{}", status=404), "200 with application/json"),
        (sending(b"", status=302, Location="http://127.0.0.1/c.json"), "200 with application/json"),
        (sending(b"{}", "text/html"), "200 with application/json"),
        (sending(b"{}", Content_Encoding="gzip"), "without compression"),
        (sending(b" " * (LONGEST_ANSWER + 1)), "longer than"),
        (sending(b"[]"), "than an object"),
        (sending(b"{"), "than JSON"),
        (sending(b"[" * 9000), "than JSON"),
        (sending(b"{}"), "not valid"),
    ],
)
async def test_an_answer_that_is_no_short_document_is_refused(
    site: Any, answer: Answer, said: str
) -> None:
    url = site(answer)
    with pytest.raises(ClientRefused, match=said):
        await client_document(url)
    assert len(site.calls) == 1


async def test_a_site_that_answers_drop_by_drop_is_left(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_documents, "TIMEOUT_SECONDS", 0.3)

    def drips(handler: BaseHTTPRequestHandler) -> None:
        import time

        sending(b"")(handler)
        try:
            for _ in range(100):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    with pytest.raises(ClientRefused, match="does not answer"):
        await client_document(site(drips))


async def test_a_name_is_resolved_once_and_what_it_meant_then_is_judged(
    loopback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def inside(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", (each, port)) for each in (PUBLIC, "10.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", inside)
    with pytest.raises(ClientRefused, match="public internet"):
        await client_document("https://app.example/c.json")
    assert asked == ["app.example"]


async def test_nothing_on_this_machine_is_read_outside_a_local_platform(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("ENVIRONMENT", "prod"), ("LOOPBACK_CLIENTS", "false")):
        monkeypatch.setenv("ASSENT_ENVIRONMENT", "local")
        monkeypatch.setenv("ASSENT_LOOPBACK_CLIENTS", "true")
        monkeypatch.setenv(f"ASSENT_{name}", value)
        settings.settings.cache_clear()
        with pytest.raises(AssentError, match="client_id must be the address"):
            await client_document(site(sending(b"{}")))
    assert site.calls == []


async def test_a_proxy_in_the_environment_is_not_asked(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    url = site(sending(b""))
    content = {"client_id": url, "redirect_uris": ["http://127.0.0.1/cb"]}
    site(sending(json.dumps(content).encode()))
    assert (await client_document(url)).client_id == url
