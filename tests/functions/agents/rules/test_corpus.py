"""Every spec in tests/specs is judged as the corpus says."""

import json
from typing import Any

import pytest

from functions.agents.rules.catalogue import refuse_unknown_skills
from functions.agents.rules.judgement import judge
from functions.agents.rules.rights import Powers
from functions.agents.rules.risk import assess
from shared.kit.errors import Invalid
from shared.kit.plain_yaml import parse_yaml
from tests.functions.agents.specs import CORPUS, changed, document, read_spec, variants

WHOLE: dict[str, Any] = parse_yaml((CORPUS / "expected.yaml").read_bytes())
TRANSLATED: list[dict[str, Any]] = parse_yaml((CORPUS / "translated.yaml").read_bytes())
DISPUTED = [row for row in TRANSLATED if not row["agrees"]]
EXPECTED = {**WHOLE, **{slug: variant["expected"] for slug, variant in variants().items()}}
READABLE = [slug for slug, expected in EXPECTED.items() if expected["outcome"] != "refused"]


def _spec(slug: str) -> Any:
    return read_spec(json.dumps(document(slug)).encode())


@pytest.mark.parametrize("slug", EXPECTED)
def test_a_spec_of_the_corpus_is_judged_as_expected(slug: str) -> None:
    expected = EXPECTED[slug]
    if expected["outcome"] == "refused":
        with pytest.raises(Invalid) as refusal:
            refuse_unknown_skills(_spec(slug).skills)
        fields = [f"/{error.field.replace('.', '/')}" for error in refusal.value.errors]
        assert fields == [expected["path"]]
        return
    spec = _spec(slug)
    refuse_unknown_skills(spec.skills)
    judgement = judge(Powers(spec))
    objections = [each for each in judgement.findings if each.verdict != "pass"]
    assert judgement.outcome == expected["outcome"], objections
    assert judgement.stopped_at == expected.get("stage")
    if "check" in expected:
        assert (expected["check"], expected["path"]) in [(o.check, o.path) for o in objections]
    if "risk" in expected:
        assert assess(Powers(spec)).risk == expected["risk"]


@pytest.mark.parametrize("slug", READABLE)
def test_only_the_check_that_owns_a_fault_objects_to_it(slug: str) -> None:
    expected = EXPECTED[slug]
    findings = judge(Powers(_spec(slug))).findings
    objecting = {finding.check for finding in findings if finding.verdict != "pass"}
    if slug == "hospitality-no-way-of-working":
        assert objecting == {"section_self_critique", "section_auditability"}
        return
    assert objecting == ({expected["check"]} if "check" in expected else set())


def test_the_corpus_has_eighty_specs_good_and_bad_of_ten_industries() -> None:
    assert {path.stem for path in CORPUS.glob("*.yaml")} == {
        *WHOLE,
        "expected",
        "translated",
        "variants",
    }
    outcomes = [expected["outcome"] for expected in EXPECTED.values()]
    assert len(outcomes) >= 80
    assert len({slug.partition("-")[0] for slug in EXPECTED}) >= 10
    assert outcomes.count("ethics_cleared") >= 30
    assert len(outcomes) - outcomes.count("ethics_cleared") >= 45


@pytest.mark.parametrize("row", TRANSLATED, ids=lambda row: row["slug"])
def test_a_public_definition_is_judged_as_expected(row: dict[str, Any]) -> None:
    assert _found(row["spec"]) == row["expected"]


@pytest.mark.parametrize("row", DISPUTED, ids=lambda row: row["slug"])
def test_a_disagreement_ends_with_the_change_that_explains_it(row: dict[str, Any]) -> None:
    assert _found(changed(row["spec"], **row["change"])) == row["then"]
    assert row["then"]["outcome"] == "ethics_cleared"
    assert row["then"] != row["expected"]


def _found(of: dict[str, Any]) -> dict[str, str]:
    spec = read_spec(json.dumps(of).encode())
    refuse_unknown_skills(spec.skills)
    judgement, risk = judge(Powers(spec)), assess(Powers(spec)).risk
    stopping = [each.check for each in judgement.findings if each.verdict != "pass"]
    found = {"outcome": judgement.outcome, "risk": risk}
    return {**found, **({"check": stopping[0]} if stopping else {})}


def test_of_the_public_definitions_four_in_five_are_judged_as_their_authors_would() -> None:
    assert len(TRANSLATED) >= 25
    assert len({row["source"] for row in TRANSLATED}) == len(TRANSLATED)
    agreeing = len(TRANSLATED) - len(DISPUTED)
    assert agreeing / len(TRANSLATED) >= 0.8
    assert f"For {agreeing} of {len(TRANSLATED)} they would." in (CORPUS / "README.md").read_text()
    assert all(row["source"] and row["why"] for row in TRANSLATED)


def test_every_finding_has_evidence_a_remedy_and_a_path_that_exists() -> None:
    for slug in READABLE:
        spec = _spec(slug)
        for finding in judge(Powers(spec)).findings:
            assert finding.path == spec.nearest(finding.path)[0], finding
            assert finding.evidence
            assert finding.remedy
