"""What whoever names an address, an operation or an argument could make us call, or send.

Whatever socket a call opens, wherever to, leads to a trap, which must stay empty."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import SecretStr

from emulators.ports import HOST
from functions.tools.http import call
from functions.tools.http.call import (
    Auth,
    Basic,
    Bearer,
    ClientCredentials,
    Credential,
    HttpOperation,
    InHeader,
    Outcome,
    Refused,
    Target,
    call_http,
)
from functions.tools.http.requests import MOST_BODY_BYTES
from shared.runtime.guarded import AddressRefused, guarded_client
from tests.functions.tools.http.conftest import CREDENTIAL, GET

PUBLIC = "93.184.215.14"
BASE = "https://api.example/v1"
POST = HttpOperation(method="POST", path="/articles")


class Trap:
    """Where every connection of this loop ends."""

    def __init__(self) -> None:
        self.called: list[tuple[Any, Any]] = []
        self.connections = 0

    async def take(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.close()


@pytest.fixture
async def trap(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Trap]:
    trap = Trap()
    server = await asyncio.start_server(trap.take, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    connect = loop.create_connection

    async def here(protocol: Any, host: Any, to: Any, **others: Any) -> Any:
        trap.called.append((host, to))
        return await connect(protocol, HOST, port, **others)

    monkeypatch.setattr(loop, "create_connection", here)
    yield trap
    server.close()


@dataclass(frozen=True)
class Attempt:
    """A call, and what the name means when it is asked for."""

    base: str = BASE
    operation: HttpOperation = GET
    arguments: dict[str, Any] = field(default_factory=lambda: {"id": 1})
    addresses: tuple[str, ...] = (PUBLIC,)
    hosts: tuple[str, ...] | None = None
    auth: Auth = field(default_factory=Bearer)
    key: str = "inv_1"
    credential: Credential = CREDENTIAL


def path(text: str, **others: Any) -> Attempt:
    return Attempt(operation=replace(GET, path=text), **others)


def value(each: Any) -> Attempt:
    return Attempt(arguments={"id": each})


def header(name: str) -> Attempt:
    return Attempt(operation=replace(GET, idempotency_header=name))


def secret(text: str, **others: Any) -> Attempt:
    return Attempt(credential=replace(CREDENTIAL, secret=SecretStr(text), **others), auth=Basic())


def token_at(url: str, *hosts: str) -> Attempt:
    return Attempt(auth=ClientCredentials(token_url=url), hosts=("api.example", *hosts))


# What a public name may mean.
ADDRESSES = {
    "loopback": "127.0.0.1",
    "all of loopback": "127.255.255.254",
    "loopback of IPv6": "::1",
    "any": "0.0.0.0",
    "any of IPv6": "::",
    "private 10": "10.0.0.1",
    "private 172": "172.31.255.255",
    "private 192": "192.168.0.1",
    "carrier": "100.64.0.1",
    "link": "169.254.0.1",
    "metadata": "169.254.169.254",
    "metadata of IPv6": "fd20:ce::254",
    "metadata of AWS": "fd00:ec2::254",
    "link of IPv6": "fe80::1",
    "link with a zone": "fe80::1%eth0",
    "site": "fec0::1",
    "unique local": "fd00::1",
    "multicast": "224.0.0.1",
    "multicast of IPv6": "ff02::1",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1",
    "documentation": "192.0.2.1",
    "benchmarks": "198.18.0.1",
    "mapped": "::ffff:127.0.0.1",
    "mapped metadata": "::ffff:169.254.169.254",
    "mapped public": "::ffff:93.184.215.14",
    "compatible": "::127.0.0.1",
    "NAT64": "64:ff9b::a9fe:a9fe",
    "NAT64 of a site": "64:ff9b:1::a9fe:a9fe",
    "6to4": "2002:a9fe:a9fe::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "relays": "192.88.99.1",
    "discard": "100::1",
}

BASES = {
    "http": "http://api.example/v1",
    "file": "file:///etc/passwd",
    "ftp": "ftp://api.example/",
    "gopher": "gopher://api.example/",
    "no scheme": "api.example/v1",
    "relative": "//api.example/v1",
    "port": "https://api.example:8443/v1",
    "port of SSH": "https://api.example:22/v1",
    "port 80": "https://api.example:80/",
    "user": "https://user@api.example/v1",
    "user and more": "https://u:p@api.example/v1",
    "another host behind @": "https://api.example@169.254.169.254/v1",
    "backslash": "https://api.example\\@evil.example/",
    "fragment": "https://api.example/v1#@evil.example",
    "decimal": "https://2130706433/",
    "octal": "https://0177.0.0.1/",
    "hexadecimal": "https://0x7f000001/",
    "short": "https://127.1/",
    "loopback": "https://127.0.0.1/",
    "loopback of IPv6": "https://[::1]/",
    "metadata": "https://169.254.169.254/computeMetadata/v1/",
    "mapped": "https://[::ffff:169.254.169.254]/",
    "zone": "https://[fe80::1%25eth0]/",
    "localhost": "https://localhost/",
    "localhost with a dot": "https://localhost./",
    "one label": "https://metadata/",
    "unicode": "https://äpi.example/",
    "fullwidth digits": "https://１２７.0.0.1/",
    "enclosed letters": "https://ⓔxample.com/",
    "ideographic dot": "https://127。0。0。1/",
    "encoded host": "https://api%2eexample/",
    "line break": "https://api.example/\r\nHost: evil.example",
    "tab": "https://api.exam\tple/",
    "space": "https://api.example/ HTTP/1.1",
    "query": "https://api.example/v1?to=",
    "dots": "https://api.example/v1/../admin",
    "encoded dots": "https://api.example/%2e%2e/admin",
    "long": f"https://api.example/{'a' * 2_000}",
}

ATTEMPTS = {
    **{f"a name for: {what}": Attempt(addresses=(each,)) for what, each in ADDRESSES.items()},
    **{f"base: {what}": Attempt(base=each, hosts=None) for what, each in BASES.items()},
    "one of two addresses is private": Attempt(addresses=(PUBLIC, "10.0.0.1")),
    "no address": Attempt(addresses=()),
    "a host that is not pinned": Attempt(hosts=("other.example",)),
    "a host above the pinned one": Attempt(base="https://example/v1", hosts=("api.example",)),
    "a host below the pinned one": Attempt(base="https://a.api.example/", hosts=("api.example",)),
    # Arguments that would leave their place.
    "slash": value("1/../../admin"),
    "encoded slash": value("1%2f..%2fadmin"),
    "twice encoded slash": value("1%252fadmin"),
    "backslash": value("..\\admin"),
    "encoded backslash": value("%5cadmin"),
    "dots": value(".."),
    "dot": value("."),
    "encoded dots": value("%2e%2E"),
    "twice encoded dots": value("%252e%252e"),
    "dots with a parameter": value("..;a=b"),
    "nothing": value(""),
    "no argument": Attempt(arguments={}),
    "null": value(None),
    "list": value(["a"]),
    "object": value({"a": 1}),
    "true": value(True),
    "absolute": value("https://evil.example/"),
    "another host": value("//evil.example"),
    "at another host": value("@evil.example/"),
    "line break": value("1\r\nX-Admin: yes"),
    "encoded line break": value("1%0d%0aX-Admin: yes"),
    "whole request": value("1 HTTP/1.1\r\n\r\nDELETE /articles/2"),
    "null character": value("1\x00"),
    "encoded null character": value("1%00"),
    "lone surrogate": value("\ud800"),
    "dots of two arguments": path("/{a}{b}/x", arguments={"a": ".", "b": "."}),
    "dots beside an argument": path("/.{a}/x", arguments={"a": "%2e"}),
    "dots of an argument and the path": path("/{a}./x", arguments={"a": "."}),
    "long argument": value("a" * 2_000),
    "object in the query": Attempt(
        operation=replace(GET, path="/a", query=("q",)), arguments={"q": {"a": 1}}
    ),
    "lists in the query": Attempt(
        operation=replace(GET, path="/a", query=("q",)), arguments={"q": [["a"]]}
    ),
    "surrogate in the query": Attempt(
        operation=replace(GET, path="/a", query=("q",)), arguments={"q": "\udfff"}
    ),
    "long query": Attempt(
        operation=replace(GET, path="/a", query=("q",)), arguments={"q": "ü" * 700}
    ),
    "body of GET": Attempt(arguments={"id": 1, "admin": True}),
    "body of DELETE": Attempt(
        operation=replace(GET, method="DELETE"), arguments={"id": 1, "all": True}
    ),
    "long body": Attempt(operation=POST, arguments={"text": "a" * MOST_BODY_BYTES}),
    "surrogate in the body": Attempt(operation=POST, arguments={"text": "\ud800"}),
    "no number": Attempt(operation=POST, arguments={"text": float("nan")}),
    # Operations that a connector should not have been able to pin.
    "method": Attempt(operation=replace(GET, method="CONNECT")),
    "method with a line break": Attempt(operation=replace(GET, method="GET / HTTP/1.1\r\nX: y")),
    "small method": Attempt(operation=replace(GET, method="get")),
    "path: another host": path("//evil.example/{id}"),
    "path: absolute": path("https://evil.example/{id}"),
    "path: at another host": path("@evil.example/{id}"),
    "path: dots": path("/../{id}"),
    "path: encoded dots": path("/%2e%2e/{id}"),
    "path: query": path("/a?x={id}"),
    "path: fragment": path("/a#{id}"),
    "path: line break": path("/a\r\nX: {id}"),
    "path: backslash": path("/\\evil.example/{id}"),
    "path: two slashes within": path("/a//{id}"),
    "path: one argument twice": path("/{id}/{id}"),
    "path: half a place": path("/{id"),
    # Headers.
    **{
        f"header: {each}": header(each)
        for each in (
            *("Host", "Content-Length", "content_length", "Transfer-Encoding", "Connection"),
            *("Cookie", "Proxy-Authorization", "X-Forwarded-For", "X-HTTP-Method-Override"),
            *("", "A B", "A:", "A\r\nB", "Ä", "Authorization", "Expect", "Upgrade"),
        )
    },
    "key with a line break": replace(header("Idempotency-Key"), key="a\r\nX-Admin: yes"),
    "key with a space": replace(header("Idempotency-Key"), key="a b"),
    "no key": replace(header("Idempotency-Key"), key=""),
    "long key": replace(header("Idempotency-Key"), key="a" * 256),
    "credential in Host": Attempt(auth=InHeader(name="Host")),
    "credential in a broken header": Attempt(auth=InHeader(name="X\r\nHost")),
    "credential with a line break": secret("a\r\nX-Admin: yes"),
    "credential that is not ASCII": secret("ü"),
    "no credential": secret(""),
    "user with a colon": secret("a", user="a:b"),
    "user with a line break": secret("a", user="a\r\nb"),
    # Where tokens come from.
    "token: http": token_at("http://api.example/token"),
    "token: metadata": token_at("https://169.254.169.254/token", "169.254.169.254"),
    "token: another host": token_at("https://evil.example/token"),
    "token: private": replace(token_at("https://api.example/token"), addresses=("10.0.0.1",)),
    "token: user": token_at("https://u:p@api.example/token"),
}


async def called(attempt: Attempt, names: Callable[..., list[str]]) -> Outcome:
    names(attempt.addresses)
    named = attempt.base.partition("//")[2].partition("/")[0]
    hosts = (named, named.strip("[]")) if attempt.hosts is None else attempt.hosts
    if attempt.base == BASE and attempt.hosts is None:
        hosts = ("api.example",)
    return await call_http(
        Target(base_url=attempt.base, hosts=hosts, auth=attempt.auth),
        attempt.operation,
        attempt.arguments,
        key=attempt.key,
        credential=attempt.credential,
        may_be_loopback=False,
    )


def test_there_are_enough_attempts() -> None:
    assert len(ATTEMPTS) >= 120


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
async def test_each_attempt_is_refused_and_opens_no_connection(
    trap: Trap, names: Callable[..., list[str]], attempt: Attempt
) -> None:
    outcome = await called(attempt, names)
    assert isinstance(outcome, Refused)
    assert outcome.reason
    assert CREDENTIAL.secret.get_secret_value() not in repr(outcome)
    assert (trap.connections, trap.called) == (0, [])


async def test_the_trap_takes_what_is_not_refused(
    trap: Trap, names: Callable[..., list[str]]
) -> None:
    assert not isinstance(await called(Attempt(), names), Refused)
    assert (trap.connections, trap.called) == (1, [(PUBLIC, 443)])


async def test_a_name_that_means_something_else_a_moment_later_is_asked_for_once(
    trap: Trap, names: Callable[..., list[str]]
) -> None:
    target = Target(base_url=BASE, hosts=("api.example",))
    asked = names((PUBLIC,), ("127.0.0.1",))
    for _ in range(2):
        outcome = await call_http(
            target, GET, {"id": 1}, key="", credential=None, may_be_loopback=False
        )
    # The first call went where it was judged; the second was judged anew.
    assert (trap.called, asked) == ([(PUBLIC, 443)], ["api.example"] * 2)
    assert isinstance(outcome, Refused)


@pytest.mark.parametrize("address", [PUBLIC, "10.0.0.1", "::ffff:127.0.0.1", "169.254.169.254"])
async def test_a_local_platform_calls_http_of_its_machine_only(
    trap: Trap, names: Callable[..., list[str]], address: str
) -> None:
    names((address,))
    target = Target(base_url="http://api.example:5000/", hosts=("api.example",))
    outcome = await call_http(target, GET, {"id": 1}, key="", credential=None, may_be_loopback=True)
    assert isinstance(outcome, Refused)
    assert trap.called == []


async def test_no_proxy_of_the_environment_is_asked(
    trap: Trap, names: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    with call._clients[False].anew():
        await called(Attempt(), names)
    assert trap.called == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    "url",
    [
        *("http://api.example/", "https://api.example:8443/", "https://u:p@api.example/"),
        *("https://127.1/", "https://2130706433/", "https://[::1]/", "https://localhost/"),
        "wss://api.example/",
    ],
)
async def test_whoever_uses_the_client_itself_is_guarded_too(
    trap: Trap, names: Callable[..., list[str]], url: str
) -> None:
    names((PUBLIC,))
    async with guarded_client() as client:
        with pytest.raises(AddressRefused):
            await client.get(url)
        assert trap.called == []


async def test_a_redirect_of_whoever_follows_them_is_guarded_too(
    names: Callable[..., list[str]],
) -> None:
    asked = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, HOST, 0)
    url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}/"
    async with guarded_client(may_be_loopback=True) as client:
        assert (await client.get(url)).status_code == 302
        with pytest.raises(AddressRefused):
            await client.get(url, follow_redirects=True)
    server.close()
    assert len(asked) == 2


async def test_no_local_socket_is_opened() -> None:
    transport: Any = guarded_client()._transport
    with pytest.raises(AddressRefused):
        await transport._pool._network_backend.connect_unix_socket("/run/docker.sock")
