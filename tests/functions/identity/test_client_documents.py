"""Which addresses of strangers are read, and how far."""

import json
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from functions.identity import client_documents, settings
from functions.identity.client_documents import LONGEST_ANSWER, client_document
from functions.identity.rules.client import ClientDocument, check_client_id
from functions.identity.rules.refusals import ClientRefused
from shared.kit.errors import AssentError


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
    check_client_id("http://127.0.0.1:80/c", may_be_loopback=True)
    check_client_id("https://app.example/c", may_be_loopback=True)
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
        (sending(b" " * (LONGEST_ANSWER + 1)), "more than 10000 bytes"),
        (sending(b"[]"), "than an object"),
        (sending(b"{"), "than JSON"),
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


async def test_a_host_that_is_inside_is_refused_and_not_called(
    loopback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inside(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (each, port)) for each in ("93.184.215.14", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    with pytest.raises(ClientRefused, match="public internet"):
        await client_document("https://app.example/c.json")


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
