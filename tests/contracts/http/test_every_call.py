"""What every public call does with what it does not take, and with a method it does not have."""

import json
import re

import pytest

from emulators.running import RunningPlatform
from shared.runtime.boundary import HEADERS_READ
from tests.contracts.http.calls import (
    BODIES,
    ID,
    LISTS,
    OF_PEOPLE,
    PATHS,
    READS,
    WITH_BODY,
    assert_problem,
    call,
    crossed,
    end,
    parameters_of,
    required_of,
    routes,
    strangers,
    told,
)

pytestmark = pytest.mark.platform

UNUSUAL = ("PATCH", "OPTIONS", "TRACE", "PROPFIND", "REPORT")
JSON_BODY = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def token(running: RunningPlatform) -> str:
    """Somebody who may call everything, and whose tenant has nothing."""
    return strangers(running)


@pytest.mark.by_day(20)
@pytest.mark.parametrize(("method", "path"), [r for r in routes() if r not in WITH_BODY])
def test_an_unknown_parameter_is_422_and_those_that_exist_are_named(
    running: RunningPlatform, token: str, method: str, path: str
) -> None:
    params = {"stauts": "pending", **required_of(method, path)}
    answer = call(running, token, method, path, params=params)
    assert_problem(answer, 422, "invalid")
    (said,) = told(answer.json())
    assert said.startswith("stauts")
    takes = sorted(parameters_of(method, path, "query"))
    assert said.endswith(f"it takes {' and '.join(takes) or 'none'}")


@pytest.mark.by_day(20)
@pytest.mark.parametrize(("method", "path"), OF_PEOPLE)
def test_another_media_type_is_415(
    running: RunningPlatform, token: str, method: str, path: str
) -> None:
    for headers in ({"Content-Type": "text/plain"}, {"Content-Encoding": "gzip"}):
        answer = call(running, token, method, path, content="{}", headers=headers)
        assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.by_day(20)
@pytest.mark.parametrize(("method", "path"), OF_PEOPLE)
def test_a_repeated_key_is_422_in_every_body(
    running: RunningPlatform, token: str, method: str, path: str
) -> None:
    taken = PATHS[path][method.lower()].get("requestBody", {}).get("content", JSON_BODY.values())
    bodies = ['{"note": 1, "note": 2}', '{"a": [{"b": {"c": 1, "c": 1}}]}']
    if path == "/v1/mobile/sync":
        del bodies[1:]  # An item answers for its own keys: tests/mobile_api/api/test_mobile_sync.py
    for media_type in taken:
        for body in bodies:
            headers = {"Content-Type": media_type}
            answer = call(running, token, method, path, content=body, headers=headers)
            assert_problem(answer, 422, "invalid")
            assert "twice" in told(answer.json())[0]


@pytest.mark.by_day(20)
@pytest.mark.parametrize(("method", "path"), routes())
def test_a_header_beyond_ascii_is_400(
    running: RunningPlatform, token: str, method: str, path: str
) -> None:
    names = {"Idempotency-Key", "If-None-Match", *parameters_of(method, path, "header")}
    assert {name.lower() for name in names} <= HEADERS_READ
    for name in names:
        answer = call(running, token, method, path, headers={name.encode(): "é".encode()})
        assert_problem(answer, 400, "malformed_request")


@pytest.mark.by_day(10)
@pytest.mark.parametrize(
    "path", [path for _, path in routes() if "decision_hash" in BODIES.get(end(path), {})]
)
@pytest.mark.parametrize("hash", ["", "0" * 63, "0" * 65, "A" * 64, "g" * 64, "0" * 64 + "\n", 7])
def test_a_malformed_hash_is_422(
    running: RunningPlatform, token: str, path: str, hash: object
) -> None:
    body = {**BODIES[end(path)], "decision_hash": hash}
    answer = call(running, token, "POST", path, json=body)
    assert_problem(answer, 422, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == ["decision_hash"]


@pytest.mark.by_day(20)
@pytest.mark.parametrize("path", READS)
def test_head_answers_where_get_does(running: RunningPlatform, token: str, path: str) -> None:
    get, head = (call(running, token, method, path) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (get.status_code, b"")
    for name in ("Content-Type", "Cache-Control", "ETag"):
        assert head.headers.get(name) == get.headers.get(name), name


@pytest.mark.parametrize(("path", "method"), crossed(sorted(PATHS), UNUSUAL, by_day=1))
def test_a_wrong_method_is_405_and_told_every_method(
    running: RunningPlatform, token: str, path: str, method: str
) -> None:
    # A path that another one covers, as `/v1/agents/import`, takes the methods of both.
    whole = re.sub(r"\{[^}]*\}", ID, path)
    methods = {
        each.upper()
        for known, calls in PATHS.items()
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", known), whole)
        for each in calls
    }
    if method in methods:
        method = next(each for each in ("PUT", "OPTIONS") if each not in methods)
    answer = call(running, token, method, path)
    assert_problem(answer, 405, "method_not_allowed")
    allowed = answer.headers["Allow"].split(", ")
    assert set(allowed) == methods | ({"HEAD"} if "GET" in methods else set())
    assert f"this path takes {', '.join(allowed)}" in answer.text


def test_the_platforms_own_paths_name_their_methods_too(running: RunningPlatform) -> None:
    for path, allowed in (("/openapi.json", "GET, HEAD"), ("/_platform/faults", "POST, DELETE")):
        answer = running.client.http.put(path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


def test_no_list_goes_on_from_another_lists_cursor(running: RunningPlatform, token: str) -> None:
    cursor = call(running, token, "GET", "/v1/skills", params={"limit": 1}).json()["next_cursor"]
    for path in LISTS:
        params = {"cursor": cursor}
        if path == "/v1/skills":
            assert call(running, token, "GET", path, params=params).status_code == 200
            continue
        answer = call(running, token, "GET", path, params=params)
        assert_problem(answer, 422, "invalid")
        assert answer.json()["errors"][0]["field"] == "cursor"


def test_every_kind_of_problem_has_the_type_of_its_code(
    running: RunningPlatform, token: str
) -> None:
    json_headers = {"Content-Type": "application/json"}
    answers = [
        call(running, "none", "GET", "/v1/agents"),
        call(running, token, "GET", "/v1/nothing"),
        call(running, token, "PATCH", "/v1/agents"),
        call(running, token, "GET", "/v1/agents", params={"limit": 0}),
        call(running, token, "GET", f"/v1/agents/{ID}"),
        call(running, token, "POST", "/v1/vetoes", content="no json", headers=json_headers),
        call(running, token, "POST", "/v1/vetoes", content="x" * 1_000_001, headers=json_headers),
        call(running, token, "GET", "/v1/agents", headers={"Content-Type": "é".encode()}),
        running.client.http.get("/v2/nothing"),
    ]
    assert {answer.status_code for answer in answers} == {400, 401, 404, 405, 413, 422}
    for answer in answers:
        problem = json.loads(answer.content)
        assert problem["type"] == f"urn:assent:problem:{problem['code']}"
        assert problem["detail"] != ""
