"""The checker sees an answer that is not so, and two devices that heard different things."""

import pytest

from tests.chaos.checker.evidence import Evidence, Json
from tests.chaos.sample.doctor import caught_by, tenant_of
from tests.chaos.sample.story import evidence


def _answers(found: Evidence, end_of_path: str) -> list[Json]:
    return [said for said in tenant_of(found).said if said["path"].endswith(end_of_path)]


def _refuse(found: Evidence, end_of_path: str, status: int, code: str) -> None:
    for said in _answers(found, end_of_path):
        said |= {"status": status, "answer": {"code": code}}


@pytest.mark.parametrize("field", ["status", "decision_hash", "decided_by", "decided_at"])
def test_a_card_that_the_log_has_otherwise_is_seen(field: str) -> None:
    found = evidence()
    for said in _answers(found, "/approve"):
        said["answer"][field] = "something else"
    assert "every_card_told_is_in_the_log" in caught_by(found)


def test_a_queued_decision_that_the_log_does_not_have_is_seen() -> None:
    found = evidence()
    for said in _answers(found, "/approve"):
        card = {**said["answer"], "version": 7}
        queued = {"path": "/v1/mobile/sync", "answer": {"results": [{"status": 200, "card": card}]}}
        said |= queued
    assert "every_card_told_is_in_the_log" in caught_by(found)


def test_two_people_who_were_both_told_they_decided_are_seen() -> None:
    found = evidence()
    said = tenant_of(found).said
    said += [{**each, "principal": "second", "key": "x"} for each in _answers(found, "/approve")]
    assert "nobody_is_told_of_two_decisions" in caught_by(found)


def test_two_devices_that_heard_different_answers_are_seen() -> None:
    found = evidence()
    first = _answers(found, "/v1/agents")[0]
    first["answer"] = {**first["answer"], "case_id": "cas_2"}
    assert "the_same_call_has_the_same_answer" in caught_by(found)


def test_two_devices_of_which_one_was_refused_are_seen() -> None:
    found = evidence()
    first = _answers(found, "/approve")[0]
    first |= {"status": 409, "answer": {"code": "already_decided"}}
    assert "the_same_call_has_the_same_answer" in caught_by(found)


def test_a_pipeline_that_was_paused_meanwhile_is_no_different_answer() -> None:
    found = evidence()
    first = _answers(found, "/v1/agents")[0]
    first |= {"status": 409, "answer": {"detail": "the pipeline is paused"}}
    assert caught_by(found) == set()


@pytest.mark.parametrize(
    ("end_of_path", "status", "code"),
    [
        ("apr_2/veto", 410, "veto_window_closed"),
        ("apr_1/approve", 410, "approval_expired"),
    ],
)
def test_a_refusal_that_is_not_so_is_seen(end_of_path: str, status: int, code: str) -> None:
    found = evidence()
    _refuse(found, end_of_path, status, code)
    assert "every_refusal_is_true" in caught_by(found)


def test_a_veto_that_crossed_the_edge_may_have_two_answers() -> None:
    found = evidence()
    late = {"status": 410, "answer": {"code": "veto_window_closed"}}
    _answers(found, "apr_2/veto")[0].update(late)
    answers = {"the_same_call_has_the_same_answer", "every_refusal_is_true"}
    assert answers <= caught_by(found)
    opened = next(e for e in tenant_of(found).events if e["subject"] == "approval/apr_2")
    opened["type"] = "assent.approval.decided_late.v1"
    assert not answers & caught_by(found)


def test_a_conflict_with_a_decision_nobody_took_is_seen() -> None:
    found = evidence()
    _refuse(found, "apr_1/approve", 409, "already_decided")
    assert caught_by(found) == set()
    events = tenant_of(found).events
    events[:] = [event for event in events if event["subject"] != "approval/apr_1"]
    assert "every_refusal_is_true" in caught_by(found)


def test_an_accepted_command_that_nothing_came_of_is_seen() -> None:
    found = evidence()
    said = {"principal": "author", "device": "phone", "status": 202, "key": "c", "answer": {}}
    tenant_of(found).said.append({**said, "path": "/v1/workflows/cas_1/cancel"})
    assert "every_accepted_command_is_in_the_log" in caught_by(found)


def test_an_activation_that_nothing_came_of_is_seen() -> None:
    found = evidence()
    for said in _answers(found, "/activate"):
        said["answer"] = {"seed_id": "pre_2"}
    assert "every_accepted_command_is_in_the_log" in caught_by(found)
