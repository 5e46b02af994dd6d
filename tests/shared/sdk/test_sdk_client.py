"""The SDK's client against a transport that answers as a platform, a proxy or nobody does."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.sdk import Assent, Refused, Session, SignedOut, Unreachable, Unreadable, refusals
from shared.sdk.calls import Call, part
from shared.sdk.exchange import address, sent
from shared.sdk.retrying import Retries

URL = "https://assent.example"
PROBLEM = {"Content-Type": "application/problem+json"}
ME = "apr_01M7WG75NJWTKQJPKRS22KDGS6"


def client(answer: Callable[[httpx.Request], httpx.Response], key: Any = "ak_key") -> Assent:
    retries = Retries(most=2, first=0.0, longest=0.0)
    return Assent(URL, key, retries=retries, transport=httpx.MockTransport(answer))


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    said = {"status": status, "code": code, "title": "t", "detail": "d", "errors": [], **more}
    return httpx.Response(status, headers=PROBLEM, content=json.dumps(said))


def answers(*given: httpx.Response) -> Callable[[httpx.Request], httpx.Response]:
    waiting: Iterator[httpx.Response] = iter(given)
    return lambda request: next(waiting)


def test_a_code_that_this_version_does_not_know_is_a_refusal() -> None:
    with pytest.raises(Refused) as refused:
        client(answers(problem(409, "made_up_later"))).me.get()
    assert type(refused.value) is Refused
    assert refused.value.problem["code"] == "made_up_later"


def test_a_refusal_says_each_field_and_when_to_come_again() -> None:
    errors = [{"field": "a.b", "message": "must be text"}]
    busy = problem(429, "tier_limit_reached", errors=errors, upgrade_to="pro")
    busy.headers["Retry-After"] = "999"
    with pytest.raises(refusals.TierLimitReached, match="must be text") as refused:
        client(answers(busy)).me.get()
    assert refused.value.retry_after == 999
    assert refused.value.upgrade_to == "pro"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, text="<h1>not here</h1>"),
        httpx.Response(409, headers=PROBLEM, text="no JSON"),
        httpx.Response(409, headers=PROBLEM, text="[]"),
        httpx.Response(200, text="<h1>sign in to the wireless network</h1>"),
        httpx.Response(200, json={"nothing": "of it"}),
    ],
)
def test_what_is_not_from_a_platform_is_unreadable(answer: httpx.Response) -> None:
    with pytest.raises(Unreadable, match="GET /v1/approvals/"):
        client(answers(answer)).approvals.get(ME)


def test_nobody_there_is_unreachable_and_says_whether_it_may_have_happened() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    def hang(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("no answer", request=request)

    with pytest.raises(Unreachable) as away:
        client(refuse).runs.pause("run_x")
    assert not away.value.may_have_happened
    with pytest.raises(Unreachable) as silent:
        client(hang).runs.pause("run_x")
    assert silent.value.may_have_happened


def test_a_write_without_a_key_is_not_repeated_after_an_uncertain_answer() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return problem(503, "unavailable")

    with pytest.raises(refusals.Unavailable):
        client(answer).policies.validate("pol_x")
    assert len(asked) == 1
    with pytest.raises(refusals.Unavailable):
        client(answer).runs.pause("run_x")
    assert len(asked) == 4


def test_an_answer_that_has_not_changed_is_not_sent_twice() -> None:
    seen: list[str | None] = []
    body = {"as_of": "2026-01-01T00:00:00.000Z"}

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("If-None-Match"))
        if seen[-1]:
            return httpx.Response(304)
        return httpx.Response(200, headers={"ETag": '"1"'}, json=body)

    reading = client(answer)
    call = Call(method="GET", path="/v1/mobile/dashboard", answers=dict, has_etag=True)
    assert reading.send(call) == reading.send(call) == body
    assert seen == [None, '"1"']


def test_a_session_renews_its_token_once_and_keeps_what_comes_next() -> None:
    kept: list[tuple[str, str]] = []
    forms: list[str] = []

    def issue(request: httpx.Request) -> httpx.Response:
        forms.append(request.content.decode())
        number = len(forms)
        said = {"access_token": f"a{number}", "refresh_token": f"r{number}", "expires_in": 900}
        return httpx.Response(200, json=said)

    issuer = httpx.Client(transport=httpx.MockTransport(issue))
    session = Session(URL, "r0", tenant="acme", keep=lambda *pair: kept.append(pair), http=issuer)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] == "Bearer a2":
            return httpx.Response(200, json={"items": [], "next_cursor": None})
        return problem(401, "unauthenticated")

    assert client(answer, session).approvals.list().page() == ()
    assert kept == [("r1", "a1"), ("r2", "a2")]
    assert "refresh_token=r0" in forms[0]
    assert "tenant=acme" in forms[0]
    assert "a2" not in repr(session)


def test_a_session_that_is_over_says_so() -> None:
    def issue(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, json={"error": "invalid_grant", "error_description": "ended"})

    issuer = httpx.Client(transport=httpx.MockTransport(issue))
    with pytest.raises(SignedOut, match="sign in again: ended"):
        Session(URL, "r0", http=issuer).token()


def test_a_refused_key_is_not_tried_again() -> None:
    with pytest.raises(refusals.Unauthenticated):
        client(answers(problem(401, "unauthenticated"))).me.get()


@pytest.mark.parametrize(
    "url",
    ["assent.example", "ftp://assent.example", "http://assent.example", "https://a@b", "https://"],
)
def test_an_address_that_would_leak_a_key_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="write"):
        Assent(url, "ak_key")


def test_plain_http_is_for_this_machine() -> None:
    assert address("http://127.0.0.1:8080/") == "http://127.0.0.1:8080"


@pytest.mark.parametrize("key", ["", "ak_a b", "ak_\n", "clé"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="as it was shown"):
        Assent(URL, key)


def test_an_id_cannot_lead_to_another_path() -> None:
    assert part("a/../b?c") == "a%2F..%2Fb%3Fc"
    for each in ("", ".", ".."):
        with pytest.raises(ValueError, match="names nothing"):
            part(each)


def test_a_body_is_json_or_yaml_and_times_have_a_zone() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    body = {"at": moment, "id": UUID(int=1)}
    said = sent(Call(method="POST", path="/", answers=dict, body=body), "k")
    assert json.loads(said["content"])["at"] == "2026-01-02T00:00:00+00:00"
    yaml = sent(Call(method="POST", path="/", answers=dict, body="name: x"), "k")
    assert yaml["headers"]["Content-Type"] == "application/yaml"
    for wrong in (moment.replace(tzinfo=None), object()):
        with pytest.raises(TypeError, match="write"):
            sent(Call(method="POST", path="/", answers=dict, body={"at": wrong}), "k")
