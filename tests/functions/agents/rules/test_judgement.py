"""Stages 1 to 5 together: where a case stops, the ten sections, the skills."""

import pytest

from events.catalogue import CATALOGUE
from functions.agents.rules.catalogue import refuse_unknown_skills
from functions.agents.rules.checks.findings import MOST_FINDINGS
from functions.agents.rules.judgement import CHECKS, judge
from functions.agents.rules.way_of_working import way_of_working
from shared.kit.errors import Invalid
from tests.functions.agents.specs import BLOCKS, ESCALATES, RETURNS, objections, powers

ORDINARY = {"research", "draft", "fact-check", "summarize", "classify", "translate"}


def test_there_are_sixteen_named_checks() -> None:
    names = [check.name for checks in CHECKS.values() for check in checks]
    assert len(names) == len(set(names)) == 16


def test_a_case_stops_at_the_first_stage_that_does_not_pass_and_shows_all_findings() -> None:
    judgement = judge(powers(**RETURNS, **BLOCKS, escalation_triggers=[]))
    assert (judgement.stopped_at, judgement.outcome) == (3, "returned")
    assert [stage.status for stage in judgement.stages] == [
        *["passed"] * 2,
        "failed",
        *["pending"] * 2,
    ]
    assert [each.check for each in judgement.findings if each.verdict == "fail"] == [
        "governance_hooks",
        "blast_radius",
        "gate_bypass_protection",
    ]


def test_a_failure_outweighs_an_escalation() -> None:
    assert judge(powers(**ESCALATES)).outcome == "escalated"
    assert judge(powers(**ESCALATES, **BLOCKS)).outcome == "blocked"


def test_a_proposal_is_spared_the_reviews_but_not_genesis() -> None:
    skipped = judge(powers(), with_reviews=False)
    assert [stage.status for stage in skipped.stages] == [*["passed"] * 3, *["skipped"] * 2]
    assert skipped.outcome == "ethics_cleared"
    assert judge(powers(escalation_triggers=[]), with_reviews=False).outcome == "returned"


def test_the_catalogue_offers_the_ordinary_skills() -> None:
    assert set(CATALOGUE) >= ORDINARY | {"schedule", "reconcile"}
    effects = {effect for skill in CATALOGUE.values() for effect in skill.effects}
    assert effects == {
        *("draft", "change", "send", "publish", "deploy", "delete", "grant", "decide", "pay")
    }


def test_an_unknown_and_a_withdrawn_skill_are_named() -> None:
    gone = CATALOGUE["research"].model_copy(update={"status": "withdrawn"})
    with pytest.raises(Invalid) as refusal:
        refuse_unknown_skills(("draft", "divine", "research"), {**CATALOGUE, "research": gone})
    assert [error.field for error in refusal.value.errors] == ["skills.1", "skills.2"]


def test_eight_sections_are_derived_and_two_only_their_author_knows() -> None:
    found = way_of_working(powers(way_of_working={}))
    failing = [each.check for each in found if each.verdict != "pass"]
    assert failing == ["section_self_critique", "section_auditability"]
    assert objections(found) == {("fail", "/way_of_working")}
    assert len(found) == 10


def test_a_section_that_is_given_is_not_blank() -> None:
    assert objections(way_of_working(powers(way_of_working__outcome="Any text."))) == set()
    blank = way_of_working(powers(way_of_working__outcome=" "))
    assert objections(blank) == {("fail", "/way_of_working/outcome")}


def test_what_an_empty_spec_lacks_is_left_to_the_stage_that_owns_it() -> None:
    of = powers(purpose=None, scope=None, interfaces=None, containment=None, rights=None)
    assert objections(way_of_working(of)) == set()
    assert judge(of).stopped_at == 3


def test_of_many_findings_of_one_check_the_last_says_how_many_more_there_are() -> None:
    operations = [{"name": f"records.{number}", "effect": "pay"} for number in range(50)]
    judgement = judge(powers(systems=[{"name": "books", "operations": operations}], rights={}))
    found = [each for each in judgement.findings if each.check == "decision_boundaries"]
    assert len(found) == MOST_FINDINGS
    assert found[-1].evidence.endswith("and 30 more like it")
