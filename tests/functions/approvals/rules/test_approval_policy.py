"""The approval policy: what it may say, which entry holds, and how it changes."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from events.approval_policies import ApprovalPolicyChanged, PasskeyRule, PolicyEntry
from events.effects import RISKS
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.opening import open_request
from functions.approvals.rules.policy import (
    BUILT_IN,
    DEADLINES,
    DEPLOYED,
    ApprovalPolicy,
    completed,
    passkey_for,
    terms_for,
)
from functions.approvals.rules.proposals import (
    PolicyBody,
    adopt,
    asks_for_more_people,
    proposal_of,
)
from functions.approvals.rules.silence import time_passed
from shared.kit.callers import Actor
from shared.kit.errors import Forbidden, Invalid, SeparationOfDuties, VersionConflict
from tests.functions.approvals.builders import (
    ASKER,
    DEPUTY,
    GOVERNOR,
    HOUR,
    MINUTE,
    OTHER_GOVERNOR,
    START,
    command,
    policy,
    rule,
    stepped,
)

TWO = rule("all", "role:governor", "role:cfo")
THREE = rule("m_of_n", "role:governor", "role:governor", "role:cfo", m=3)


def entry(kind: Any = "financial", asked: Any = TWO, **fields: Any) -> PolicyEntry:
    return PolicyEntry(kind=kind, rule=asked, **fields)


def body(*entries: PolicyEntry) -> PolicyBody:
    return PolicyBody(entries=entries, reason="The auditors want two people.")


def proposed(
    *entries: PolicyEntry, current: ApprovalPolicy = BUILT_IN, by: str = "amira"
) -> Approval:
    return open_request(
        proposal_of(body(*entries), current, "apr_1", Actor(by, frozenset())), (), START
    ).state


def test_before_anybody_changes_it_any_governor_decides_and_silence_denies() -> None:
    for kind, deadline in DEADLINES.items():
        terms = terms_for(BUILT_IN, kind=kind, risk="low", amount=0, requested_by="x")
        assert (terms.rule, terms.deadline) == (rule("any", "role:governor"), deadline)
        assert not terms.silence_approves


def test_the_entry_with_the_highest_thresholds_that_are_reached_holds() -> None:
    entries = completed(
        [
            entry(min_amount_usd_micros=1_000_000, asked=THREE),
            entry(min_risk="critical", asked=THREE),
            entry(min_risk="critical", min_amount_usd_micros=1_000_000, asked=TWO),
        ]
    )
    whole = policy(*entries)

    def asked(risk: Any, amount: int) -> Any:
        return terms_for(
            whole, kind="financial", risk=risk, amount=amount, requested_by="amira"
        ).rule

    assert asked("high", 999_999) == rule("any", "role:governor")
    assert asked("high", 1_000_000) == THREE
    assert asked("critical", 1) == THREE
    assert asked("critical", 2_000_000) == TWO


@given(
    st.lists(
        st.tuples(st.sampled_from(RISKS), st.sampled_from([0, 5, 9])), unique=True, max_size=8
    ),
    st.sampled_from(RISKS),
    st.integers(0, 12),
)
def test_in_every_policy_that_is_accepted_one_entry_holds_whatever_the_order(
    thresholds: list[Any], risk: Any, amount: int
) -> None:
    entries = [entry(min_risk=r, min_amount_usd_micros=a) for r, a in thresholds]
    try:
        whole = completed(entries)
    except Invalid:
        return
    assert completed(entries[::-1]) == whole
    reached = [
        (RISKS.index(each.min_risk), each.min_amount_usd_micros)
        for each in whole
        if each.kind == "financial"
        and RISKS.index(each.min_risk) <= RISKS.index(risk)
        and each.min_amount_usd_micros <= amount
    ]
    highest = max(reached)
    assert all(r <= highest[0] and a <= highest[1] for r, a in reached)


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ([entry(), entry()], "entries.1"),
        ([entry(min_risk="critical"), entry(min_amount_usd_micros=5)], "entries.1"),
        ([entry(asked=rule("any", "principal:deadline"))], "entries.0.rule.of.0"),
        ([entry("artifact", min_amount_usd_micros=5)], "entries.0.min_amount_usd_micros"),
        ([entry(min_amount_usd_micros=-1)], "entries.0.min_amount_usd_micros"),
        ([entry("constitutional", rule("any", "role:legal"))], "entries.0.rule"),
        ([entry("constitutional", rule("any", "role:governor", "principal:x"))], "entries.0.rule"),
        ([entry("constitutional", rule("all", "role:governor", "role:deputy"))], "entries.0.rule"),
        ([entry(shortest_deadline_seconds=59)], "entries.0.shortest_deadline_seconds"),
        ([entry(deadline_seconds=59)], "entries.0.shortest_deadline_seconds"),
        ([entry(deadline_seconds=10**30)], "entries.0.deadline_seconds"),
        (
            [entry(deadline_seconds=600, shortest_deadline_seconds=601)],
            "entries.0.deadline_seconds",
        ),
        ([entry("artifact", silence_approves=("deadline",))], "entries.0.silence_approves"),
        ([entry("execution", silence_approves=("bot",))], "entries.0.silence_approves"),
        (
            [entry("artifact", min_risk="medium", silence_approves=("bot",))],
            "entries.0.silence_approves",
        ),
        (
            [entry("artifact", deadline_seconds=1799, silence_approves=("bot",))],
            "entries.0.silence_approves",
        ),
    ],
)
def test_a_policy_that_is_not_sound_names_the_field(entries: Any, named: str) -> None:
    with pytest.raises(Invalid) as refusal:
        completed(entries)
    assert named in [error.field for error in refusal.value.errors]


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ([{"rule": {"kind": "any", "of": [{"role": " "}]}}], "entries.0.rule.of.0.role"),
        ([{"rule": {"kind": "any", "of": [{"role": "cfo"}] * 17}}], "entries.0.rule.of"),
        ([{"silence_approves": ["bot", "b\u043et"]}], "entries.0.silence_approves.1"),
        ([{"silence_approves": ["bot"] * 51}], "entries.0.silence_approves"),
        ([{}] * 41, "entries"),
        ([{"min_amount_usd_micros": 10**30}], "entries"),
    ],
)
def test_a_policy_out_of_bounds_names_the_field(entries: Any, named: str) -> None:
    asked = {"kind": "artifact", "rule": {"kind": "any", "of": [{"role": "governor"}]}}
    sent = {"entries": [asked | fields for fields in entries], "reason": "x"}
    with pytest.raises(ValidationError) as refusal:
        PolicyBody.model_validate(sent)
    (error,) = refusal.value.errors()
    assert ".".join(map(str, error["loc"])) == named


def test_silence_approves_only_for_whom_the_policy_names() -> None:
    whole = policy(entry("artifact", rule("any", "role:governor"), silence_approves=("bot",)))
    for name, approves in (("bot", True), ("amira", False)):
        terms = terms_for(whole, kind="artifact", risk="low", amount=None, requested_by=name)
        assert terms.silence_approves == approves


def test_a_proposal_is_decided_by_any_governor_but_its_author_whatever_the_policy_says() -> None:
    locked = policy(entry("constitutional", rule("all", *["role:governor"] * 3)))
    request = proposal_of(body(entry()), locked, "apr_1", GOVERNOR)
    approval = open_request(request, (), START, locked).state
    assert (approval.kind, approval.rule) == ("constitutional", rule("any", "role:governor"))
    assert approval.deadline_at == START + 24 * HOUR
    with pytest.raises(SeparationOfDuties):
        decide(approval, command("approve", approval), GOVERNOR, START)
    done = stepped(decide(approval, command("approve", approval), OTHER_GOVERNOR, START))
    assert done.status == "approved"


def test_neither_a_deputy_nor_a_broken_glass_nor_silence_changes_the_policy() -> None:
    approval = proposed(entry())
    with pytest.raises(Forbidden):
        decide(approval, command("approve", approval), DEPUTY, START, took_over=True)
    with pytest.raises(Invalid, match="does not change the approval policy"):
        decide(approval, command("break_glass", approval, grounds="outage"), GOVERNOR, START)
    for verb, fields in (("escalate", {}), ("delegate", {"to": "dina"})):
        with pytest.raises(Invalid):
            decide(approval, command(verb, approval, **fields), GOVERNOR, START)
    assert stepped(time_passed(approval, START + 24 * HOUR + MINUTE)).status == "expired"


def test_an_adopted_policy_is_the_approved_one_and_names_both_people() -> None:
    approval = proposed(entry())
    done = stepped(decide(approval, command("approve", approval), GOVERNOR, START))
    entries = completed([entry()])
    step = adopt(done, entries, BUILT_IN, START, passkey=PasskeyRule())
    assert step.event is ApprovalPolicyChanged
    assert (step.state.version, step.state.proposed_by) == (1, "amira")
    assert step.state.entries == entries


def test_a_proposal_about_an_older_policy_is_refused() -> None:
    older = proposed(entry())
    with pytest.raises(VersionConflict, match="version 1, and this proposal replaces version 0"):
        adopt(
            older,
            completed([entry()]),
            policy(entry(asked=THREE)),
            START,
            passkey=PasskeyRule(),
        )


def test_a_proposal_that_changes_nothing_or_says_not_why_is_refused() -> None:
    with pytest.raises(Invalid, match="nothing would change"):
        proposal_of(body(), BUILT_IN, "apr_1", ASKER)
    with pytest.raises(Invalid, match="why the policy should change"):
        proposal_of(PolicyBody(entries=(entry(),), reason=" "), BUILT_IN, "apr_1", ASKER)


def test_what_a_proposal_leaves_out_stays_as_it_is() -> None:
    current = DEPLOYED.but(words_per_minute=None, veto_waits_for_device=False)
    reason = {"reason": "The auditors want two people."}
    said = proposal_of(PolicyBody(entries=(entry(),), **reason), current, "apr_1", ASKER).content
    assert said["passkey"] == said["passkey_was"] == DEPLOYED.passkey.model_dump(mode="json")
    assert (said["words_per_minute"], said["veto_waits_for_device"]) == (None, False)
    nothing = PolicyBody(entries=(), passkey=PasskeyRule(), **reason)
    said = proposal_of(nothing, current, "apr_1", ASKER).content
    assert said["passkey"] == PasskeyRule().model_dump(mode="json") != said["passkey_was"]
    with pytest.raises(Invalid, match="nothing would change"):
        proposal_of(PolicyBody(entries=(), **reason), current, "apr_1", ASKER)


def test_the_longest_and_the_shortest_deadlines_are_taken() -> None:
    month = int(timedelta(days=30).total_seconds())
    assert completed([entry(deadline_seconds=month, shortest_deadline_seconds=60)])


def test_who_wrote_a_part_of_the_policy_text_does_not_decide_it_as_another_role() -> None:
    approval = proposed(entry(), by="gala")
    both = Actor("gala", frozenset({"governor", "deputy", "cfo"}))
    with pytest.raises(SeparationOfDuties):
        decide(approval, command("approve", approval), both, START)


def test_beyond_a_laptop_only_a_passkey_assents_to_what_is_risky_or_irreversible() -> None:
    for risk in RISKS:
        asked = "assent" if risk in ("high", "critical") else "break_glass"
        assert passkey_for(DEPLOYED, risk, is_irreversible=False) == asked
        assert passkey_for(DEPLOYED, risk, is_irreversible=True) == "assent"
        assert passkey_for(BUILT_IN, risk, is_irreversible=True) == "nothing"
    assert DEPLOYED.entries == BUILT_IN.entries


def test_only_the_first_rule_for_several_people_is_a_feature_that_a_plan_must_have() -> None:
    one = entry(asked=rule("any", "role:governor", "role:cfo"))
    assert asks_for_more_people(body(one, entry()), policy(one))
    assert not asks_for_more_people(body(one), policy(one))
    # What is there may be changed, and ended.
    assert not asks_for_more_people(body(entry(asked=THREE)), policy(entry()))
    assert not asks_for_more_people(body(one), policy(entry()))
