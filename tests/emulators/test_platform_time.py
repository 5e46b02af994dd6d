"""The clock that can be moved, timers and schedules."""

from datetime import timedelta

import pytest

from emulators.running import RunningPlatform
from shared.kit.instants import format_instant, parse_instant
from tests.emulators.checkouts import Checkout

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-platform")]

DAY = 86_400.0


def _set_timers(platform: RunningPlatform, **after_seconds: float) -> None:
    now = parse_instant(platform.client.now())
    timers = [
        {"id": name, "at": format_instant(now + timedelta(seconds=seconds))}
        for name, seconds in after_seconds.items()
    ]
    answer = platform.client.http.post("/v1/notes", json={"timers": timers})
    assert answer.status_code == 200, answer.text


def test_timers_fire_in_the_order_of_their_moments(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    _set_timers(platform, third=3_000.0, first=1_000.0, second=2_000.0, later=20_000.0)
    moved = platform.client.advance(10_000)
    assert checkout.ids("assent.note.due.v1") == ["first", "second", "third"]
    assert moved["fired"]["timers"] == 3
    assert checkout.seen(type="assent.note.due.v1")[0]["path"] == "/timers/notes"
    platform.client.advance(10_000)
    assert checkout.ids("assent.note.due.v1")[-1] == "later"


def test_a_timer_that_is_due_fires_without_moving_the_clock(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    _set_timers(platform, now=0.3)
    platform.client.wait_until_idle()
    while not checkout.ids("assent.note.due.v1"):
        platform.client.wait_until_idle()
    assert checkout.ids("assent.note.due.v1") == ["now"]


def test_a_timer_whose_function_fails_fires_again(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    checkout.answer(assent__note__due__v1=503)
    _set_timers(platform, retried=100.0)
    platform.client.advance(101)
    checkout.answer(assent__note__due__v1=204)
    platform.client.advance(60)
    statuses = [found["status"] for found in checkout.seen(type="assent.note.due.v1")]
    assert statuses[0] == 503
    assert statuses[-1] == 204


def test_a_dropped_task_is_dispatched_again_and_a_duplicated_one_twice(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    platform.client.fault("tasks", "drop_once")
    _set_timers(platform, dropped=50.0)
    platform.client.advance(100)
    assert checkout.ids("assent.note.due.v1") == ["dropped"]
    platform.client.fault("tasks", "duplicate")
    _set_timers(platform, twin=50.0)
    platform.client.advance(100)
    assert checkout.ids("assent.note.due.v1") == ["dropped", "twin", "twin"]


def test_each_schedule_runs_once_per_advance(platform: RunningPlatform, checkout: Checkout) -> None:
    moved = platform.client.advance(3 * DAY)
    assert moved["fired"]["schedules"] == 2
    assert len(checkout.seen(type="assent.report.due.v1")) == 1
    sweep = checkout.seen(type="assent.sweep.due.v1")[0]["headers"]
    assert sweep["ce-source"] == "//assent/_schedules"
    assert parse_instant(sweep["ce-time"]).second == 0
    assert parse_instant(moved["now"]) - parse_instant(sweep["ce-time"]) < timedelta(seconds=121)


def test_the_clock_moves_by_what_was_asked(platform: RunningPlatform) -> None:
    before = parse_instant(platform.client.now())
    after = parse_instant(platform.client.advance(DAY)["now"])
    assert timedelta(days=1) <= after - before < timedelta(days=1, seconds=15)


def test_a_users_token_expires_by_the_platforms_clock(platform: RunningPlatform) -> None:
    from joserfc import jwt
    from joserfc.jwk import KeySet

    token = platform.client.token("g", "t", scopes=["a:b", "c:d"], roles=["x"], expires_in=60)
    document = platform.client.http.get(platform.env["ASSENT_JWKS_URL"]).json()
    decoded = jwt.decode(token, KeySet.import_key_set(document), ["Ed25519"])
    assert decoded.header["alg"] == "Ed25519"
    claims = decoded.claims
    assert (claims["sub"], claims["tenant"], claims["scope"]) == ("g", "t", "a:b c:d")
    now = parse_instant(platform.client.now()).timestamp()
    assert now < claims["exp"] <= now + 60


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("clock/advance", {"seconds": -1}, "seconds"),
        ("clock/advance", {"seconds": "soon"}, "seconds"),
        ("clock/advance", {}, "seconds"),
        ("clock/advance", {"seconds": 1, "hours": 1}, "hours"),
        ("token", {"tenant": "t"}, "principal"),
        ("token", {"principal": "g", "tenant": "a b"}, "tenant"),
        ("token", {"principal": "g", "tenant": "t", "scopes": "all"}, "scopes"),
        ("token", {"principal": "g", "tenant": "t", "expires_in": 0}, "expires_in"),
    ],
)
def test_a_bad_body_is_refused_by_field(
    platform: RunningPlatform, path: str, body: dict[str, object], field: str
) -> None:
    answer = platform.client.http.post(f"/_platform/{path}", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing", 404),
        ("POST", "health", 405),
        ("GET", "functions/notes/kill", 405),
        ("POST", "functions/nobody/kill", 404),
        ("GET", "idle?timeout=soon", 422),
        ("GET", "events?limit=501", 422),
        ("GET", "events?after=evt_unknown", 422),
        ("GET", "clock?zone=utc", 422),
        ("POST", "token", 422),
    ],
)
def test_a_call_the_platform_does_not_have_is_a_problem(
    platform: RunningPlatform, method: str, path: str, status: int
) -> None:
    content = b"{}" if method == "POST" else None
    headers = {"Content-Type": "application/json"} if content else {}
    http = platform.client.http
    answer = http.request(method, f"/_platform/{path}", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
