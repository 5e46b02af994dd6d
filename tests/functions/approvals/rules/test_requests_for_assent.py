"""Opening a request: limits, deadlines, risk, and what silence will mean."""

from datetime import timedelta
from typing import Any

import pytest

from events.approval_policies import PolicyEntry
from events.approvals import (
    ApprovalApproved,
    ApprovalExpired,
    ApprovalRequested,
    CaseBinding,
)
from functions.approvals.rules.approval import DEADLINE_DUE, is_swept, next_timer
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.opening import open_cancelled, open_request
from functions.approvals.rules.policy import DEADLINES
from functions.approvals.rules.refusals import take_back
from functions.approvals.rules.requests import CONTENT as CONTENT_LIMIT
from functions.approvals.rules.requests import SubjectBody, request_of
from functions.approvals.rules.risk import USUAL_EFFECT, assess
from functions.approvals.rules.silence import time_passed
from functions.approvals.rules.subjects import budget_subject, run_subject
from shared.kit.callers import Actor
from shared.kit.canonical import content_hash
from shared.kit.errors import Invalid
from shared.kit.transitions import payload
from tests.functions.approvals.builders import (
    ASKER,
    CONTENT,
    GOVERNOR,
    HOUR,
    MINUTE,
    REQUESTER,
    SECOND,
    START,
    active,
    command,
    opened,
    policy,
    request,
    request_body,
    rule,
    signed_of,
    step_of,
    stepped,
)

MINUTES = {
    "artifact": 30,
    "communication": 60,
    "execution": 120,
    "financial": 240,
    "constitutional": 24 * 60,
}


@pytest.mark.parametrize("kind", MINUTES)
def test_each_kind_has_its_deadline_and_its_timer_fires_a_minute_later(kind: Any) -> None:
    approval = opened(kind=kind)
    assert approval.deadline_at == START + MINUTES[kind] * MINUTE
    assert next_timer(approval) == (DEADLINE_DUE, approval.deadline_at + MINUTE)
    assert set(DEADLINES) == set(MINUTES)


@pytest.mark.parametrize(
    ("kind", "risk", "silence"),
    [
        ("artifact", "low", "approve"),
        ("artifact", "medium", "deny"),
        ("communication", "low", "deny"),
        ("execution", "low", "deny"),
        ("financial", "low", "deny"),
        ("constitutional", "low", "deny"),
    ],
)
def test_silence_assents_at_most_to_an_artifact_of_low_risk(
    kind: Any, risk: Any, silence: str
) -> None:
    approval = opened(kind=kind, risk=risk, silence_approves=True)
    assert approval.on_timeout == silence
    spoken = step_of(time_passed(approval, approval.deadline_at + MINUTE))
    assert spoken.event is (ApprovalApproved if silence == "approve" else ApprovalExpired)
    decided = (spoken.state.decided_by, spoken.state.capacity, spoken.state.decided_at)
    assert decided == ("deadline", "silence", approval.deadline_at)
    assert signed_of(spoken) is not None
    assert next_timer(spoken.state) is None


def test_silence_denies_what_nobody_named_and_what_the_requester_had_others_asked_about() -> None:
    assert opened(kind="artifact", risk="low").on_timeout == "deny"
    more = rule("any", "role:legal")
    asked = opened(kind="artifact", risk="low", silence_approves=True, added_rule=more)
    assert asked.on_timeout == "deny"


def test_silence_speaks_no_sooner_than_a_minute_after_the_deadline_and_once() -> None:
    approval = opened()
    assert time_passed(approval, approval.deadline_at) == ()
    assert time_passed(approval, approval.deadline_at + MINUTE - SECOND) == ()
    expired = stepped(time_passed(approval, approval.deadline_at + MINUTE))
    assert expired.silence_at == approval.deadline_at
    assert time_passed(expired, approval.deadline_at + HOUR) == ()


def test_only_a_governors_own_silence_is_remembered() -> None:
    both = opened(rule=rule("all", "role:governor", "role:legal"))
    voted = stepped(decide(both, command("approve", both), GOVERNOR, START))
    theirs = opened(rule=rule("any", "role:legal"))
    for approval, missed in ((both, True), (voted, False), (theirs, False)):
        expired = stepped(time_passed(approval, approval.deadline_at + MINUTE))
        assert (expired.silence_at is not None) == missed


