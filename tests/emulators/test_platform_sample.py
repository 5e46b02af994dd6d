"""The start page and the sample tenant, where there is nothing that it could be made of.
tests/journeys/console/test_first_minute.py makes it."""

import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.gateway.messages import Answer, Call
from emulators.gateway.problems import NoSample
from emulators.running import RunningPlatform
from emulators.sample import guides
from emulators.sample.making import Made
from emulators.sample.sample import Sample, SavedSample

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
MADE = Made("ten_1", "apr_1", "apr_2", "apr_3", "agt_1")
OK = Answer(200, (), b"")


class World:
    """What the sample would start, and what it says."""

    def __init__(self) -> None:
        self.started: list[Coroutine[Any, Any, None]] = []
        self.said: list[str] = []

    def sample(self, saved: SavedSample | None = None) -> Sample:
        return Sample(saved, self.started.append, self.said.append)


@pytest.fixture
def world() -> Iterator[World]:
    found = World()
    yield found
    for each in found.started:
        each.close()


def test_it_is_made_once_at_a_time(world: World) -> None:
    sample = world.sample()
    sample.begin()
    sample.make()
    assert (sample.phase, len(world.started)) == ("making", 1)
    with pytest.raises(NoSample, match="in a moment"):
        sample.remove()


def test_what_was_removed_is_made_again_only_on_request(world: World) -> None:
    sample = world.sample(SavedSample(is_removed=True, has_asked_why=True))
    sample.begin()
    assert (sample.phase, world.started) == ("removed", [])
    sample.make()
    assert (sample.phase, len(world.started)) == ("making", 1)
    assert not sample.shown()["has_asked_why"]


def test_the_guide_that_answers_the_question_of_the_start_page_is_read_first() -> None:
    found = guides.guides()
    assert "stand in for its governors" in found[0].read_text()
    assert {each.name for each in found} == {each.name for each in GUIDES.glob("*.md")}


def test_guides_are_added_once_at_a_time(world: World) -> None:
    sample = world.sample()
    sample.begin_guides()
    assert world.started == []
    sample.stands(MADE)
    sample.begin_guides()
    sample.begin_guides()
    assert len(world.started) == 1


def test_how_many_guides_are_read_is_known_after_a_restart(world: World) -> None:
    sample = world.sample(SavedSample(guides_read=7))
    assert sample.shown()["guides"]["read"] == sample.save().guides_read == 7


def test_a_sample_that_is_made_anew_has_read_no_guide(world: World) -> None:
    sample = world.sample(SavedSample(is_removed=True, guides_read=7))
    sample.make()
    assert sample.shown()["guides"]["read"] == 0


@pytest.mark.parametrize(
    ("call", "answer", "is_seen"),
    [
        (Call("GET", "/v1/mobile/approvals/apr_3", (), b""), OK, True),
        (Call("GET", "/v1/audit/entries?subject=approval%2Fapr_3", (), b""), OK, True),
        (Call("GET", "/v1/agents/agt_1", (), b""), OK, True),
        (Call("GET", "/v1/mobile/approvals/apr_1", (), b""), OK, False),
        (Call("POST", "/v1/mobile/approvals/apr_3/veto", (), b""), OK, False),
        (Call("GET", "/v1/mobile/approvals/apr_3", (), b""), Answer(403, (), b""), False),
    ],
)
def test_who_reads_the_story_has_asked_why(
    world: World, call: Call, answer: Answer, is_seen: bool
) -> None:
    sample = world.sample()
    sample.saw(call, answer)
    assert not sample.shown()["has_asked_why"]
    sample.stands(MADE)
    sample.saw(call, answer)
    assert sample.shown()["has_asked_why"] is is_seen
    assert sample.save().has_asked_why is is_seen


@pytest.mark.nightly
@pytest.mark.platform
@pytest.mark.xdist_group("emulators-platform")
def test_a_platform_without_tenants_says_why_there_is_no_sample(platform: RunningPlatform) -> None:
    http = platform.client.http
    front = http.get("/")
    assert (front.status_code, front.headers["Location"]) == (302, "/_platform/start")
    page = http.get("/_platform/start", headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert http.post("/_platform/start").status_code == 405
    for file in ("start.js", "start.css"):
        assert f"/_platform/start/{file}" in page.text
        assert http.get(f"/_platform/start/{file}").status_code == 200
    entering = {"person": "gala"}
    assert http.post("/_platform/sample/enter", json=entering).json()["code"] == "no_sample"
    elsewhere = {"Origin": "https://evil.example"}
    for method in ("POST", "DELETE"):
        answer = http.request(method, "/_platform/sample", headers=elsewhere)
        assert answer.json()["code"] == "cross_site"
    assert http.post("/_platform/sample", json={}).status_code == 202
    end = time.monotonic() + 30
    while (shown := http.get("/_platform/sample").json())["phase"] == "making":
        assert time.monotonic() < end
        time.sleep(0.05)
    assert (shown["phase"], shown["made"]) == ("failed", None)
    assert "could not sign in" in shown["why_not"]
    assert platform.client.health()["status"] == "ok"
