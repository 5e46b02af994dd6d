"""Stages 1 to 5 together: where a case stops, the ten sections, the skills, the risk."""

import pytest

from functions.agents.rules.judgement import CHECKS, check_specification, judge
from functions.agents.rules.risk import assess, data_classification
from functions.agents.rules.skills import CATALOGUE
from functions.agents.rules.spec import SECTIONS
from functions.agents.rules.way_of_working import sections, way_of_working
from shared.kit.errors import Invalid
from tests.functions.agents.specs import objections, spec

ORDINARY = {"research", "draft", "fact-check", "summarize", "classify", "translate"}


def test_there_are_sixteen_named_checks() -> None:
    names = [
        finding.check for checks in CHECKS.values() for check in checks for finding in check(spec())
    ]
    assert len(names) == len(set(names)) == 16


def test_a_case_stops_at_the_first_stage_that_does_not_pass() -> None:
    both = spec(containment__rollback="", purpose="Draft articles and auto-approve them all.")
    judgement = judge(both)
    assert (judgement.stopped_at, judgement.outcome) == (4, "returned")
    assert [stage.outcome for stage in judgement.stages] == [
        *["passed"] * 3,
        "failed",
        "pending",
    ]
    assert judgement.stages[4].findings == ()


def test_a_failure_outweighs_an_escalation() -> None:
    of = spec(
        purpose="Draft articles and auto-approve them all.",
        decision_rights__alone=["Pay the photographers"],
    )
    assert judge(of).outcome == "blocked"


def test_a_proposal_is_spared_the_reviews_but_not_genesis() -> None:
    skipped = judge(spec(), with_reviews=False)
    assert [stage.outcome for stage in skipped.stages] == [*["passed"] * 3, *["skipped"] * 2]
    assert skipped.outcome == "ethics_cleared"
    assert judge(spec(escalation_triggers=[]), with_reviews=False).outcome == "returned"


def test_judging_says_the_same_of_the_same() -> None:
    assert judge(spec()) == judge(spec())


def test_the_catalogue_offers_the_ordinary_skills() -> None:
    assert set(CATALOGUE) >= ORDINARY | {"schedule", "reconcile"}


def test_an_unknown_and_a_withdrawn_skill_are_named() -> None:
    gone = CATALOGUE["research"].model_copy(update={"status": "withdrawn"})
    with pytest.raises(Invalid) as refusal:
        check_specification(
            spec(skills=["draft", "divine", "research"]), {**CATALOGUE, "research": gone}
        )
    assert [error.field for error in refusal.value.errors] == ["skills.1", "skills.2"]


def test_eight_sections_are_derived_and_two_only_their_author_knows() -> None:
    of = spec(way_of_working={})
    assert set(SECTIONS) - set(sections(of)) == {"self_critique", "auditability"}
    assert objections(way_of_working(of)) == {
        ("fail", "/way_of_working/self_critique"),
        ("fail", "/way_of_working/auditability"),
    }
    assert len(way_of_working(of)) == 10


def test_a_section_that_is_given_stands_for_itself() -> None:
    of = spec(way_of_working__outcome="Articles that laypeople understand.")
    assert sections(of)["outcome"] == "Articles that laypeople understand."
    assert objections(way_of_working(of)) == set()


@pytest.mark.parametrize("text", ["", " ", "TBD", "n/a", "Good work"])
def test_a_given_section_that_says_nothing_is_not_complete(text: str) -> None:
    of = spec(way_of_working__outcome=text)
    assert objections(way_of_working(of)) == {("fail", "/way_of_working/outcome")}


def test_what_an_empty_spec_lacks_is_left_to_the_stage_that_owns_it() -> None:
    of = spec(purpose=None, scope=None, interfaces=None, containment=None, decision_rights=None)
    assert objections(way_of_working(of)) == set()
    assert judge(of).stopped_at == 3


def test_public_reversible_narrow_and_quiet_is_low_risk() -> None:
    assessment = assess(spec())
    assert assessment.risk == "low"
    assert "public data only" in assessment.reasons[0]
    assert assess(spec(data_access=[], external_systems=[])).risk == "low"


@pytest.mark.parametrize(
    ("change", "risk", "reason"),
    [
        ({"data_access": [("x", "read", "internal")]}, "medium", "internal"),
        ({"data_access": [("x", "read", "confidential")]}, "high", "confidential"),
        ({"data_access": [("x", "read", "restricted")]}, "high", "restricted"),
        ({"data_access": [("x", "write", "restricted")]}, "critical", "restricted"),
        ({"containment__blast_radius": "platform"}, "critical", "platform"),
        ({"containment__blast_radius": None}, "critical", "not said"),
        ({"decision_rights__alone": ["Publish articles"]}, "medium", "Publish articles"),
        ({"decision_rights__alone": ["Pay invoices"]}, "high", "Pay invoices"),
        ({"budget": {"per_run_usd": 0.6, "per_day_usd": 5}}, "medium", "defaults"),
        ({"budget": {"per_run_usd": 0.5, "per_day_usd": 6}}, "medium", "defaults"),
    ],
)
def test_each_factor_raises_the_risk_and_says_why(
    change: dict[str, object], risk: str, reason: str
) -> None:
    if "data_access" in change:
        names = ("source", "mode", "classification")
        rows = change["data_access"]
        assert isinstance(rows, list)
        change = {"data_access": [dict(zip(names, row, strict=True)) for row in rows]}
    assessment = assess(spec(**change))
    assert assessment.risk == risk
    assert reason in assessment.reasons[0]


def test_sending_alone_what_cannot_be_taken_back_is_high_risk() -> None:
    of = spec(
        external_systems=[{"name": "mailer", "operations": ["mail.send"], "reversible": False}],
        decision_rights__alone=["Send a reminder"],
    )
    assessment = assess(of)
    assert assessment.risk == "high"
    assert len(assessment.reasons) == 2


def test_the_widest_classification_is_the_specs() -> None:
    assert data_classification(spec()) == "public"
    assert data_classification(spec("finance-kyc-file-checker")) == "restricted"
    assert data_classification(spec(data_access=[])) == "public"