def test_the_event_carries_exactly_what_is_hashed() -> None:
    step = open_request(request(), (), START)
    data = payload(step)
    assert isinstance(data, ApprovalRequested)
    assert data.decision_hash == content_hash(CONTENT)
    assert data.version == 1
    assert signed_of(step) is None


def test_a_signed_decision_is_bound_to_the_asking_case() -> None:
    case = CaseBinding(case_id="cas_1", revision=2, purpose="creation")
    step = open_request(request(case=case), [active()], START)
    signed = signed_of(step)
    assert signed is not None
    assert (signed.case, signed.tenant_id, signed.outcome) == (case, "clinic", "auto_approved")


def test_a_withdrawn_request_is_over_from_the_start() -> None:
    step = step_of(open_cancelled(request(), REQUESTER, START))
    assert (step.state.status, step.state.version) == ("cancelled", 1)
    assert next_timer(step.state) is None


def test_what_a_governor_or_no_deputy_could_decide_shows_no_absence() -> None:
    sent_again = {"authors": (REQUESTER, GOVERNOR.principal)}
    for fields in ({"by_governor": True}, sent_again, {"kind": "constitutional"}):
        approval = opened(**fields)
        expired = stepped(time_passed(approval, approval.deadline_at + MINUTE))
        assert (expired.status, expired.silence_at) == ("expired", None)


def test_who_left_a_yes_to_silence_that_was_revoked_missed_nothing() -> None:
    waiting = opened(kind="artifact", risk="low", silence_approves=True)
    refused = stepped(decide(opened(), command("reject", opened()), GOVERNOR, START))
    (revoked,) = take_back(refused, [waiting], START + MINUTE)
    expired = stepped(time_passed(revoked.state, waiting.deadline_at + MINUTE))
    assert (expired.status, expired.silence_at) == ("expired", None)
    asked = request(kind="artifact", risk="low")
    named = PolicyEntry(
        kind="artifact", rule=rule("any", "role:governor"), silence_approves=(REQUESTER,)
    )
    denied = open_request(asked, (), START, policy(named), refused=("nobody refused it",)).state
    missed = stepped(time_passed(denied, denied.deadline_at + MINUTE))
    assert missed.silence_at == denied.deadline_at, "it never meant yes"


def test_a_governor_who_requests_was_there() -> None:
    for roles, seen in (({"governor"}, START), (set(), None)):
        asked = request_of(request_body(), "apr_1", Actor(REQUESTER, frozenset(roles)))
        assert open_request(asked, (), START).state.governed_at == seen


@pytest.mark.parametrize(
    "type",
    [
        *("agent", "approval_policy", "approval", "precedent", "creation_case"),
        *("Agent", "approval policy", "Approval-Policy", " agent ", "\uff41gent"),
        *("agents", "creation cases", "policy", "Policies", "approval policies", "CreationCase"),
        *("approval policy change", "approvalPolicyChange", "\u00e1gent", "\u0430gent", "an agent"),
        *("approval form", "a-gent", "agent's"),
    ],
)
def test_a_subject_of_assents_own_is_refused(type: str) -> None:
    subject = SubjectBody(type=type, id="x")
    with pytest.raises(Invalid, match="name a thing of your own") as refusal:
        request_of(request_body(subject=subject), "apr_1", ASKER)
    assert [error.field for error in refusal.value.errors] == ["subject.type"]


@pytest.mark.parametrize(
    "type", ["job", "case", "insurance policy", "delivery", "agency", "disapproval"]
)
def test_a_subject_of_the_callers_is_taken(type: str) -> None:
    subject = SubjectBody(type=type, id="x")
    assert request_of(request_body(subject=subject), "apr_1", ASKER).subject.type == type


def test_a_deadline_that_the_requester_shortened_is_no_governors_silence() -> None:
    for seconds, missed in ((900, False), (7199, False), (7200, True), (90_000, True)):
        short = opened(deadline_seconds=seconds)
        expired = stepped(time_passed(short, short.deadline_at + MINUTE))
        assert (expired.silence_at is not None) == missed


