"""Every spec in tests/specs is judged as the file beside it says."""

import time
from pathlib import Path
from typing import Any

import pytest

from functions.agents.rules.judgement import check_specification, judge
from functions.agents.rules.risk import assess
from shared.kit.errors import Invalid
from tests.functions.agents.specs import CORPUS, read_spec, read_value

FILES = sorted(path for path in CORPUS.glob("*.yaml") if not path.stem.endswith(".expected"))
INDUSTRIES = {path.stem.partition("-")[0] for path in FILES}


def _expected(path: Path) -> dict[str, Any]:
    expected: dict[str, Any] = read_value(path.with_suffix(".expected.yaml").read_bytes())
    return expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_spec_of_the_corpus_is_judged_as_expected(path: Path) -> None:
    expected = _expected(path)
    if expected["outcome"] == "refused":
        with pytest.raises(Invalid) as refusal:
            check_specification(read_spec(path.read_bytes()))
        fields = [f"/{error.field.replace('.', '/')}" for error in refusal.value.errors]
        assert fields == [expected["path"]]
        return
    spec = read_spec(path.read_bytes())
    check_specification(spec)
    judgement = judge(spec)
    objections = [
        (finding.check, finding.path) for finding in judgement.findings if finding.verdict != "pass"
    ]
    assert judgement.outcome == expected["outcome"], objections
    assert judgement.stopped_at == expected.get("stage")
    if "check" in expected:
        assert (expected["check"], expected["path"]) in objections
    else:
        assert assess(spec).risk == expected["risk"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_only_the_check_that_owns_a_fault_objects_to_it(path: Path) -> None:
    expected = _expected(path)
    if expected["outcome"] == "refused":
        return
    objecting = {
        finding.check
        for finding in judge(read_spec(path.read_bytes())).findings
        if finding.verdict != "pass"
    }
    assert objecting == ({expected["check"]} if "check" in expected else set())


def test_the_corpus_has_specs_good_and_bad_of_five_industries_and_more() -> None:
    outcomes = [_expected(path)["outcome"] for path in FILES]
    assert len(INDUSTRIES) >= 5
    assert outcomes.count("ethics_cleared") >= 15
    assert len(outcomes) - outcomes.count("ethics_cleared") >= 30


def test_every_finding_quotes_the_spec_and_points_into_it() -> None:
    for path in FILES:
        if _expected(path)["outcome"] == "refused":
            continue
        spec = read_spec(path.read_bytes())
        for finding in judge(spec).findings:
            assert finding.path == "" or _resolves(spec.document(), finding.path), finding
            assert finding.evidence


def _resolves(document: Any, pointer: str) -> bool:
    *parents, last = pointer.removeprefix("/").split("/")
    place = document
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place.get(part, {})
    # what is missing is pointed at where it should be
    return isinstance(place, dict) or int(last) < len(place)


def test_judging_the_whole_corpus_takes_well_under_a_second() -> None:
    readable = [path for path in FILES if _expected(path)["outcome"] != "refused"]
    specs = [read_spec(path.read_bytes()) for path in readable]
    began = time.process_time()
    for spec in specs:
        judge(spec)
    assert time.process_time() - began < 1
