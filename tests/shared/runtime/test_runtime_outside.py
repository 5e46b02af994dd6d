"""What a host that a stranger named could answer, or make us call."""

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.runtime import outside
from shared.runtime.outside import OutsideCall, OutsideRefused, call_configured, call_public
from tests.certificates import trusted

PUBLIC = "93.184.215.14"
JSON = b"Content-Type: application/json\r\n"
LONGEST = 1_000


class Site:
    """Answers each request with the bytes that a test says, `pause` seconds between two parts."""

    def __init__(self) -> None:
        self.url = ""
        self.parts: list[bytes] = []
        self.pause = 0.0
        self.requests: list[bytes] = []

    def says(self, body: bytes, headers: bytes = JSON, status: bytes = b"200 OK") -> None:
        self.parts = [b"HTTP/1.1 " + status + b"\r\n" + headers + b"\r\n" + body]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            for part in self.parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(self.pause)
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    said = Site()
    server = await asyncio.start_server(said.answer, "127.0.0.1", 0)
    said.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/c"
    yield said
    server.close()


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Makes every name have these addresses; the names that are asked for."""
    asked: list[str] = []

    def resolved(host: str, port: int, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return asked


async def refusal(url: str, *, may_be_loopback: bool = True) -> OutsideRefused:
    with pytest.raises(OutsideRefused) as refused:
        await call_public(OutsideCall(url=url, longest=LONGEST), may_be_loopback=may_be_loopback)
    return refused.value


async def test_an_object_is_asked_for_plainly(site: Site) -> None:
    site.says(b'{"a": 1}', b"Content-Type: application/jwk-set+json; charset=utf-8\r\n")
    call = OutsideCall(url=site.url, longest=LONGEST, headers={"Authorization": "Bearer a"})
    assert await call_public(call, may_be_loopback=True) == {"a": 1}
    assert await call_configured(call) == {"a": 1}
    for sent in site.requests:
        lines = sent.decode().lower().split("\r\n")
        assert lines[0] == "get /c http/1.1"
        assert {"accept-encoding: identity", "authorization: bearer a"} < set(lines)
        assert [f"host: {site.url[7:-2]}"] == [each for each in lines if each.startswith("host:")]


HUGE = b"X-A: " + b"a" * 200_000 + b"\r\n"
DEEP = b"[" * 900


@pytest.mark.parametrize(
    ("status", "headers", "body", "said"),
    [
        (b"302 Found", JSON + b"Location: http://10.0.0.1/\r\n", b"{}", "answers 302"),
        (b"201 Created", JSON, b"{}", "answers 201"),
        (b"404 Not Found", JSON, b"{}", "answers 404"),
        (b"500 Broken", JSON, b"{}", "answers 500"),
        (b"200 OK", b"", b"{}", "application/json"),
        (b"200 OK", b"Content-Type: text/html\r\n", b"{}", "application/json"),
        (b"200 OK", JSON + b"Content-Encoding: gzip\r\n", gzip.compress(b"{}"), "compression"),
        (b"200 OK", JSON + b"Content-Encoding: gzip\r\n", b"{}", "compression"),
        (
            b"200 OK",
            JSON + b"Content-Encoding: identity\r\nContent-Encoding: gzip\r\n",
            b"{}",
            "compression",
        ),
        (b"200 OK", JSON, gzip.compress(b"{}"), "than JSON"),
        (b"200 OK", JSON, b" " * (LONGEST + 1), "more than 1000 bytes"),
        (b"200 OK", JSON, b"[]", "than an object"),
        (b"200 OK", JSON, b"", "than JSON"),
        (b"200 OK", JSON, b"{", "than JSON"),
        (b"200 OK", JSON, DEEP, "than JSON"),
        (b"200 OK", JSON, b'{"a": 1, "a": 2}', "than JSON"),
        (b"200 OK", JSON, b'{"a": "\\ud800"}', "than JSON"),
        (b"200 OK", JSON, b'{"a": NaN}', "than JSON"),
        (b"200 OK", JSON, '{"a": 1}'.encode("utf-16"), "than JSON"),
    ],
)
@pytest.mark.parametrize("is_configured", [False, True], ids=["public", "configured"])
async def test_what_is_no_short_and_plain_object_is_no_answer(
    site: Site, status: bytes, headers: bytes, body: bytes, said: str, is_configured: bool
) -> None:
    site.says(body, headers, status)
    call = OutsideCall(url=site.url, longest=LONGEST)
    with pytest.raises(OutsideRefused, match=said) as refused:
        await (call_configured(call) if is_configured else call_public(call, may_be_loopback=True))
    assert (refused.value.fault, len(site.requests)) == ("answer", 1)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"hello\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\n" + HUGE + JSON + b"\r\n{}"],
        [b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 500\r\n\r\n{}"],
        [b"HTTP/1.1 200 OK\r\n" + JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
        [b"HTTP/1.1 200 OK\r\n" + JSON + b"Transfer-Encoding: gzip\r\n\r\n{}"],
        [b"HTTP/1.1 200 OK\r\n" + JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"],
    ],
    ids=["nothing", "no HTTP", "a header", "half", "two lengths", "gzip", "no chunk"],
)
async def test_what_is_no_whole_answer_is_silence(site: Site, parts: list[bytes]) -> None:
    site.parts = parts
    assert (await refusal(site.url)).fault == "silence"


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 200 OK\r\n" + JSON + b"\r\n", *[b" "] * 100],
        [bytes([each]) for each in b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}"],
        [b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 100,
    ],
    ids=["body", "header", "hints"],
)
async def test_a_host_that_answers_drop_by_drop_is_left(
    site: Site, monkeypatch: pytest.MonkeyPatch, parts: list[bytes]
) -> None:
    monkeypatch.setattr(outside, "TIMEOUT_SECONDS", 0.3)
    site.parts, site.pause = parts, 0.05
    refused = await refusal(site.url)
    assert (refused.fault, refused.detail) == ("silence", "does not answer; try again")


async def test_a_refusal_is_read_where_it_is_an_answer(site: Site) -> None:
    site.says(b'{"error": "a"}', status=b"400 Bad Request")
    call = OutsideCall(
        url=site.url, longest=LONGEST, method="POST", form={"b": "c"}, statuses=(200, 400)
    )
    assert await call_public(call, may_be_loopback=True) == {"error": "a"}


@pytest.mark.parametrize(
    "addresses",
    [
        [PUBLIC, "10.0.0.1"],
        ["10.0.0.1", PUBLIC],
        [PUBLIC, "::ffff:93.184.215.14"],
        ["2606:4700:4700::1111%eth0"],
        ["127.0.0.1"],
        [],
    ],
)
async def test_one_address_that_is_not_public_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    asked = names(monkeypatch, *addresses)
    refused = await refusal("https://app.example/c")
    assert (refused.fault, asked) == ("address", ["app.example"])
    assert "public internet" in refused.detail


@pytest.mark.parametrize("address", [PUBLIC, "10.0.0.1", "::ffff:127.0.0.1"])
async def test_http_goes_to_this_machine_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    names(monkeypatch, "127.0.0.1", address)
    assert (await refusal("http://app.example/c")).fault == "address"
    assert (await refusal("http://app.example/c", may_be_loopback=False)).fault == "address"


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://[::1]/", "https://[::127.0.0.1]/"])
async def test_numbers_of_this_machine_are_not_called(url: str) -> None:
    assert (await refusal(url)).fault == "address"
    assert (await refusal(url, may_be_loopback=False)).fault == "address"


async def test_a_name_that_nobody_has_is_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert (await refusal("https://app.example/c")).fault == "silence"


async def test_a_proxy_in_the_environment_is_not_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    site.says(b"{}")
    assert await call_public(OutsideCall(url=site.url, longest=2), may_be_loopback=True) == {}


@pytest.fixture
def trusting(tmp_path: Path) -> Iterator[ssl.SSLContext]:
    """Serves the certificate of app.example, which is trusted."""
    with trusted(tmp_path, "app.example") as serving:
        yield serving


async def test_the_address_is_called_and_the_certificate_is_the_names(
    trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site()
    site.says(b"{}")
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0, ssl=trusting)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    connect, called = loop.create_connection, []

    async def here(protocol: Any, host: str, to: int, **others: Any) -> Any:
        called.append((host, to))
        return await connect(protocol, "127.0.0.1", port, **others)

    monkeypatch.setattr(loop, "create_connection", here)
    asked = names(monkeypatch, PUBLIC, "2606:4700:4700::1111")
    assert await call_public(OutsideCall(url="https://app.example/c", longest=LONGEST)) == {}
    assert (asked, called) == (["app.example"], [(PUBLIC, 443)])
    assert b"\r\nHost: app.example\r\n" in site.requests[0]
    assert (await refusal("https://other.example/c")).fault == "silence"
    assert len(site.requests) == 1
    server.close()