def test_where_silence_approves_the_deadline_is_not_shortened() -> None:
    fields: dict[str, Any] = {"kind": "artifact", "risk": "low"}
    assert opened(deadline_seconds=600, **fields).deadline_at == START + 10 * MINUTE
    with pytest.raises(Invalid, match=r"from 1800 .* because silence approves"):
        opened(deadline_seconds=600, silence_approves=True, **fields)


@pytest.mark.parametrize("seconds", [900, 30 * 24 * 3600])
def test_the_shortest_and_longest_deadline_are_taken(seconds: int) -> None:
    approval = opened(deadline_seconds=seconds)
    assert approval.deadline_at == START + timedelta(seconds=seconds)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"deadline_seconds": 899}, "deadline_seconds"),
        ({"deadline_seconds": 30 * 24 * 3600 + 1}, "deadline_seconds"),
        ({"summary": " "}, "summary"),
        ({"summary": "x" * 2001}, "summary"),
        ({"rollback_plan": "x" * 10_001}, "rollback_plan"),
        ({"content": {"text": "x" * 256 * 1024}}, "content"),
        ({"content": nested(33)}, "content"),
        ({"content": nested(100_000)}, "content"),
        ({"content": {"number": 2**53 + 1}}, "content"),
        ({"evidence": ("x",) * 51}, "evidence"),
        ({"evidence": ("x" * 65_536,)}, "evidence"),
        ({"evidence": (nested(40),)}, "evidence"),
        ({"evidence": (2**60,)}, "evidence"),
        ({"deadline_seconds": -(10**30)}, "deadline_seconds"),
        ({"rule": rule("any", f"principal:{REQUESTER}")}, "rule"),
        ({"added_rule": rule("any", f"principal:{REQUESTER}")}, "rule"),
        ({"added_rule": rule("any", "principal:deadline")}, "rule.of.0"),
    ],
)
def test_a_request_out_of_bounds_names_its_field(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(Invalid) as refusal:
        opened(**fields)
    assert [error.field for error in refusal.value.errors] == [named]


def test_content_just_inside_the_limit_is_taken() -> None:
    text = "x" * (256 * 1024 - len(b'{"text":""}'))
    step = open_request(request(content={"text": text}), (), START)
    (content,) = (each for each in step.contents if each.hash == step.state.decision_hash)
    assert len(content.text) == 256 * 1024
    assert CONTENT_LIMIT.problem(nested(31)) is None


@pytest.mark.parametrize(
    ("kind", "content", "plan", "risk", "reason"),
    [
        ("artifact", {}, "delete it", "low", "an internal artifact (low)"),
        ("artifact", {}, " ", "medium", "it has no rollback plan (medium)"),
        ("communication", {}, "x", "medium", "something is sent (medium)"),
        ("execution", {}, "x", "medium", "something happens (medium)"),
        ("financial", {}, "x", "high", "money moves (high)"),
        ("constitutional", {}, "x", "high", "an agent is born or changed (high)"),
        ("artifact", {"a": [{"reversible": False}]}, "x", "high", "it declares reversible: false"),
        ("artifact", {"irreversible": ["x"]}, "x", "high", "it declares something irreversible"),
        ("artifact", {"a": {"classification": "confidential"}}, "x", "medium", "confidential"),
        (
            "artifact",
            {"classification": "restricted"},
            "x",
            "high",
            "classification: restricted (high)",
        ),
        *(
            ("artifact", {"a": [{name: value}]}, "x", risk, reason)
            for name, value, risk, reason in (
                ("classification", "public", "low", "public"),
                ("Classification", "Restricted", "high", "classification: Restricted"),
                ("classification", ["internal", " restricted"], "high", "restricted"),
                ("classification", {"data": "x"}, "high", 'classification: {"data": "x"}'),
                ("classification", "top secret", "high", "top secret"),
                ("cl\u0430ssification", "confidential", "medium", "confidential"),
                ("classification", None, "low", "an internal artifact"),
                ("blast_radius", "Platform", "critical", "Platform"),
                ("Blast-Radius", "everything", "critical", "everything"),
                ("blast_radius", "tenant", "low", "tenant"),
                ("risk", "Critical", "critical", "risk: Critical"),
                ("RISK", 3, "critical", "risk: 3"),
                ("risk", "MEDIUM", "medium", "risk: MEDIUM"),
                *(
                    ("reversible", each, "high", "it declares reversible")
                    for each in (False, "false", "no", 0, 1, "true", None, [], [True])
                ),
                ("Reversible", False, "high", "it declares reversible: false"),
                ("reversible", True, "low", "an internal artifact"),
                ("Irreversible", True, "high", "it declares something irreversible"),
                ("irreversible", "no", "high", "it declares something irreversible"),
                ("irreversible", [], "low", "an internal artifact"),
            )
        ),
        ("artifact", {"blast_radius": "platform"}, "x", "critical", "blast_radius: platform"),
        ("artifact", {"risk": "critical"}, "x", "critical", "it declares risk: critical"),
        ("financial", {"risk": "low"}, "x", "high", "money moves (high)"),
    ],
)
def test_the_highest_risk_counts_and_every_reason_is_given(
    kind: Any, content: Any, plan: str, risk: str, reason: str
) -> None:
    assessed, reasons = assess(kind, USUAL_EFFECT[kind], None, content, plan)
    assert assessed == risk
    assert any(reason in each for each in reasons)


@pytest.mark.parametrize(
    ("effect", "amount", "risk"),
    [
        ("read", None, "medium"),
        ("change", None, "medium"),
        ("deploy", None, "high"),
        ("delete", None, "high"),
        ("grant", None, "high"),
        ("decide", None, "high"),
        ("pay", 1, "high"),
        ("pay", 9_999_999_999, "high"),
        ("pay", 10_000_000_000, "critical"),
    ],
)
def test_a_graver_effect_and_a_large_amount_raise_the_risk(
    effect: Any, amount: int | None, risk: str
) -> None:
    kind: Any = "financial" if amount else "execution"
    assert assess(kind, effect, amount, {}, "x")[0] == risk


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "financial"}, "amount_usd_micros"),
        ({"kind": "financial", "amount_usd_micros": -1}, "amount_usd_micros"),
        ({"kind": "financial", "amount_usd_micros": 10**16}, "amount_usd_micros"),
        ({"kind": "artifact", "amount_usd_micros": 5}, "amount_usd_micros"),
        ({"kind": "artifact", "effect": "pay"}, "effect"),
        ({"kind": "artifact", "effect": "send"}, "effect"),
        ({"kind": "artifact", "effect": "change"}, "effect"),
        ({"kind": "communication", "effect": "delete"}, "effect"),
        ({"kind": "execution", "effect": "pay"}, "effect"),
        ({"kind": "execution", "effect": "send"}, "effect"),
        ({"kind": "constitutional", "effect": "pay"}, "effect"),
    ],
)
def test_a_request_that_does_more_than_its_kind_is_refused(
    fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        request_of(request_body(**fields), "apr_1", ASKER)
    assert [error.field for error in refusal.value.errors] == [named]


def test_a_request_says_what_it_does_and_how_much_it_moves() -> None:
    body = request_body(kind="financial", amount_usd_micros=250_000_000)
    asked = open_request(request_of(body, "apr_1", ASKER), (), START).state
    assert (asked.effect, asked.amount_usd_micros) == ("pay", 250_000_000)
    assert (asked.risk, asked.on_timeout) == ("high", "deny")


@pytest.mark.parametrize(
    "subject", [run_subject("run_1", "invoices"), budget_subject("tenant", "2026-11")]
)
def test_the_sweep_alone_fires_the_deadline_of_what_a_run_asks(subject: Any) -> None:
    waits = opened(kind="execution").but(subject=subject, on_timeout="deny")
    assert is_swept(waits)
    assert not is_swept(waits.but(on_timeout="approve"))
    later = waits.deadline_at - MINUTE
    assert not is_swept(waits.but(status="deferred", deferred_until=later))
    assert not is_swept(waits.but(status="approved"))


def test_a_deadline_of_anything_else_has_a_task() -> None:
    assert not is_swept(opened(kind="execution").but(on_timeout="deny"))
