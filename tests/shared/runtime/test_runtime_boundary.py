"""Whatever happens inside, the boundary answers, once, and says what it cost."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from opentelemetry.trace import SpanKind
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from emulators.clock import VirtualClock
from shared.kit import errors
from shared.kit.errors import (
    AssentError,
    FieldError,
    Invalid,
    MethodNotAllowed,
    RecordedRefusal,
    TierLimitReached,
    TooManyRequests,
)
from shared.kit.operations import count
from shared.quotas.refusals import FeatureNotInPlan, QuotaExhausted
from shared.runtime.app import create_api
from shared.runtime.boundary import (
    HEADERS_READ,
    LONGEST_ADDRESS,
    MAX_BODY_BYTES,
    Boundary,
    received_at,
)
from tests.shared.runtime.asking import client

router = APIRouter()
RAISED: dict[str, Exception] = {}


class Stored(BaseModel):
    inner_secret_name: int


@router.post("/v1/length")
async def length(request: Request) -> dict[str, int]:
    return {"length": len(await request.body())}


@router.get("/v1/raise/{name}")
async def fail(name: str) -> None:
    raise RAISED[name]


@router.get("/v1/stored")
async def stored() -> None:
    Stored.model_validate({"inner_secret_name": "ana@example.com"})


@router.get("/v1/costs")
async def costs(number: int) -> dict[str, str]:
    for _ in range(number):
        await asyncio.sleep(0)
        count("firestore-reads")
    count("pubsub-messages", 2)
    return {}


@router.get("/v1/when")
async def when(request: Request) -> str:
    await asyncio.sleep(0)
    return received_at(request.scope).isoformat()


@router.get("/v1/kept/{id}")
@router.put("/v1/kept/{id}")
async def kept(id: str) -> dict[str, str]:
    return {"id": id}


@router.delete("/v1/kept/{id}")
async def forget(id: str) -> None:
    raise AssertionError


@router.get("/v1/cached")
async def cached() -> JSONResponse:
    return JSONResponse({}, headers={"Cache-Control": "private, no-cache", "ETag": '"1"'})


@pytest.fixture
async def api() -> AsyncIterator[httpx.AsyncClient]:
    app = create_api(function="things", router=router)
    async with client(app) as asking:
        yield asking


@pytest.fixture
def request_lines() -> Iterator[list[logging.LogRecord]]:
    """Every record of the request log."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    logger, handler = logging.getLogger("assent.request"), Keep()
    logger.addHandler(handler)
    logger.setLevel("INFO")
    yield records
    logger.removeHandler(handler)


def _problem(answer: httpx.Response) -> Any:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {
        *("type", "title", "status", "detail", "code", "correlation_id", "errors")
    }
    assert problem["status"] == answer.status_code
    assert problem["correlation_id"] == answer.headers["Correlation-Id"]
    return problem


