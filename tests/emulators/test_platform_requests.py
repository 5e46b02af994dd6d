"""The one port and each function's own URL, in front of real processes."""

import json
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from emulators.gateway.ingress import MOST_AT_ONCE
from emulators.ports import port_of
from emulators.running import RunningPlatform
from shared.kit.instants import parse_instant

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-platform")]


def _health(platform: RunningPlatform) -> dict[str, dict[str, str]]:
    return {found["name"]: found for found in platform.client.health()["functions"]}


def test_a_request_is_carried_as_it_is(platform: RunningPlatform) -> None:
    answer = platform.client.http.put(
        "/v1/notes/a%2Fb?x=1&x=%20",
        content=b'{"status": 207}',
        headers={"X-Mine": "yes", "Connection": "X-Hop", "X-Hop": "1", "X-Forwarded-For": "evil"},
    )
    echo = answer.json()
    assert answer.status_code == 207
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert (echo["method"], echo["query"], echo["size"]) == ("PUT", "x=1&x=%20", 15)
    assert echo["headers"]["x-mine"] == "yes"
    assert echo["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert "x-hop" not in echo["headers"]


def test_a_head_request_has_the_length_of_the_answer_and_no_body(platform: RunningPlatform) -> None:
    answer = platform.client.http.head("/v1/notes")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 0
    assert answer.content == b""


def test_a_large_body_arrives_whole(platform: RunningPlatform) -> None:
    answer = platform.client.http.post("/v1/notes", content=b"x" * 10_000_000)
    assert answer.json()["size"] == 10_000_000


def test_a_path_without_a_function_is_a_problem(platform: RunningPlatform) -> None:
    answer = platform.client.http.get("/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_a_route_matches_whole_segments_only(platform: RunningPlatform) -> None:
    get = platform.client.http.get
    assert get("/v1/notes").status_code == get("/v1/notes/1/2").status_code == 200
    assert get("/v1/exact").status_code == 200
    assert get("/v1/notesX").status_code == get("/v1/exact/1").status_code == 404


def test_a_function_is_reached_at_its_own_url_too(platform: RunningPlatform) -> None:
    url = _health(platform)["notes"]["url"]
    assert httpx.get(f"{url}/anything").json()["path"] == "/anything"


def test_the_process_starts_with_the_first_request(platform: RunningPlatform) -> None:
    platform.client.kill("notes")
    assert _health(platform)["notes"]["state"] == "cold"
    platform.client.http.get("/v1/notes")
    assert _health(platform)["notes"]["state"] == "warm"


def test_a_killed_function_is_started_again_by_the_next_request(platform: RunningPlatform) -> None:
    before = platform.client.http.get("/v1/notes").json()["pid"]
    assert "notes" in platform.client.kill("notes")
    after = platform.client.http.get("/v1/notes").json()["pid"]
    assert before != after


def test_a_worker_that_dies_by_itself_is_replaced(platform: RunningPlatform) -> None:
    before = platform.client.http.get("/v1/notes").json()["pid"]
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while platform.client.http.get("/v1/notes").status_code != 200:
        assert time.monotonic() < deadline
    assert platform.client.http.get("/v1/notes").json()["pid"] != before


def test_a_request_longer_than_the_manifest_allows_is_a_504(platform: RunningPlatform) -> None:
    answer = platform.client.http.post("/v1/notes", json={"sleep": 6})
    assert answer.status_code == 504
    assert answer.json()["code"] == "timeout"


def test_more_requests_than_an_instance_takes_at_once_wait_for_room(
    platform: RunningPlatform,
) -> None:
    def durations(_: int) -> float:
        began = time.monotonic()
        answer = platform.client.http.post("/v1/notes", json={"sleep": 1.0})
        assert answer.status_code == 200
        return time.monotonic() - began

    platform.client.http.get("/v1/notes")
    with ThreadPoolExecutor(MOST_AT_ONCE + 4) as pool:
        slowest = max(pool.map(durations, range(MOST_AT_ONCE + 4)))
    assert slowest >= 1.5


def test_a_pause_longer_than_the_servers_keep_alive_fails_nothing(
    platform: RunningPlatform,
) -> None:
    for pause in (1.4, 1.9, 2.1):
        assert platform.client.http.post("/v1/notes", json={}).status_code == 200
        time.sleep(pause)
    assert platform.client.http.post("/v1/notes", json={}).status_code == 200


def _have_the_schedule_of_each_minute_run(platform: RunningPlatform) -> None:
    """Its next run, a request that nobody here sends, is then most of a minute away."""
    platform.client.advance(61 - parse_instant(platform.client.now()).second)


def test_operations_count_requests_instance_time_and_what_functions_say(
    platform: RunningPlatform,
) -> None:
    _have_the_schedule_of_each_minute_run(platform)
    platform.client.reset_operations()
    platform.client.http.post("/v1/notes", json={"sleep": 0.15, "publish": [{"id": "count-1"}]})
    platform.client.wait_until_idle()
    counted = platform.client.operations()
    api = counted["functions"]["notes"]["operations"]
    reactions = counted["functions"]["notes-reactions"]["operations"]
    assert (api["requests"], api["pubsub-messages"]) == (1, 1)
    assert api["instance-milliseconds"] % 100 == 0
    assert api["instance-milliseconds"] >= 200
    assert (reactions["requests"], reactions["pubsub-deliveries"]) == (1, 1)
    assert reactions["pubsub-bytes"] == 1000
    assert counted["operations"]["requests"]["count"] == 2
    assert counted["usd"] > 0
    assert counted["unpriced"] == []
    platform.client.reset_operations()
    assert platform.client.operations()["operations"] == {}


def _raw(platform: RunningPlatform, request: bytes) -> bytes:
    host = platform.url.removeprefix("http://").encode()
    with socket.create_connection(("127.0.0.1", port_of(platform.url))) as connection:
        head = request + b"Host: HOST\r\nConnection: close\r\n\r\n"
        connection.sendall(head.replace(b"HOST", host))
        parts = iter(lambda: connection.recv(65536), b"")
        return b"".join(parts)


def test_the_absolute_form_of_a_target_is_understood(platform: RunningPlatform) -> None:
    answer = _raw(platform, b"GET http://HOST/v1/notes/a?b=1 HTTP/1.1\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"path":"/v1/notes/a","query":"b=1"' in answer


@pytest.mark.parametrize(
    ("request_lines", "said"),
    [
        (b"GET ftp://HOST/v1/notes HTTP/1.1\r\n", "cannot be carried"),
        (b"GET http://[::1 HTTP/1.1\r\n", "no HTTP request"),
        (b"GET /v1/notes HTTP/1.1\r\nX-A: \xff\r\n", "cannot be carried"),
        (b"GET /v1/notes/\xc3\xa9 HTTP/1.1\r\n", "no HTTP request"),
        (b"GET /v1/notes/\x01 HTTP/1.1\r\n", "no HTTP request"),
        (b"GET /v1/notes HTTP/9.9\r\n", "no HTTP request"),
        (b"GET /v1/notes\r\n", "cannot be carried"),
        (b"\x16\x03\x01\x00\xa5\r\n", "no method"),
        (b"BREW /v1/notes HTTP/1.1\r\n", "no method"),
        (b"GET /v1/notes HTTP/1.1\r\nX A: 1\r\n", "no HTTP request"),
        (b"POST /v1/notes HTTP/1.1\r\nContent-Length: x\r\n", "no HTTP request"),
        (
            b"POST /v1/notes HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
            "no HTTP request",
        ),
        (b"GET /v1/notes?" + b"a" * 70_000 + b" HTTP/1.1\r\n", "longer than 64 KiB"),
        (b"GET /v1/notes HTTP/1.1\r\nX-A: " + b"a" * 70_000 + b"\r\n", "longer than 64 KiB"),
    ],
)
def test_what_cannot_be_carried_is_a_400(
    platform: RunningPlatform, request_lines: bytes, said: str
) -> None:
    head, _, body = _raw(platform, request_lines).partition(b"\r\n\r\n")
    assert head.partition(b"\r\n")[0].endswith(b" 400 Bad Request")
    assert b"Content-Type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["code"] == "malformed_request"
    assert said in problem["detail"]


def test_a_function_killed_while_it_starts_answers_503_and_starts_again(
    platform: RunningPlatform,
) -> None:
    platform.client.kill("notes")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(platform.client.http.get, "/v1/notes")
        while _health(platform)["notes"]["state"] == "cold":
            time.sleep(0.005)
        platform.client.kill("notes")
        assert waiting.result().status_code == 503
    assert platform.client.http.get("/v1/notes").status_code == 200


def test_health_names_every_emulator(platform: RunningPlatform) -> None:
    health = platform.client.health()
    assert health["status"] == "ok"
    names = {"firestore", "pubsub", "cloud_tasks", "secret_manager"}
    assert health["emulators"] == dict.fromkeys(names, "ok")
