"""No web page controls the platform: neither one whose name resolves to the loopback, nor one that
posts a form to it."""

import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from emulators.gateway.loopback import check_caller, check_host
from emulators.gateway.messages import Call
from emulators.gateway.problems import CrossSite, Misdirected
from emulators.ports import port_of
from emulators.running import RunningPlatform
from shared.kit.errors import UnsupportedMediaType

platform_test = pytest.mark.platform
pytestmark = pytest.mark.xdist_group("emulators-platform")
JSON = "application/json"
TOKEN = b'{"principal": "gala", "tenant": "t"}'


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"])
def test_a_host_of_the_loopback_with_the_port_is_answered(name: str) -> None:
    check_host([f"{name}:8080"], 8080)


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["localhost"],
        ["localhost:80"],
        ["localhost:8081"],
        ["evil.example:8080"],
        ["localhost.evil.example:8080"],
        ["127.0.0.1.nip.io:8080"],
        ["localhost.:8080"],
        ["127.1:8080"],
        ["2130706433:8080"],
        ["0.0.0.0:8080"],
        ["::1:8080"],
        ["[::ffff:127.0.0.1]:8080"],
        ["evil@localhost:8080"],
        ["localhost:8080", "evil.example:8080"],
        ["localhost:8080", "localhost:8080"],
        ["localhost:8080, evil.example"],
        ["localhost: 8080"],
        ["localhost:８０８０"],
    ],
)
def test_any_other_host_is_refused(hosts: list[str]) -> None:
    with pytest.raises(Misdirected, match="localhost:8080"):
        check_host(hosts, 8080)


def _call(body: bytes = b"", headers: Mapping[str, str] | None = None) -> Call:
    pairs = {"Host": "127.0.0.1:8080", **(headers or {})}
    return Call("POST", "/_platform/token", tuple(pairs.items()), body)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://evil.example:8080"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://localhost:3000"},
        {"Origin": "https://localhost:8080"},
        {"Origin": "http://localhost:8080.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_origin_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(CrossSite):
        check_caller(_call(TOKEN, {"Content-Type": JSON, **headers}))
    with pytest.raises(CrossSite):
        check_caller(_call(b"", headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:8080"},
        {"Sec-Fetch-Site": "none"},
    ],
)
@pytest.mark.parametrize("kind", [JSON, f"{JSON}; charset=utf-8", "application/vnd.x+json"])
def test_a_program_and_the_platforms_own_pages_are_answered(
    headers: dict[str, str], kind: str
) -> None:
    check_caller(_call(TOKEN, {"Content-Type": kind, **headers}))
    check_caller(_call(b"", headers))


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/json-patch",
        "application/jsonx",
    ],
)
@pytest.mark.parametrize("body", [b"", TOKEN])
def test_a_body_of_another_media_type_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(UnsupportedMediaType, match="Content-Type: application/json"):
        check_caller(_call(body, {"Content-Type": kind}))


def test_a_body_needs_a_media_type() -> None:
    with pytest.raises(UnsupportedMediaType):
        check_caller(_call(TOKEN))


def _listeners(platform: RunningPlatform) -> list[str]:
    """The platform's port, each deployable's own, and the issuer's."""
    functions = [found["url"] for found in platform.client.health()["functions"]]
    issuer = platform.env["ASSENT_ISSUER"]
    return [platform.url, *functions, issuer]


@platform_test
def test_every_listener_answers_only_to_a_host_of_the_loopback(platform: RunningPlatform) -> None:
    listeners = _listeners(platform)
    assert len(set(listeners)) >= 4
    for url in listeners:
        port = port_of(url)
        with httpx.Client(base_url=url, trust_env=False) as http:
            for host in (f"evil.example:{port}", "evil.example", f"localhost:{port + 1}"):
                answer = http.get("/", headers={"Host": host})
                assert (answer.status_code, answer.json()["code"]) == (421, "misdirected_request")
                assert answer.headers["content-type"] == "application/problem+json"
            for host in (f"localhost:{port}", f"127.0.0.1:{port}"):
                assert http.get("/", headers={"Host": host}).status_code != 421


@platform_test
def test_a_page_reaches_no_function_and_no_call_by_another_name(platform: RunningPlatform) -> None:
    host = {"Host": f"evil.example:{port_of(platform.url)}", "Content-Type": JSON}
    http = platform.client.http
    assert http.post("/_platform/token", content=TOKEN, headers=host).status_code == 421
    assert http.get("/v1/notes", headers=host).status_code == 421
    assert http.get("/openapi.json", headers=host).status_code == 421
    absolute = f"GET http://evil.example/v1/notes HTTP/1.1\r\nHost: {_authority(platform)}\r\n"
    assert _raw(platform, absolute).startswith("HTTP/1.1 421")
    assert _raw(platform, "GET /v1/notes HTTP/1.0\r\n").startswith("HTTP/1.0 421")


@platform_test
@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        ({"Content-Type": JSON, "Origin": "https://evil.example"}, 403, "cross_site"),
        ({"Content-Type": JSON, "Sec-Fetch-Site": "cross-site"}, 403, "cross_site"),
    ],
)
@pytest.mark.parametrize("path", ["token", "clock/advance", "faults", "functions/notes/kill"])
def test_a_page_cannot_post_to_a_control_call(
    platform: RunningPlatform, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    before = platform.client.http.get("/v1/notes").json()["pid"]
    answer = platform.client.http.post(f"/_platform/{path}", content=TOKEN, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "access-control-allow-origin" not in answer.headers
    assert platform.client.http.get("/v1/notes").json()["pid"] == before


@platform_test
def test_everything_that_listens_does_so_on_the_loopback(platform: RunningPlatform) -> None:
    platform.client.http.get("/v1/notes")
    own = psutil.Process()
    listening = {
        connection.laddr.ip
        for process in (own, *own.children(recursive=True))
        for connection in process.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def _authority(platform: RunningPlatform) -> str:
    return urlsplit(platform.url).netloc


def _raw(platform: RunningPlatform, head: str) -> str:
    with socket.create_connection(("127.0.0.1", port_of(platform.url))) as connection:
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()
