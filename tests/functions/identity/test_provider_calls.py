"""What a tenant could name as its issuer to reach what is ours, and where browsers are sent."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from functions.identity.provider_calls import (
    LONGEST_ANSWER,
    Ask,
    ask_configured,
    ask_issuer,
    check_page,
)
from functions.identity.rules.refusals import SsoRefused
from shared.kit.errors import Unavailable
from shared.runtime.settings import runtime_settings
from tests.local_servers import Answer, Asked, local_server

ASKS = [pytest.param(ask_issuer, id="issuer"), pytest.param(ask_configured, id="configured")]


@pytest.fixture(autouse=True)
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
        self.body = b"{}"
        self.forms: list[dict[str, list[str]]] = []
        self.tokens: list[str | None] = []


@pytest.fixture
def server() -> Iterator[Server]:
    said = Server()

    def answer(asked: Asked) -> Answer:
        if asked.method == "POST":
            said.forms.append(parse_qs(asked.body.decode()))
        said.tokens.append(asked.headers.get("Authorization"))
        return Answer(said.body, said.status)

    with local_server(answer) as said.url:
        yield said


@pytest.mark.parametrize("environment", ["prod"], indirect=True)
@pytest.mark.parametrize(
    "url",
    [
        *("http://1.1.1.1/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/"),
        *("https://1.1.1.1:8443/", "https://u@1.1.1.1/", "https://2130706433/"),
    ],
)
async def test_beyond_a_local_platform_only_https_to_public_addresses_is_called(url: str) -> None:
    with pytest.raises(SsoRefused, match="the issuer") as refused:
        await ask_issuer(url)
    assert (refused.value.reason, refused.value.http_status) == ("issuer_refused", 422)


async def test_a_local_platform_calls_its_own_machine_and_no_other_network(server: Server) -> None:
    assert await ask_issuer(server.url, token="a") == {}
    assert server.tokens == ["Bearer a"]
    for url in ("http://10.0.0.1/", "https://10.0.0.1/", "http://1.1.1.1/"):
        with pytest.raises(SsoRefused):
            await ask_issuer(url)


@pytest.mark.parametrize("ask", ASKS)
async def test_a_refused_form_is_explained_in_an_object(server: Server, ask: Ask) -> None:
    server.status, server.body = 400, b'{"error": "invalid_grant"}'
    assert await ask(server.url, form={"code": "a"}) == {"error": "invalid_grant"}
    assert server.forms == [{"code": ["a"]}]
    with pytest.raises(Unavailable):
        await ask(server.url)


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize(
    ("status", "body"),
    [(302, b"{}"), (500, b"{}"), (200, b"["), (200, b"[]"), (200, b" " * (LONGEST_ANSWER + 1))],
)
async def test_what_is_no_answer_is_tried_again(
    server: Server, ask: Ask, status: int, body: bytes
) -> None:
    server.status, server.body = status, body
    with pytest.raises(Unavailable, match=r"the (issuer|provider) (must|answers)"):
        await ask(server.url, form={})


@pytest.mark.parametrize("ask", ASKS)
async def test_an_object_of_the_full_length_is_read(server: Server, ask: Ask) -> None:
    whole = {"a": "b" * (LONGEST_ANSWER - len('{"a": ""}'))}
    server.body = json.dumps(whole).encode()
    assert await ask(server.url) == whole


@pytest.mark.parametrize("environment", ["prod"], indirect=True)
@pytest.mark.parametrize(
    "url",
    [
        *("http://1.1.1.1/", "javascript:alert(1)", "//evil.example", "", "https:", "https:///a"),
        *("https://google.example@evil.example/", "https://a.example/\r\nSet-Cookie: a=b"),
        *("https://a.example\\@b.example/", "https://[::1/", "https://a.example/\ud800"),
    ],
)
def test_browsers_are_sent_to_plain_https_addresses_only(url: str) -> None:
    with pytest.raises(SsoRefused):
        check_page(url)


@pytest.mark.parametrize("environment", ["prod"], indirect=True)
def test_browsers_are_sent_to_any_port_of_https() -> None:
    check_page("https://login.example.com:8443/auth?a=b")
