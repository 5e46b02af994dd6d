"""Calls of a service that somebody else runs, which answers, fails and falls silent."""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from emulators.books import SECRET, TOKEN_SECONDS
from emulators.ports import HOST, free_port
from functions.tools.http import call as http_call
from functions.tools.http import tokens
from functions.tools.http.call import (
    Answered,
    Auth,
    Basic,
    Bearer,
    ClientCredentials,
    HttpOperation,
    InHeader,
    NeverSent,
    Refused,
    Target,
    Unknown,
    call_http,
)
from tests.certificates import trusted
from tests.functions.tools.http.conftest import CREATE, CREDENTIAL, GET, Service

ECHO = HttpOperation(method="POST", path="/echo/{id}", query=("q",))


def oauth(service: Service, **fields: Any) -> ClientCredentials:
    return ClientCredentials(token_url=f"{service.url}/token", **fields)


async def test_arguments_go_into_path_query_and_body(service: Service) -> None:
    said = {"id": "a b%?#ü;=&", "q": ["x&y", 1, True, 1.5], "title": "ü"}
    outcome = await service.call(ECHO, said)
    assert isinstance(outcome, Answered)
    assert isinstance(outcome.value, dict)
    assert outcome.value["target"] == (
        "/echo/a%20b%25%3F%23%C3%BC%3B%3D%26?q=x%26y&q=1&q=true&q=1.5"
    )
    assert outcome.value["body"] == '{"title": "ü"}'
    headers = outcome.value["headers"]
    assert isinstance(headers, dict)
    assert (headers["content-type"], headers["accept-encoding"]) == ("application/json", "identity")


@pytest.mark.parametrize("auth", [Bearer(), InHeader(name="X-Api-Key"), Basic()])
async def test_each_way_of_showing_a_credential_opens_the_service(
    service: Service, auth: Auth
) -> None:
    outcome = await service.call(CREATE, {"title": "a"}, auth=auth)
    assert isinstance(outcome, Answered)
    assert (outcome.means, outcome.status) == ("done", 201)


@pytest.mark.parametrize("client_in", ["header", "body"])
async def test_an_access_token_is_kept_for_its_version_of_the_credential(
    service: Service, client_in: Any
) -> None:
    auth = oauth(service, client_in=client_in)
    calls = [service.call(CREATE, {"title": "a"}, auth=auth) for _ in range(8)]
    assert [each.means for each in await asyncio.gather(*calls) if isinstance(each, Answered)] == [
        "done"
    ] * 8
    assert service.books.tokens_given == 1
    for other in (replace(CREDENTIAL, version="2"), replace(CREDENTIAL, tenant_id="another")):
        await service.call(CREATE, {"title": "a"}, auth=auth, credential=other)
    assert service.books.tokens_given == 3


