"""What a call of an agent elsewhere needs, and what the same call does next: rules alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.operations import OPERATIONS, SKILL
from functions.tools.mcp_server.tools import LONGEST_NAME, names_of
from functions.tools.rules.direct_call import (
    ASSENT_LASTS,
    Act,
    Ask,
    DirectCall,
    Refuse,
    Wait,
    after_asking,
    ended,
    under_way,
    withdraw,
)
from functions.tools.rules.envelope import Denied, Grave, Within, judge
from functions.tools.rules.invocation import UNDER_WAY, Invocation
from shared.agents.rights import KnownRights
from shared.approvals.known import KnownApproval
from tests.functions.tools.elsewhere import right

NOW = datetime(2026, 11, 27, tzinfo=UTC)
ADD, APPEND, NOTIFY = "assent/counter.add", "assent/ledger.append", "assent/people.notify"
CONTENT = "c" * 64


def judged(operation: str, *, made: int = 0, trial: bool = False, **lists: Any) -> Any:
    rights = KnownRights.of({"rights": {"alone": [], "with_approval": [], "never": [], **lists}})
    arguments = {"counter": "visits", "amount": 1}
    definition = OPERATIONS[operation]
    return judge(operation, definition, rights, arguments, made_today=made, is_trial=trial)


@pytest.mark.parametrize(
    ("operation", "lists", "expected"),
    [
        (ADD, {"alone": [right(ADD, undo=ADD)]}, Within),
        (APPEND, {"alone": [right(APPEND)]}, Grave),
        (NOTIFY, {"alone": [right(NOTIFY, "send")]}, Grave),
        (APPEND, {"with_approval": [right(APPEND)]}, Grave),
        (APPEND, {}, Denied),
        (SKILL, {"alone": [right(SKILL, "read")]}, Denied),
        (APPEND, {"alone": [right(APPEND)], "never": ["assent/*"]}, Denied),
        (ADD, {"alone": [right(ADD, undo=ADD, only={"counter": ["v*"]})]}, Within),
        (ADD, {"alone": [right(ADD, undo=ADD, only={"counter": ["x*"]})]}, Denied),
        (
            ADD,
            {
                "alone": [right(ADD, undo=ADD, only={"counter": ["x*"]})],
                "with_approval": [right(ADD, undo=ADD)],
            },
            Grave,
        ),
        (
            ADD,
            {"with_approval": [right(ADD, undo=ADD, only={"counter": ["x*"]})]},
            Denied,
        ),
    ],
)
def test_a_right_says_what_a_call_needs(operation: str, lists: Any, expected: type) -> None:
    assert isinstance(judged(operation, **lists), expected)


def test_an_agent_on_trial_and_a_day_that_is_used_up_give_nothing() -> None:
    alone: Any = {"alone": [right(ADD, undo=ADD, per_day=2)]}
    assert isinstance(judged(ADD, trial=True, **alone), Denied)
    assert isinstance(judged(ADD, made=1, **alone), Within)
    assert isinstance(judged(ADD, made=2, **alone), Denied)


def call(**changed: Any) -> DirectCall:
    fields: dict[str, Any] = {
        "direct_call_id": "dcl_1",
        "agent_id": "agt_1",
        "operation": APPEND,
        "pin": "p",
        "arguments_sha256": "a" * 64,
        "status": "asked",
        "approval_id": "apr_1",
        "content_hash": CONTENT,
        **changed,
    }
    return DirectCall(**fields)


def approval(status: Any, by: str | None = None, **changed: Any) -> KnownApproval:
    known = KnownApproval(status, CONTENT, NOW, by)
    return known._replace(**changed)


@pytest.mark.parametrize(
    ("known", "found", "after", "expected"),
    [
        (None, None, 0, Ask),
        (call(), None, 0, Wait),
        (call(), approval("escalated"), 0, Wait),
        (call(), approval("approved", "gala"), 0, Act),
        (call(), approval("approved", "gala"), 24, Ask),
        # Without the signature of `approvals`, and for another content.
        (call(), approval("approved"), 0, Ask),
        (call(), approval("approved", "gala", decision_hash="d" * 64), 0, Ask),
        (call(content_hash="d" * 64), approval("approved", "gala"), 0, Ask),
        (call(status="over"), approval("approved", "gala"), 0, Ask),
        (call(), approval("rejected"), 1, Refuse),
        (call(), approval("overturned"), 1, Refuse),
        (call(), approval("rejected"), 24, Ask),
        (call(), approval("expired"), 0, Ask),
        (call(), approval("cancelled"), 0, Ask),
    ],
)
def test_a_grave_call_acts_by_an_assent_to_exactly_it_and_by_nothing_else(
    known: Any, found: Any, after: int, expected: type
) -> None:
    assert isinstance(after_asking(known, found, CONTENT, NOW + timedelta(hours=after)), expected)


def test_each_assent_is_for_one_invocation() -> None:
    first, again = (
        after_asking(call(), approval("approved", "gala"), CONTENT, NOW + ASSENT_LASTS / 2)
        for _ in range(2)
    )
    other = after_asking(call(approval_id="apr_2"), approval("approved", "gala"), CONTENT, NOW)
    assert isinstance(first, Act)
    assert first == again
    assert isinstance(other, Act)
    assert first.invocation_id != other.invocation_id


def invocation(status: Any, **changed: Any) -> Invocation:
    fields: dict[str, Any] = {
        "invocation_id": "inv_1",
        "run_id": "",
        "step": "",
        "operation": APPEND,
        "effect": "change",
        "arguments": {},
        "arguments_sha256": "a" * 64,
        "plan_hash": "",
        "agent_id": "agt_1",
        "agent_version": "1.0.0",
        "token_id": "key_1",
        "status": status,
        "at": NOW,
        **changed,
    }
    return Invocation(**fields)


def test_whoever_died_is_followed_only_where_the_target_takes_a_key() -> None:
    acting, later = invocation("intended"), NOW + UNDER_WAY
    young = under_way(acting, NOW, takes_key=True)
    assert isinstance(young, Invocation)
    assert young.status == "dispatched"
    assert under_way(acting, later, takes_key=True) == Act("inv_1")
    old = under_way(acting, later, takes_key=False)
    assert isinstance(old, Invocation)
    assert old.status == "doubtful"
    assert under_way(invocation("confirmed"), later, takes_key=True) is None


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (invocation("confirmed", approval_id="apr_1"), "over"),
        (invocation("doubtful", approval_id="apr_1"), "acting"),
        (invocation("refused", approval_id="apr_1"), "over"),
        (invocation("refused", approval_id="apr_1", may_be_repeated=True), "asked"),
        (invocation("refused", may_be_repeated=True), "over"),
    ],
)
def test_what_surely_did_not_happen_leaves_the_assent(outcome: Any, expected: str) -> None:
    acting = call(status="acting", invocation_id="inv_1", began_at=NOW)
    (after,) = ended(acting, outcome)
    assert after.state.status == expected
    assert ended(acting.but(invocation_id="inv_2"), outcome) == ()


def test_only_what_was_asked_is_withdrawn() -> None:
    assert withdraw(None, "s") == withdraw(call(status="acting"), "s") == ()
    (step,) = withdraw(call(), "s")
    assert (step.state.status, step.fields["ends"]) == ("over", "apr_1")


def test_names_of_tools_are_plain_and_stand_for_one_operation_each() -> None:
    long = f"connector/{'a' * 90}"
    names = names_of(["cms/a.b", "cms/a_b", "cms/read", long])
    assert names["cms__read"] == "cms/read"
    assert sorted(names.values()) == sorted(["cms/a.b", "cms/a_b", "cms/read", long])
    assert all(len(each) <= LONGEST_NAME for each in names)
    assert all(each.replace("_", "").replace("-", "").isalnum() for each in names)
