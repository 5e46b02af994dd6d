"""A model may doubt what the rules cleared: it stops nothing, and nobody waits for ever."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from functions.agents.reviewer import configured_reviewer
from tests.journeys.world import World, spec

pytestmark = pytest.mark.platform


class ModelReviewer:
    """An HTTP service that answers what a test tells it to, and remembers what it was shown."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] | None = {"concerns": []}
        self.shown: list[dict[str, Any]] = []
        reviewer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                reviewer.shown.append(json.loads(self.rfile.read(length)))
                self.send_response(200 if reviewer.answer is not None else 500)
                self.end_headers()
                self.wfile.write(json.dumps(reviewer.answer).encode())

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/review"


@pytest.fixture
def reviewer(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelReviewer]:
    model = ModelReviewer()
    thread = threading.Thread(target=model.server.serve_forever)
    thread.start()
    monkeypatch.setenv("ASSENT_REVIEWER_URL", model.url)
    configured_reviewer.cache_clear()
    yield model
    model.server.shutdown()
    model.server.server_close()
    thread.join()
    monkeypatch.undo()
    configured_reviewer.cache_clear()


@pytest.mark.nightly
def test_a_model_without_objections_lets_the_case_pass(
    world: World, reviewer: ModelReviewer
) -> None:
    answer = world.author.send("POST", "/v1/agents", json=spec("writer"))
    assert (answer.status_code, answer.json()["status"]) == (202, "architecture_approved")
    assert answer.json()["stage"]["number"] == 5
    world.settle()
    assert world.statuses(answer.json()) == ("certified", "ethics_cleared")
    assert reviewer.shown[0]["spec"]["name"] == "writer"
    world.approve(answer.json())
    assert world.statuses(answer.json()) == ("active", "live")


def test_a_models_concern_stops_nothing_and_stands_on_the_card(
    world: World, reviewer: ModelReviewer
) -> None:
    world.live("first")
    world.activate_precedent()
    reviewer.answer = {
        "concerns": [
            {"quote": "Delete the drafts", "path": "/containment/rollback", "reason": "which ones?"}
        ]
    }
    case = world.submit("writer")
    assert world.statuses(case) == ("certified", "ethics_cleared")
    card = world.card(case)
    # One step above the risk of the rules, and no precedent assents.
    assert (card["status"], card["risk"]) == ("pending", "medium")
    assert [each["verdict"] for each in card["evidence"]] == ["concern"]
    assert card["evidence"][0]["evidence"] == '"Delete the drafts": which ones?'
    assert card["risk_reasons"][0].startswith("concerns of a reader of its texts")
    world.approve(case)
    assert world.statuses(case) == ("active", "live")


@pytest.mark.nightly
def test_what_the_rules_refuse_is_not_even_shown_to_the_model(
    world: World, reviewer: ModelReviewer
) -> None:
    case = world.submit("writer", escalation_triggers=[])
    assert world.case(case)["status"] == "returned"
    assert reviewer.shown == []


@pytest.mark.nightly
def test_a_model_that_never_answers_leaves_the_case_to_a_human(
    world: World, reviewer: ModelReviewer
) -> None:
    reviewer.answer = None
    case = world.submit("writer")
    assert world.case(case)["status"] == "architecture_approved"
    for minutes in (1, 2, 5):
        world.platform.advance(minutes * 60 + 1)
        world.settle()
    assert len(reviewer.shown) == 4
    assert world.case(case)["status"] == "ethics_cleared"
    (unread,) = world.card(case)["evidence"]
    assert (unread["verdict"], world.card(case)["risk"]) == ("concern", "medium")
    world.approve(case)
    assert world.statuses(case) == ("active", "live")


@pytest.mark.nightly
def test_a_case_under_review_can_be_cancelled_and_a_late_answer_changes_nothing(
    world: World, reviewer: ModelReviewer
) -> None:
    reviewer.answer = None
    case = world.submit("writer")
    world.author.post(f"/v1/workflows/{case['case_id']}/cancel")
    reviewer.answer = {"concerns": []}
    world.platform.advance(61)
    world.settle()
    assert world.statuses(case) == ("deprecated", "cancelled")