async def test_a_body_of_a_megabyte_is_read(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/length", content=b"x" * MAX_BODY_BYTES)
    assert answer.json() == {"length": MAX_BODY_BYTES}


async def test_one_byte_more_is_refused_by_its_declared_length(api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/length", content=b"x" * (MAX_BODY_BYTES + 1))
    assert (answer.status_code, _problem(answer)["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("declared", ["9" * 30, "9" * 5000, str(MAX_BODY_BYTES + 1)])
async def test_a_declared_length_is_refused_before_a_byte_is_read(
    api: httpx.AsyncClient, declared: str
) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        sent += 1
        yield b"x"

    answer = await api.post("/v1/length", content=body(), headers={"Content-Length": declared})
    assert answer.status_code == 413
    assert sent == 0


async def test_an_undeclared_body_is_refused_as_soon_as_it_is_too_long(
    api: httpx.AsyncClient,
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 100_000

    answer = await api.post("/v1/length", content=endless())
    assert (answer.status_code, _problem(answer)["code"]) == (413, "payload_too_large")
    assert sent <= 12


@pytest.mark.parametrize("declared", ["-1", "+3", "03", "3_0", "ten", "", "1e9", "\u00b2"])
async def test_a_senseless_length_is_400(api: httpx.AsyncClient, declared: str) -> None:
    headers = [(b"Content-Length", declared.encode("latin-1"))]
    answer = await api.post("/v1/length", content=b"xyz", headers=headers)
    assert (answer.status_code, _problem(answer)["code"]) == (400, "malformed_request")
    assert "content-length" in _problem(answer)["detail"]


_SAYING_MORE = {
    Invalid,
    MethodNotAllowed,
    TierLimitReached,
    TooManyRequests,
}
ALL_ERRORS = [
    error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, AssentError)
    if error not in _SAYING_MORE
    # The bases have no reason of their own, and refusals of proofs need one.
    if error is not AssentError and not issubclass(error, RecordedRefusal)
]


@pytest.mark.parametrize("error", ALL_ERRORS, ids=lambda error: str(error.code))
async def test_each_reason_is_a_problem_with_its_status_and_code(
    api: httpx.AsyncClient, error: type[AssentError]
) -> None:
    RAISED["error"] = error("the detail")
    answer = await api.get("/v1/raise/error")
    problem = _problem(answer)
    assert (answer.status_code, problem["code"]) == (error.http_status, error.code)
    assert (problem["detail"], problem["title"]) == ("the detail", error.title)
    assert problem["type"].endswith(f":{error.code}")


async def test_an_invalid_request_names_each_field(api: httpx.AsyncClient) -> None:
    RAISED["invalid"] = Invalid(FieldError("a.b", "is bad"), FieldError("c", "half \ud800"))
    answer = await api.get("/v1/raise/invalid")
    assert answer.status_code == 422
    assert _problem(answer)["errors"] == [
        {"field": "a.b", "message": "is bad"},
        {"field": "c", "message": "half \ud800"},
    ]


async def test_what_a_plan_lacks_says_the_way_up(api: httpx.AsyncClient) -> None:
    RAISED["lacks"] = FeatureNotInPlan("not so", feature="workspaces", upgrade_to="team")
    answer = await api.get("/v1/raise/lacks")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (403, "feature_not_in_plan")
    assert (problem["feature"], problem["upgrade_to"]) == ("workspaces", "team")


@pytest.mark.parametrize(
    ("resets_at", "retry_after"), [(datetime(2026, 12, 1, tzinfo=UTC), 60), (None, None)]
)
async def test_a_used_up_quota_says_when_it_is_there_again(
    api: httpx.AsyncClient, resets_at: datetime | None, retry_after: int | None
) -> None:
    more = {"resets_at": resets_at, "retry_after": retry_after, "upgrade_to": "pro"}
    RAISED["used"] = QuotaExhausted("used", meter="executions", limit=100, **more)  # type: ignore[arg-type]
    answer = await api.get("/v1/raise/used")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (429, "quota_exhausted")
    assert (problem["meter"], problem["limit"], problem["upgrade_to"]) == ("executions", 100, "pro")
    assert problem["resets_at"] == ("2026-12-01T00:00:00.000Z" if resets_at else None)
    assert answer.headers.get("Retry-After") == (str(retry_after) if retry_after else None)


async def test_too_many_requests_says_when_to_come_back(api: httpx.AsyncClient) -> None:
    RAISED["many"] = TooManyRequests("slow down", retry_after=7)
    answer = await api.get("/v1/raise/many")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("secret of ours"), RecursionError(), KeyError("x"), OSError("x")]
)
async def test_what_nobody_foresaw_is_500_and_says_nothing_of_itself(
    api: httpx.AsyncClient, error: Exception, request_lines: list[logging.LogRecord]
) -> None:
    RAISED["bug"] = error
    answer = await api.get("/v1/raise/bug")
    assert (answer.status_code, _problem(answer)["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert [record.levelname for record in request_lines] == ["ERROR", "INFO"]


async def test_stored_data_of_another_shape_is_our_fault_and_not_the_callers(
    api: httpx.AsyncClient,
) -> None:
    answer = await api.get("/v1/stored")
    assert (answer.status_code, _problem(answer)["code"]) == (500, "internal")
    assert "inner_secret_name" not in answer.text


@pytest.mark.parametrize(
    ("status", "answered", "code"),
    [
        (400, 400, "malformed_request"),
        (401, 401, "unauthenticated"),
        (406, 400, "malformed_request"),
        (415, 415, "unsupported_media_type"),
        (500, 500, "internal"),
        (503, 503, "unavailable"),
    ],
)
async def test_a_frameworks_refusal_keeps_its_meaning(
    api: httpx.AsyncClient, status: int, answered: int, code: str
) -> None:
    RAISED["http"] = HTTPException(status, "in its own words")
    answer = await api.get("/v1/raise/http")
    assert (answer.status_code, _problem(answer)["code"]) == (answered, code)
    assert "own words" not in answer.text


async def test_an_unknown_path_and_method_are_problems(api: httpx.AsyncClient) -> None:
    assert _problem(await api.get("/v1/nothing"))["code"] == "not_found"
    assert _problem(await api.get("/v1/length/"))["code"] == "not_found"
    wrong = await api.get("/v1/length")
    assert (wrong.status_code, _problem(wrong)["code"]) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "POST"


async def test_a_wrong_method_is_told_every_method_of_the_path(api: httpx.AsyncClient) -> None:
    for method in ("PATCH", "OPTIONS", "BREW"):
        answer = await api.request(method, "/v1/kept/1")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, PUT, DELETE")
        assert _problem(answer)["detail"] == "this path takes GET, HEAD, PUT, DELETE"
    assert (await api.post("/healthz")).headers["Allow"] == "GET, HEAD"
    head = await api.head("/v1/length")
    assert (head.status_code, head.headers["Allow"], head.content) == (405, "POST", b"")


async def test_head_is_answered_as_get_is_without_the_body(
    api: httpx.AsyncClient, request_lines: list[logging.LogRecord]
) -> None:
    for path in ("/v1/cached", "/v1/kept/1", "/v1/nothing", "/healthz"):
        get, head = await api.get(path), await api.head(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert _lasting(head) == _lasting(get)
        assert int(head.headers["Content-Length"]) == len(get.content) > 0
    assert request_lines[-1].getMessage() == "HEAD /healthz"


def _lasting(answer: httpx.Response) -> dict[str, str]:
    own = ("correlation-id", "server-timing")
    return {name: value for name, value in answer.headers.items() if name not in own}


@pytest.mark.parametrize("name", sorted(HEADERS_READ))
@pytest.mark.parametrize(
    "value", ["é".encode(), "é".encode("latin-1"), b"\xff", b"a\x00b", b"\x7f"]
)
async def test_a_header_beyond_ascii_is_the_callers_error(
    api: httpx.AsyncClient, name: str, value: bytes
) -> None:
    for method, path in (("GET", "/v1/cached"), ("POST", "/v1/length"), ("GET", "/v1/nothing")):
        answer = await api.request(method, path, headers=[(name.encode(), value)])
        assert (answer.status_code, _problem(answer)["code"]) == (400, "malformed_request")
        assert name in answer.json()["detail"]


async def test_a_header_that_nobody_reads_may_have_any_text(api: httpx.AsyncClient) -> None:
    for name in (b"User-Agent", b"Referer", b"X-City"):
        assert (await api.get("/v1/cached", headers=[(name, "é".encode())])).status_code == 200


async def test_a_caller_who_hangs_up_in_the_middle_of_a_body_is_no_failure_of_ours(
    request_lines: list[logging.LogRecord],
) -> None:
    messages = iter(
        [
            {"type": "http.request", "body": b"x", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/length",
        "headers": [],
        "query_string": b"",
        "root_path": "",
    }
    await create_api(function="things", router=router)(scope, receive, send)
    assert sent[0]["status"] == 400
    assert request_lines[-1].__dict__["fields"]["code"] == "malformed_request"


async def test_a_query_of_another_shape_names_its_parameter(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/costs?number=many")
    assert answer.status_code == 422
    assert [error["field"] for error in _problem(answer)["errors"]] == ["number"]


async def test_every_answer_forbids_caching_unless_it_says_otherwise(
    api: httpx.AsyncClient,
) -> None:
    RAISED["bug"] = ZeroDivisionError()
    for path in ("/healthz", "/v1/nothing", "/v1/raise/bug", "/v1/length"):
        answer = await api.get(path)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert len(answer.headers["Correlation-Id"]) == 32
    answer = await api.get("/v1/cached")
    assert answer.headers["Cache-Control"] == "private, no-cache"


async def test_no_answer_is_a_page_that_a_browser_may_act_on(api: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/v1/nothing", "/v1/raise/bug"):
        answer = await api.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_the_cost_of_a_request_is_its_own(api: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(api.get(f"/v1/costs?number={n}") for n in (1, 2, 3)))
    assert [answer.headers["Assent-Cost"] for answer in answers] == [
        f"firestore-reads={n}, pubsub-messages=2" for n in (1, 2, 3)
    ]
    assert answers[0].headers["Server-Timing"].startswith("total;dur=")
    assert (await api.get("/healthz")).headers["Assent-Cost"] == ""


async def test_a_request_is_one_line_in_the_log(
    api: httpx.AsyncClient, request_lines: list[logging.LogRecord]
) -> None:
    await api.get("/v1/costs?number=1&secret=hidden")
    (record,) = request_lines
    assert record.getMessage() == "GET /v1/costs"
    fields = record.__dict__["fields"]
    assert fields["status"] == 200
    assert fields["operations"] == {"firestore-reads": 1, "pubsub-messages": 2}
    assert fields["milliseconds"] >= 0


async def test_the_clock_is_read_at_the_entry(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock = VirtualClock(tmp_path / "clock")
    monkeypatch.setenv("ASSENT_CLOCK_FILE", str(clock.path))
    clock.advance(86_400)
    before = clock.now()
    moment = datetime.fromisoformat((await api.get("/v1/when")).json())
    assert before <= moment <= clock.now()


async def test_healthz_is_served_and_the_description_is_not(api: httpx.AsyncClient) -> None:
    assert (await api.get("/healthz")).json() == {"status": "ok"}
    assert _problem(await api.get("/openapi.json"))["code"] == "not_found"


async def _call(app: Any) -> list[Any]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    await Boundary(app, kind=SpanKind.SERVER)(scope, receive, send)
    return sent


async def test_a_failure_in_the_middle_of_an_answer_is_not_answered_twice() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ZeroDivisionError

    sent = await _call(broken)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


async def test_a_failure_before_an_answer_is_answered() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    start, body = await _call(broken)
    assert start["status"] == 500
    assert json.loads(body["body"])["code"] == "internal"


async def test_being_cancelled_is_not_swallowed() -> None:
    async def cancelled(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await _call(cancelled)


async def test_what_is_no_request_is_passed_on() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: Any) -> Any:
        return None

    await Boundary(app, kind=SpanKind.SERVER)({"type": "lifespan"}, nothing, nothing)
    assert seen == ["lifespan"]


async def test_an_apps_own_answer_passes_unchanged() -> None:
    start, body = await _call(PlainTextResponse("hello", 418, {"X-Own": "1"}))
    assert start["status"] == 418
    assert (b"x-own", b"1") in start["headers"]
    assert body["body"] == b"hello"


@pytest.mark.parametrize(
    "name", ["Authorization", "Content-Encoding", "Content-Type", "Idempotency-Key"]
)
async def test_a_header_of_which_one_would_be_ignored_is_sent_once(
    api: httpx.AsyncClient, name: str
) -> None:
    answer = await api.get("/healthz", headers=[(name, "a"), (name, "b")])
    assert (answer.status_code, _problem(answer)["code"]) == (400, "malformed_request")
    assert "is sent twice" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/v1/kept/%zz", "two hexadecimal digits"),
        ("/v1/kept/%", "two hexadecimal digits"),
        ("/v1/costs?number=%2", "two hexadecimal digits"),
        ("/v1/kept/%ff", "not UTF-8"),
        ("/v1/kept/%c3%28", "not UTF-8"),
        ("/v1/kept/%ed%a0%80", "not UTF-8"),
        ("/v1/costs?number=%ff", "not UTF-8"),
        ("/v1/kept/1%0A", "a control character"),
        ("/healthz%0A", "a control character"),
        ("/v1/kept/%00", "a control character"),
        ("/v1/kept/%c2%85", "a control character"),
        ("/v1/nothing%7F", "a control character"),
    ],
)
async def test_an_address_that_is_no_plain_text_is_400(
    api: httpx.AsyncClient, address: str, said: str
) -> None:
    answer = await api.get(_as_sent(address))
    assert (answer.status_code, _problem(answer)["code"]) == (400, "malformed_request")
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("address", ["/v1/kept/%F0%9F%98%80", "/v1/kept/a%20b", "/v1/kept/%25"])
async def test_an_address_with_good_escapes_is_read(api: httpx.AsyncClient, address: str) -> None:
    assert (await api.get(_as_sent(address))).status_code == 200


@pytest.mark.parametrize("form", ["/v1/kept/{}", "/v1/nothing/{}", "/v1/costs?number={}"])
async def test_an_address_beyond_eight_kilobytes_is_414(api: httpx.AsyncClient, form: str) -> None:
    room = LONGEST_ADDRESS - len(form.format("")) - ("?" not in form)
    longest = await api.get(_as_sent(form.format("a" * room)))
    assert longest.status_code != 414
    longer = await api.get(_as_sent(form.format("a" * (room + 1))))
    assert (longer.status_code, _problem(longer)["code"]) == (414, "address_too_long")
    assert f"are {LONGEST_ADDRESS + 1} bytes" in longer.json()["detail"]


def _as_sent(address: str) -> httpx.URL:
    return httpx.URL(scheme="http", host="function", raw_path=address.encode())
