"""The tables name tests that exist and are run; a line without an answer is found."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.compliance import asvs, constitution
from tests.compliance.asvs import Apart, Line, Standard
from tests.compliance.audit import audit_tables
from tests.compliance.collection import collected_tests, missing_tests, run_by_make
from tests.compliance.constitution import Claim
from tests.compliance.pages import is_current
from tests.compliance.policy import LicenceException

ROOT = Path(__file__).parents[2]
THIS = "tests/compliance/test_tables.py"
REAL = f"{THIS}::test_a_test_that_is_not_there_is_found"
PLANTED = f"{THIS}::test_that_nobody_wrote"
MAKEFILE = "test: setup\n\t@X=1 $(PYTEST) tests/compliance tests/docs\n"


# Pytest collects what the tables name, and makes each case of each route.
@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_the_tables_of_this_checkout_hold() -> None:
    assert [area.wrong for area in audit_tables(ROOT)] == [(), (), ()]


def test_the_files_of_the_tests_that_the_tables_name_exist() -> None:
    of_claims = [test for claim in constitution.read_claims(ROOT) for test in claim.tests]
    of_lines = [test for line in asvs.read_standard(ROOT).line for test in line.tests]
    files = {test.partition("::")[0] for test in (*of_claims, *of_lines)}
    assert [file for file in sorted(files) if not (ROOT / file).is_file()] == []


@pytest.mark.parametrize("page", [constitution.PAGE, asvs.PAGE], ids=str)
def test_the_generated_pages_are_current(page: Path) -> None:
    assert is_current(ROOT, page)


def test_a_test_that_is_not_there_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    # To load it takes two seconds, and none of these needs it.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:schemathesis")
    collected = collected_tests(ROOT, [REAL, PLANTED, "tests/gone.py::test_gone"])
    assert REAL in collected
    found = missing_tests([REAL, PLANTED, "tests/gone.py::test_gone"], collected, ["tests"])
    assert [line.partition(": ")[0] for line in found] == [PLANTED, "tests/gone.py::test_gone"]


def test_a_test_that_make_does_not_run_is_found() -> None:
    folders = run_by_make(MAKEFILE)
    assert folders == ("tests/compliance", "tests/docs")
    assert missing_tests([REAL], frozenset([REAL]), folders) == []
    assert missing_tests([REAL], frozenset([REAL]), ["tests/docs"]) != []


def _constitution(*claims: Claim) -> tuple[str, ...]:
    return constitution.judge(claims, {1: "Never.", 2: "Nor this."}, [], current=True).wrong


def test_an_invariant_without_a_claim_and_a_claim_without_a_test_are_found() -> None:
    whole = Claim(invariant=1, claim="a", tests=(REAL,))
    other = Claim(invariant=2, claim="b", unmet="not built yet")
    assert _constitution(whole, other) == ()
    assert _constitution(whole) == ("invariant 2 has no claim",)
    assert len(_constitution(whole, other, Claim(invariant=3, claim="c", tests=(REAL,)))) == 1
    assert len(_constitution(whole, other, Claim(invariant=2, claim="d"))) == 1


def test_the_invariants_are_the_domains_own() -> None:
    page = (
        "## Never broken\n\nIntro.\n\n1. First\n   goes on.\n2. Second.\n\n## Next\n\n3. Not one.\n"
    )
    assert constitution.read_invariants(page) == {1: "First goes on.", 2: "Second."}


def _standard(*lines: Line, apart: tuple[str, ...] = ()) -> Standard:
    reason = (Apart(ids=apart, title="t", reason="there is none"),) if apart else ()
    return Standard(
        version="1",
        published="then",
        source="https://example.org",
        levels={"1.1": "123", "1.2": "1"},
        line=lines,
        apart=reason,
    )


def _asvs(standard: Standard) -> tuple[str, ...]:
    return asvs.judge(standard, [], [], current=True).wrong


def test_every_requirement_of_levels_1_and_2_has_one_line_and_one_answer() -> None:
    one, two = Line(id="1.1.1", title="a", tests=(REAL,)), Line(id="1.1.2", title="b", unmet="c")
    assert _asvs(_standard(one, two, apart=("1.2",))) == ()
    assert _asvs(_standard(one, apart=("1.2",))) == ("1.1.2 has no line",)
    assert _asvs(_standard(one, two, two, apart=("1.2",))) == ("1.1.2 has 2 lines",)
    third = Line(id="1.1.3", title="level three", tests=(REAL,))
    assert _asvs(_standard(one, two, third, apart=("1.2",))) != ()
    both = Line(id="1.1.2", title="b", tests=(REAL,), unmet="and not")
    assert _asvs(_standard(one, both, apart=("1.2",))) == ("1.1.2 needs exactly one answer",)
    silent = Line(id="1.1.2", title="b")
    assert _asvs(_standard(one, silent, apart=("1.2",))) == ("1.1.2 needs exactly one answer",)


def test_what_is_not_met_is_counted_and_shown() -> None:
    standard = _standard(Line(id="1.1.1", title="a", unmet="closed by b"), apart=("1.1.2", "1.2"))
    area = asvs.judge(standard, [], [], current=True)
    assert (area.passed, len(area.unmet)) == (2, 1)
    page = asvs.render(standard)
    assert "3 requirements: 0 held, 0 documented, 0 provided, 1 not met, 2 does not apply" in page
    assert "| V1.1.1 | 1 | a | closed by b |" in page


def test_the_table_has_as_many_requirements_as_the_standard() -> None:
    levels = "".join(asvs.read_standard(ROOT).levels.values())
    assert [levels.count(level) for level in "123"] == [70, 183, 92]


def test_an_exception_without_a_reason_is_refused() -> None:
    with pytest.raises(ValidationError):
        LicenceException(package="a", licence="MPL-2.0", reason="because")
