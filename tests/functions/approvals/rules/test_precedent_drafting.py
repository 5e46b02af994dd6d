"""Like approvals in a row, by people, draft a precedent that would have covered them."""

from typing import Any

import pytest

from events.precedents import Condition
from functions.approvals.rules.approval import Approval
from functions.approvals.rules.decisions import decide
from functions.approvals.rules.drafts import (
    IN_A_ROW,
    common_conditions,
    counts,
    draft,
    with_streak,
)
from functions.approvals.rules.genesis import Facts, review
from functions.approvals.rules.likeness import likeness_of
from shared.kit.callers import Actor
from shared.kit.wilson import lower_bound
from shared.precedents.conditions import is_satisfied
from tests.functions.approvals.builders import (
    CONTENT,
    DEPUTY,
    GOVERNOR,
    MINUTE,
    START,
    command,
    opened,
    rule,
    stepped,
)

AGENT = {
    "name": "clinic-content-writer",
    "purpose": "Draft patient-education articles for review by the clinic's editor.",
    "industry": "healthcare",
    "skills": ["research", "draft"],
    "data_access": [{"source": "clinic-cms", "mode": "read", "classification": "public"}],
    "systems": [{"name": "clinic-cms", "operations": [{"name": "read", "effect": "read"}]}],
    "alone_effects": ["read", "draft"],
    "irreversible": [],
    "containment": {"rollback": "Delete the drafts it wrote.", "blast_radius": "tenant"},
    "budget": {"per_run_usd": 0.5},
    "case": {"case_id": "cas_1"},
    "mode": "production",
    "mixed": [{"classification": "public"}, "x"],
    "loose": ["free text here"],
}


def decided(verb: str = "approve", actor: Actor = GOVERNOR, **fields: Any) -> Approval:
    approval = opened(**fields)
    took_over = actor is DEPUTY
    return stepped(
        decide(approval, command(verb, approval), actor, START + MINUTE, took_over=took_over)
    )


def test_a_row_drafts_once_it_shows_that_people_approve_nine_of_ten() -> None:
    assert IN_A_ROW == 25
    assert lower_bound(IN_A_ROW, IN_A_ROW) >= 0.90 > lower_bound(IN_A_ROW - 1, IN_A_ROW - 1)
    assert round(lower_bound(3, 3), 2) == 0.53


def test_a_row_grows_with_approvals_and_ends_with_a_refusal() -> None:
    first = with_streak(decided(), None)
    second = with_streak(decided(), first)
    assert (first.streak, second.streak, second.counted_at) == (1, 2, START + MINUTE)
    assert with_streak(decided("reject"), second).streak == 0
    assert with_streak(decided("request_changes"), second).streak == 0


@pytest.mark.parametrize(
    ("approval", "counted"),
    [
        (decided(), True),
        (decided("reject"), True),
        (opened(), False),
        (decided(actor=DEPUTY), False),
        (decided(kind="communication"), False),
        (decided(risk="high"), False),
        (decided(rollback_plan=""), False),
        (decided(precedents_allowed=False), False),
        (decided().but(workspace_id="wsp_surgery"), True),
        (decided(rule=rule("m_of_n", "role:governor", "role:legal", m=1)), False),
    ],
)
def test_only_what_a_precedent_may_cover_counts(approval: Approval, counted: bool) -> None:
    assert counts(approval) is counted


def row(*contents: dict[str, Any], **fields: Any) -> list[tuple[Approval, dict[str, Any]]]:
    return [
        (decided(approval_id=f"apr_{number}", content=content, **fields), content)
        for number, content in enumerate(contents)
    ]


def test_a_draft_covers_the_row_passes_its_review_and_waits_for_a_human() -> None:
    agents = [
        {**AGENT, "name": f"writer-{n}", "skills": ["research", s]}
        for n, s in enumerate(["draft", "translate", "draft"])
    ]
    three = row(*agents, kind="constitutional", risk="low")
    step = draft(three, START + MINUTE)
    assert step is not None
    state = step.state
    assert (state.status, state.author, state.domain) == ("draft", "approvals", "GEN")
    assert state.drafted_from == ("apr_0", "apr_1", "apr_2")
    findings = review(state, Facts(example=three[-1][0], example_content=three[-1][1]))
    assert {finding.verdict for finding in findings} == {"pass"}
    for _, content in three:
        assert all(is_satisfied(condition, content) for condition in state.conditions)
    assert (
        Condition(field="content.skills", op="subset_of", value=["draft", "research", "translate"])
        in state.conditions
    )


def test_the_same_row_drafts_the_same_precedent() -> None:
    three = row(CONTENT, CONTENT, CONTENT)
    assert draft(three, START) == draft(three, START)


def test_contents_with_nothing_definite_in_common_draft_nothing() -> None:
    assert draft(row({"rows": 1}, {"rows": 2}, {"rows": 3}), START) is None


def test_conditions_leave_out_names_free_text_and_what_differs() -> None:
    other = {**AGENT, "industry": "retail", "name": "x", "budget": {"per_run_usd": 0.2}}
    found = {condition.field: condition for condition in common_conditions([AGENT, other])}
    assert set(found) == {
        "content.mode",
        "content.containment.blast_radius",
        "content.skills",
        "content.data_access.classification",
        "content.data_access.mode",
        "content.alone_effects",
        "content.budget.per_run_usd",
    }
    assert found["content.budget.per_run_usd"].value == 0.5
    assert found["content.alone_effects"].value == ["draft", "read"]


def test_values_of_different_types_have_nothing_in_common() -> None:
    assert common_conditions([{"a": True}, {"a": "yes"}]) == ()
    assert common_conditions([{"a": True}, {"a": 1}]) == ()


def test_likeness_ignores_names_and_sees_classes() -> None:
    def like(**fields: Any) -> str:
        return likeness_of({**AGENT, **fields}, "constitutional", "low")

    assert like(name="other", skills=["draft"]) == like()
    assert like(industry="retail") != like()
    assert like(data_access=[{"classification": "internal"}]) != like()
    assert like(extra=1) != like()
    assert likeness_of(AGENT, "constitutional", "medium") != like()