async def test_a_token_is_asked_for_anew_shortly_before_it_ends(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = oauth(service)
    await service.call(GET, {"id": 1}, auth=auth)
    now = time.monotonic()
    for passed, given in ((TOKEN_SECONDS - 40, 1), (TOKEN_SECONDS - 29, 2)):
        monkeypatch.setattr(tokens, "monotonic", lambda passed=passed: now + passed)
        await service.call(GET, {"id": 1}, auth=auth)
        assert service.books.tokens_given == given


async def test_a_kept_token_that_is_refused_is_replaced_once(service: Service) -> None:
    auth = oauth(service)
    await service.call(CREATE, {"title": "a"}, auth=auth)
    await service.fail(expire=1)
    outcome = await service.call(CREATE, {"title": "a"}, auth=auth, key="inv_2")
    assert isinstance(outcome, Answered)
    assert (outcome.means, service.books.tokens_given, await service.count()) == ("done", 2, 2)
    # A new token that is refused is no reason for another one.
    outcome = await service.call(
        replace(CREATE, path="/articles/{id}/none"), {"id": 1}, auth=oauth(service, scope="b")
    )
    assert isinstance(outcome, Answered)
    assert outcome.status == 404
    assert service.books.tokens_given == 3


async def test_a_client_that_the_token_endpoint_refuses_calls_nothing(service: Service) -> None:
    await service.fail(deny=1)
    outcome = await service.call(CREATE, {"title": "a"}, auth=oauth(service))
    assert isinstance(outcome, Refused)
    assert "the token endpoint answers 401" in outcome.reason
    gone = ClientCredentials(token_url=f"http://{HOST}:{free_port()}/token")
    outcome = await service.call(CREATE, {"title": "a"}, auth=gone)
    assert isinstance(outcome, NeverSent)
    away = ClientCredentials(token_url="http://10.0.0.1/token")
    outcome = await service.call(CREATE, {"title": "a"}, auth=away)
    assert isinstance(outcome, Refused)
    assert "10.0.0.1" in (outcome.detail or "")
    assert await service.count() == 0


async def test_the_same_key_acts_once(service: Service) -> None:
    await service.fail(cut=1)
    first = await service.call(CREATE, {"title": "a"})
    second = await service.call(CREATE, {"title": "a"})
    assert isinstance(first, Unknown)
    assert first.status is None
    assert isinstance(second, Answered)
    assert await service.count() == 1


@pytest.mark.parametrize(
    ("fault", "says", "acted"),
    [
        ("refuse", (503, "unclear"), 0),
        ("redirect", (307, "unclear"), 0),
        ("cut", None, 1),
        ("half", None, 1),
        ("huge", 201, 1),
        ("bomb", 201, 1),
        ("media", 201, 1),
    ],
)
async def test_what_is_known_after_a_fault(
    service: Service, fault: str, says: Any, acted: int
) -> None:
    await service.fail(**{fault: 1})
    began = time.process_time()
    outcome = await service.call(CREATE, {"title": "a"})
    # Fifty megabytes were neither read nor unpacked.
    assert time.process_time() - began < 2
    if isinstance(outcome, Answered):
        assert (outcome.status, outcome.means) == says
    else:
        assert isinstance(outcome, Unknown)
        assert outcome.status in (None, says, 200)
        assert (outcome.status is None) is (says is None)
    await service.fail(**{fault: 0})
    assert await service.count() == acted


async def test_a_service_that_hangs_leaves_the_call_in_doubt(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_call, "WITHIN_SECONDS", 0.3)
    await service.fail(hang=1)
    outcome = await service.call(CREATE, {"title": "a"})
    assert isinstance(outcome, Unknown)


async def test_a_call_that_reached_nobody_may_be_tried_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = replace(service, url=f"http://{HOST}:{free_port()}")
    assert isinstance(await nobody.call(CREATE, {"title": "a"}), NeverSent)

    def slow(*_: object, **__: object) -> None:
        time.sleep(0.5)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr(http_call, "WITHIN_SECONDS", 0.1)
    assert isinstance(await service.call(CREATE, {"title": "a"}), NeverSent)


@pytest.mark.parametrize(
    ("status", "means"),
    [
        *((200, "done"), (204, "done"), (301, "unclear"), (304, "unclear"), (400, "refused")),
        *((401, "refused"), (404, "refused"), (408, "unclear"), (409, "refused"), (422, "refused")),
        *((425, "busy"), (429, "busy"), (500, "unclear"), (503, "unclear")),
    ],
)
def test_what_a_status_means(status: int, means: str) -> None:
    assert Answered(status=status).means == means


@pytest.mark.parametrize("auth", [Bearer(), InHeader(name="X-Api-Key"), Basic(), "oauth"])
async def test_nothing_that_is_said_holds_the_credential(
    service: Service, auth: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    auth = oauth(service) if auth == "oauth" else auth
    quoting = {"id": "a", "title": SECRET}
    outcomes = [
        await service.call(ECHO, quoting, auth=auth),
        await service.call(GET, {"id": 0}, auth=auth),
        await service.call(GET, {"id": ""}, auth=auth),
        await service.call(GET, {"id": 1}, auth=auth, credential=None),
        await service.call(
            GET,
            {"id": 1},
            auth=auth,
            credential=replace(CREDENTIAL, secret=SecretStr(f"{SECRET}\r\nX: y")),
        ),
    ]
    said = repr((outcomes, CREDENTIAL, caplog.text, auth))
    assert isinstance(outcomes[0], Answered)
    assert said.count("[credential]") >= 2
    for secret in (SECRET, "YXNzaXN0", "Ym9va3Mtc2VjcmV0", *service.books._tokens):
        assert secret not in said


async def test_cookies_are_not_kept(service: Service) -> None:
    for _ in range(2):
        outcome = await service.call(ECHO, {"id": "a"})
        assert isinstance(outcome, Answered)
        assert isinstance(outcome.value, dict)
        headers = outcome.value["headers"]
        assert isinstance(headers, dict)
        assert "cookie" not in headers


async def test_tls_is_with_the_name_that_the_connector_pins(
    names: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\na")
        writer.close()

    async def call(host: str) -> http_call.Outcome:
        target = Target(base_url=f"https://{host}/v1", hosts=(host,), auth=Bearer())
        return await call_http(
            target, GET, {"id": 1}, key="", credential=CREDENTIAL, may_be_loopback=False
        )

    with trusted(tmp_path, "app.example") as serving:
        assert isinstance(serving, ssl.SSLContext)
        server = await asyncio.start_server(answer, HOST, 0, ssl=serving)
        port = server.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        connect, called = loop.create_connection, []

        async def here(protocol: Any, host: str, to: int, **others: Any) -> Any:
            called.append((host, to))
            return await connect(protocol, HOST, port, **others)

        names(("93.184.215.14",))
        monkeypatch.setattr(loop, "create_connection", here)
        http_call._clients[False].forget()
        assert await call("app.example") == Answered(status=200, value="a")
        assert isinstance(await call("other.example"), NeverSent)
        http_call._clients[False].forget()
        server.close()
    assert called == [("93.184.215.14", 443)] * 2
    assert len(asked) == 1
    assert asked[0].startswith(b"GET /v1/articles/1 HTTP/1.1\r\nHost: app.example\r\n")
