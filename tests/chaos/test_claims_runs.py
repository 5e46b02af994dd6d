"""The checker sees effects that were lost, doubled or made without assent, and money that does not
add up."""

import json
from typing import Any

import pytest

from tests.chaos.checker.verdict import contradictions
from tests.chaos.sample.doctor import caught_by, change_state, event, tenant_of
from tests.chaos.sample.errand import ADDED, AGENT, BUDGET, CARD, LEASE, RUN, WRITTEN, evidence

LINE = {"ledger": "r1", "line": "write:done"}
ADDITION = {"counter": "r1", "key": ADDED, "amount": 5}


def test_nothing_speaks_against_a_run_as_it_should_be() -> None:
    assert contradictions(evidence()) == []


@pytest.mark.parametrize(
    ("additions", "claim"),
    [
        ([], "every_addition_is_counted_once"),
        ([ADDITION, ADDITION], "every_addition_is_counted_once"),
        ([{**ADDITION, "amount": 6}], "every_addition_is_counted_once"),
        ([{**ADDITION, "counter": "r2"}], "every_addition_is_counted_once"),
        ([ADDITION, {**ADDITION, "key": "inv_x"}], "every_addition_is_counted_once"),
        ([{**ADDITION, "amount": 6}], "every_run_ends_as_it_must"),
    ],
)
def test_an_addition_that_was_lost_doubled_or_altered_is_seen(
    additions: list[Any], claim: str
) -> None:
    found = evidence()
    tenant_of(found).counted["additions"] = additions
    assert claim in caught_by(found)


@pytest.mark.parametrize("lines", [[], [LINE, LINE], [LINE, {**LINE, "line": "write:more"}]])
def test_a_line_that_was_lost_doubled_or_nobodys_is_seen(lines: list[Any]) -> None:
    found = evidence()
    tenant_of(found).counted["lines"] = lines
    assert "every_line_is_written_at_most_once" in caught_by(found)


def test_a_line_of_a_refused_call_is_seen() -> None:
    found = evidence()
    change_state(found, "invocations", WRITTEN, status="refused")
    assert "every_line_is_written_at_most_once" in caught_by(found)


@pytest.mark.parametrize("status", ["intended", "dispatched"])
def test_a_call_that_stays_under_way_is_seen(status: str) -> None:
    found = evidence()
    change_state(found, "invocations", WRITTEN, status=status)
    assert "every_doubt_is_noticed" in caught_by(found)


def test_a_doubt_that_no_receipt_tells_of_is_seen() -> None:
    found = evidence()
    event(found, "paused")["data"]["receipts"] = []
    assert "every_doubt_is_noticed" in caught_by(found)


def test_a_doubt_that_somebody_settled_in_silence_is_seen() -> None:
    found = evidence()
    events = tenant_of(found).events
    events.remove(event(found, "settled"))
    assert "every_doubt_is_noticed" in caught_by(found)


def test_an_effect_without_a_receipt_is_seen() -> None:
    found = evidence()
    event(found, "approval_needed")["data"]["receipts"] = []
    caught = caught_by(found)
    assert {"every_addition_is_counted_once", "receipts_match_their_calls"} <= caught


@pytest.mark.parametrize(
    "field",
    ["operation", "plan_hash", "agent_id", "arguments_sha256", "output_sha256"],
)
def test_a_receipt_that_says_something_else_is_seen(field: str) -> None:
    found = evidence()
    event(found, "completed")["data"]["receipts"][0][field] = "else"
    assert "receipts_match_their_calls" in caught_by(found)


@pytest.mark.parametrize("status", ["running", "paused", "awaiting_approval"])
def test_a_run_that_never_ends_is_seen(status: str) -> None:
    found = evidence()
    change_state(found, "runs", RUN, status=status)
    assert {"every_run_ends", "every_run_ends_as_it_must"} <= caught_by(found)


@pytest.mark.parametrize("field", ["waiting", "due_at", "stop", "stopping", "undoing"])
def test_a_run_that_ended_and_still_waits_is_seen(field: str) -> None:
    found = evidence()
    change_state(found, "runs", RUN, **{field: "something"})
    assert "every_run_ends" in caught_by(found)


def test_a_run_that_is_lost_or_nobodys_is_seen() -> None:
    found = evidence()
    tenant_of(found).run_ends[0]["run_id"] = "run_2"
    assert "every_run_ends_as_it_must" in caught_by(found)


