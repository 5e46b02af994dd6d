"""What becomes of a call whose server asks a person, or goes on by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.tools.rules.elicitation import (
    MOST_QUESTIONS,
    MOST_STATE,
    Refuse,
    Requested,
    ended_by,
    question_in,
)
from functions.tools.rules.invocation import Invocation, TaskAtWork
from functions.tools.rules.secrets_asked import names_secret
from functions.tools.rules.task import LONGEST, LONGEST_PAUSE, begun, is_at_work, still
from shared.approvals.known import KnownApproval

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FORM = {"type": "object", "properties": {"seat": {"type": "string"}}}


def call(effect: str = "send", **fields: Any) -> Invocation:
    return Invocation.model_validate(
        {
            **dict.fromkeys(("run_id", "step", "operation", "plan_hash", "agent_id"), "x"),
            **dict.fromkeys(("invocation_id", "arguments_sha256", "token_id"), "x"),
            "agent_version": "1.0.0",
            "arguments": {},
            "effect": effect,
            "status": "intended",
            "at": NOW,
            **fields,
        }
    )


def form(schema: Any = FORM, message: Any = "Which seat?", **said: Any) -> Requested:
    params = {"message": message, "requestedSchema": schema, **said}
    return Requested("q", "elicitation/create", params)


def fields(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("requests", "state", "number", "why"),
    [
        ([], "s", 1, "asks nothing"),
        ([form(), form()], "s", 1, "people answer one"),
        ([form()], "s" * (MOST_STATE + 1), 1, "bytes back"),
        ([form()], "s", MOST_QUESTIONS + 1, "more than 5 times"),
        ([Requested("q", "sampling/createMessage", {})], None, 1, "sampling/createMessage"),
        ([form(mode="url", url="https://a.example")], None, 1, "open an address"),
        ([form(message=None)], None, 1, "without a message"),
        ([form(message="x" * 2_001)], None, 1, "2000 characters"),
        ([form({"type": "string"})], None, 1, "type object"),
        ([form(fields(of=fields(seat={})))], None, 1, "no text, number"),
        ([form(fields(seat={"$ref": "https://a.example/x"}))], None, 1, "leads out"),
        ([form(fields(**{f"f{n}": {"type": "string"} for n in range(21)}))], None, 1, "20 fields"),
        ([form()._replace(key="")], None, 2, "people answer one question"),
    ],
)
def test_what_reaches_nobody(
    requests: list[Requested], state: str | None, number: int, why: str
) -> None:
    asked = question_in(requests, state, number)
    assert isinstance(asked, Refuse)
    assert why in asked.why


def test_what_reaches_a_person_is_word_for_word() -> None:
    choice = {"type": "array", "items": {"enum": ["a", "b"]}}
    schema = {**fields(seat={"type": "string"}, meals=choice), "required": ["seat"]}
    asked = question_in([form(schema)], "state", 2)
    assert not isinstance(asked, Refuse)
    elicitation, resume = asked
    assert (elicitation.message, elicitation.requested_schema) == ("Which seat?", schema)
    assert (elicitation.number, resume.key, resume.state) == (2, "q", "state")


@pytest.mark.parametrize(
    ("message", "properties"),
    [
        ("Please enter your Password", {}),
        ("Send the API key of the shop", {}),
        ("The one with your recovery codes?", {}),
        ("Go on?", {"accessToken": {"type": "string"}}),
        ("Go on?", {"client_secret": {"type": "string"}}),
        ("Go on?", {"x": {"type": "string", "title": "Card PIN"}}),
        ("Go on?", {"x": {"type": "string", "description": "your passphrase"}}),
        ("Go on?", {"x": {"type": "string", "format": "password"}}),
        ("Go on?", {"x": {"type": "string", "writeOnly": True}}),
        ("Your \uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44?", {}),
    ],
)
def test_questions_for_secrets_are_found(message: str, properties: Any) -> None:
    assert names_secret(message, properties)


@pytest.mark.parametrize("word", ["passWord", "PaSsword", "pass\u00adword", "pass\u200bword"])
def test_capitals_and_what_nobody_sees_hide_no_secret(word: str) -> None:
    assert names_secret(f"Enter your {word}", {})
    assert names_secret("Which seat?", {word: {"type": "string"}})


@pytest.mark.parametrize("message", ["Which seat?", "Where shall I pin the note?", "Key points?"])
def test_other_questions_are_not(message: str) -> None:
    assert not names_secret(message, {"keyboard": {"type": "string", "title": "Keyboard"}})


@pytest.mark.parametrize(
    ("status", "effect", "outcome"),
    [
        ("rejected", "send", "refused"),
        ("vetoed", "read", "refused"),
        ("expired", "send", "doubtful"),
        ("expired", "draft", "refused"),
        ("cancelled", "pay", "doubtful"),
    ],
)
def test_a_decision_that_answers_nothing_ends_the_call(
    status: Any, effect: str, outcome: str
) -> None:
    decision = KnownApproval(status, "hash", NOW, None)
    ended = ended_by(call(effect), "apr_1", decision, NOW)
    assert ended is not None
    assert (ended.status, status in (ended.reason or "")) == (outcome, True)
    answered = KnownApproval("approved", "hash", NOW, "gala", "answer")
    assert ended_by(call(effect), "apr_1", answered, NOW) is None


@pytest.mark.parametrize(("effect", "outcome"), [("send", "doubtful"), ("read", "refused")])
def test_a_task_is_asked_for_ever_less_often_until_its_deadline(effect: str, outcome: str) -> None:
    at, known = NOW, begun(call(effect), "task", 1_000, None, NOW)
    pauses = []
    while is_at_work(known):
        assert known.again_at is not None
        pauses.append(known.again_at - at)
        at = known.again_at
        known = still(known, at)
    assert pauses[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert max(pauses) == LONGEST_PAUSE
    assert NOW + LONGEST <= at <= NOW + LONGEST + LONGEST_PAUSE
    assert (known.status, known.task, known.again_at) == (outcome, None, None)
    assert len(pauses) < 30


@pytest.mark.parametrize(
    ("ttl", "until"), [(None, LONGEST), (60_000, timedelta(minutes=1)), (10**9, LONGEST)]
)
def test_nobody_asks_for_longer_than_the_server_keeps_it(ttl: int | None, until: timedelta) -> None:
    known = begun(call(), "task", None, ttl, NOW)
    assert isinstance(known.task, TaskAtWork)
    assert known.task.until == NOW + until


def test_a_task_without_a_name_is_in_doubt() -> None:
    assert begun(call(), "x" * 1_001, None, None, NOW).status == "doubtful"
