"""The control API refuses what it would ignore, as the functions do."""

import pytest

from emulators.running import RunningPlatform

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-platform")]


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "field"),
    [
        ("POST", "token", '{"principal":"a","principal":"b","tenant":"t"}', 422, "body"),
        ("POST", "token", "{bad", 400, "body"),
        ("POST", "token?x=1", '{"principal":"a","tenant":"t"}', 422, "x"),
        ("POST", "token", '{"principal":"a","tenant":"t","x":1}', 422, "x"),
        ("POST", "token", '{"principal":"a","tenant":"t","scopes":["x"]}', 422, "scopes.0"),
        ("POST", "clock/advance", '{"seconds":1e999}', 422, "body"),
        ("GET", "events?limit=1&limit=2", "", 422, "limit"),
        ("GET", "events?limit=05", "", 422, "limit"),
        ("GET", "events?limits=5", "", 422, "limits"),
        ("GET", "clock?foo=", "", 422, "foo"),
        ("GET", "clock", '{"x":1}', 422, "body"),
        ("DELETE", "operations?x=1", "", 422, "x"),
        ("DELETE", "faults", '{"x":1}', 422, "body"),
        ("POST", "functions/notes/kill?x=1", "", 422, "x"),
        ("POST", "sample", '{"x":1}', 422, "x"),
        ("DELETE", "sample?x=1", "", 422, "x"),
        ("POST", "sample/enter", '{"person":"root"}', 422, "person"),
    ],
)
def test_nothing_that_is_sent_to_the_platform_is_ignored(
    platform: RunningPlatform, method: str, target: str, body: str, status: int, field: str
) -> None:
    headers = {"Content-Type": "application/json"} if body else {}
    answer = platform.client.http.request(
        method, f"/_platform/{target}", content=body, headers=headers
    )
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert [each["field"] for each in told["errors"]] == [field]
    assert "pattern" not in told["detail"]