@pytest.mark.parametrize(
    ("collection", "id", "fields"),
    [
        ("budgets", "tenant.day", {"held_usd_micros": 1}),
        ("budgets", "tenant.day", {"spent_usd_micros": 3_501}),
        ("budgets", f"{AGENT}.day", {"spent_usd_micros": 0}),
        ("budgets", f"{AGENT}.day", {"calls": {"assent/counter.add": 2}}),
        ("runs", RUN, {"spent_usd_micros": 1}),
        ("runs", RUN, {"held_usd_micros": 1}),
    ],
)
def test_money_that_does_not_add_up_is_seen(collection: str, id: str, fields: Any) -> None:
    found = evidence()
    change_state(found, collection, id, **fields)
    assert "budgets_add_up" in caught_by(found)


@pytest.mark.parametrize(
    ("collection", "id", "fields", "claim"),
    [
        ("budgets", BUDGET, {"held_usd_micros": 0}, "leases_add_up"),
        ("budgets", BUDGET, {"spent_usd_micros": 4_000, "held_usd_micros": 0}, "leases_add_up"),
        ("budgets", BUDGET, {"period": "2026-10"}, "leases_add_up"),
        ("budget_leases", LEASE, {"taken_usd_micros": 4_001}, "leases_add_up"),
        (
            "budget_leases",
            LEASE,
            {"taken_usd_micros": 3_499},
            "no_tenant_spends_what_it_did_not_take",
        ),
        (
            "budget_leases",
            LEASE,
            {"tenant_id": "somebody"},
            "no_tenant_spends_what_it_did_not_take",
        ),
        (
            "budget_leases",
            LEASE,
            {"spent_usd_micros": 3_501},
            "no_tenant_spends_what_it_did_not_take",
        ),
        ("budgets", BUDGET, {"limit_usd_micros": 4_000}, "each_threshold_is_told_once"),
        ("budgets", BUDGET, {"held_usd_micros": 1_250}, "each_threshold_is_told_once"),
    ],
)
def test_a_tenant_that_spends_beyond_the_platforms_budget_is_seen(
    collection: str, id: str, fields: Any, claim: str
) -> None:
    found = evidence()
    document = found.platform[collection][id]
    document["state"] = json.dumps({**json.loads(document["state"]), **fields})
    assert claim in caught_by(found)


@pytest.mark.parametrize("times", [0, 2])
def test_a_threshold_of_the_platform_that_nobody_or_somebody_twice_is_told_of_is_seen(
    times: int,
) -> None:
    found = evidence()
    told = found.platform["events"].pop("evt_platform")
    found.platform["events"] = {f"evt_{each}": told for each in range(times)}
    assert "each_threshold_is_told_once" in caught_by(found)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("approved", {"decided_by": "ada"}),
        ("approved", {"decided_by": "sina"}),
        ("approved", {"approval_id": "apr_2"}),
    ],
)
def test_an_assent_of_somebody_else_is_seen(name: str, fields: Any) -> None:
    found = evidence()
    event(found, name, CARD)["data"] |= fields
    assert "every_call_has_its_assent" in caught_by(found)


def test_an_assent_to_other_arguments_or_another_step_is_seen() -> None:
    others: list[Any] = [{"calls": []}, {"step": "count"}, {"run_id": "run_2"}, {"plan_hash": "0"}]
    for altered in others:
        found = evidence()
        contents = tenant_of(found).documents["contents"]
        hash = event(found, "approved")["data"]["decision_hash"]
        contents[hash] = {"body": json.dumps({**json.loads(contents[hash]["body"]), **altered})}
        assert "every_call_has_its_assent" in caught_by(found), altered


def test_a_call_that_acted_before_its_assent_is_seen() -> None:
    found = evidence()
    events = tenant_of(found).events
    events.append(events.pop(events.index(event(found, "approved"))))
    assert "every_call_has_its_assent" in caught_by(found)


def test_an_assent_that_two_runs_used_is_seen() -> None:
    found = evidence()
    event(found, "paused")["data"]["receipts"][0]["run_id"] = "run_2"
    change = tenant_of(found).documents["runs"]
    change["run_2"] = change[RUN]
    assert "no_assent_is_for_two_runs" in caught_by(found)


def test_a_command_that_started_two_runs_is_seen() -> None:
    found = evidence()
    for id in ("run_1", "run_2"):
        said = {"path": "/v1/runs", "key": "k", "status": 202, "answer": {"run_id": id}}
        tenant_of(found).said.append({"principal": "ada", "device": "phone", **said})
    assert "the_same_command_is_one_command" in caught_by(found)
