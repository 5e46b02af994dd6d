"""What an entry of the audit log counts for, as values."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.kit.instants import format_instant
from shared.usage.measuring import ACTIONS, RECEIPT, Files, Noted, counted, hours_of_files
from shared.usage.slabs import HOUR_MS

AT = 490_000 * HOUR_MS + 60_000


def noted(action: str, body: dict[str, Any], at: int = AT, number: int = 1) -> Noted:
    said = format_instant(datetime.fromtimestamp(at // 1000, UTC))
    if action == RECEIPT:
        body = {"predicate": {"at": said, "agent_id": "usr ada\t", **body["predicate"]}}
    else:
        body = {"time": said, "actorid": "usr ada\t", **body}
    return Noted(number, f"evt_{number}", action, json.dumps(body))


def used(action: str, body: dict[str, Any]) -> list[str]:
    events, _ = counted([noted(action, body)], Files())
    return [each.used for each in events]


def receipt(**fields: Any) -> list[str]:
    return used(RECEIPT, {"predicate": {"outcome": "confirmed", **fields}})


def started(**run: Any) -> list[str]:
    return used("assent.run.started.v1", {"data": run})


def test_a_call_counts_once_it_is_confirmed() -> None:
    assert receipt() == ["tool_calls=1"]
    assert receipt(outcome="refused") == receipt(outcome="doubtful") == []


def test_a_turn_counts_its_tokens_and_one_from_a_cache_none() -> None:
    assert receipt(model={"tokens_in": 7, "tokens_out": 2}) == ["tokens_in=7,tokens_out=2"]
    assert receipt(model={"tokens_in": 7, "tokens_out": 0}) == ["tokens_in=7"]
    assert receipt(model={"tokens_in": 7, "cached_from": "rct_0"}) == []
    # What is no whole number above zero counts nothing, and never lowers a sum.
    assert receipt(model={"tokens_in": -7, "tokens_out": "2"}) == []


def test_a_run_counts_when_it_is_started_and_neither_a_replay_nor_a_sub_run() -> None:
    assert started() == started(replay_of=None, parent_run_id=None) == ["executions=1"]
    assert started(replay_of="run_0") == started(parent_run_id="run_0") == []


@pytest.mark.parametrize("status", ["answered", "failed"])
def test_caches_count_where_the_call_was_answered(status: str) -> None:
    tokens = {"tokens_cached_read": 5, "tokens_cached_write": 0}
    said = {"data": json.dumps({"status": status, "tokens": tokens})}
    expected = ["tokens_cached_read=5"] if status == "answered" else []
    assert used("assent.model_call.settled.v1", said) == expected
    assert used("assent.model_call.settled.v1", {"data": {"status": status}}) == []


def test_each_end_of_an_approval_counts_and_a_veto_of_one_does_not() -> None:
    ends = [each for each in ACTIONS if each.startswith("assent.approval.")]
    assert len(ends) == 5
    assert {*map(tuple, (used(each, {}) for each in ends))} == {("approvals=1",)}
    assert "assent.approval.vetoed.v1" not in ACTIONS


def test_an_event_keeps_its_entry_and_its_subject_without_what_ends_a_column() -> None:
    [event], _ = counted(
        [noted(RECEIPT, {"predicate": {"outcome": "confirmed"}}, number=9)], Files()
    )
    assert (event.entry, event.id, event.at, event.subject) == (9, "evt_9", AT, "usr ada")


def test_files_count_at_the_end_of_each_hour_from_when_they_were_stored() -> None:
    def of(verb: str, size: int, hours: int, number: int, stored: str | None = "then") -> Noted:
        body = {"data": {"bytes": size, "stored_at": stored}}
        return noted(f"assent.artifact.{verb}.v1", body, AT + hours * HOUR_MS, number)

    first = [of("stored", 100, 0, 1), of("stored", 50, 2, 2)]
    events, files = counted(first, Files())
    quantities = [each.quantities["storage_byte_hours"] for each in events]
    assert (quantities, files.bytes) == ([100, 100], 150)
    # In two parts it is the same as in one.
    begun, between = counted(first[:1], Files())
    rest, end = counted(first[1:], between)
    assert ([*begun, *rest], end) == (events, files)
    # What was never stored is not taken away, and more than all leaves nothing.
    assert counted([of("removed", 70, 2, 3, None)], files) == ([], files)
    _, none = counted([of("removed", 900, 2, 3)], files)
    assert none.bytes == 0
    assert hours_of_files(none, AT + 9 * HOUR_MS, 4)[0] == []


def test_the_same_hour_is_counted_once() -> None:
    files = Files(100, AT // HOUR_MS - 1)
    some, after = hours_of_files(files, AT + 3 * HOUR_MS, 1)
    assert len({each.id for each in some}) == len(some) == 3
    assert hours_of_files(after, AT + 3 * HOUR_MS, 2) == ([], after)
    # A clock that goes back counts nothing again.
    assert hours_of_files(after, AT, 2) == ([], after)
