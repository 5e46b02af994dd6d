"""What `make test` leaves out, it leaves out by its rule, and the night runs it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.by_day import ONE_STORY_IN, ONE_TEST_IN, Case, cases_left, left_to_the_night, proofs

ROOT = Path(__file__).parents[2]
MODULE = "tests/functions/runs/test_turns.py"
STORY = "tests/journeys/test_sso.py"


def _tests(module: str, number: int = 100) -> list[Case]:
    return [Case(f"{module}::test_{each}") for each in range(number)]


def _left(cases: list[Case], named: frozenset[str] = frozenset()) -> set[str]:
    return {each.removeprefix(f"{MODULE}::") for each in left_to_the_night(cases, named)}


@pytest.mark.parametrize(
    ("module", "one_in"), [(MODULE, ONE_TEST_IN), (STORY, ONE_STORY_IN)], ids=["test", "story"]
)
def test_so_many_stay_whatever_they_are_called(module: str, one_in: int) -> None:
    left = left_to_the_night(_tests(module, 2_000), frozenset())
    assert abs(2_000 - len(left) - 2_000 / one_in) < 60


def test_a_test_that_is_added_moves_no_other() -> None:
    tests = _tests(MODULE)
    more = [*tests, Case(f"{MODULE}::test_that_is_new"), *_tests("tests/shared/test_other.py")]
    assert _left(tests) == {each for each in _left(more) if re.fullmatch(r"test_\d+", each)}


def test_the_first_of_a_module_stays_and_the_first_of_a_story_may_not() -> None:
    first = [f"tests/functions/runs/test_{each}.py::test_it" for each in range(50)]
    assert left_to_the_night([Case(each) for each in first], frozenset()) == frozenset()
    told = [f"tests/journeys/test_{each}.py::test_it" for each in range(50)]
    assert left_to_the_night([Case(each) for each in told], frozenset()) != frozenset()


def test_the_first_is_the_first_that_is_not_nightly_and_calls_services() -> None:
    tests = _tests(MODULE)
    before = [replace(tests[0], calls_services=False), replace(tests[1], is_nightly=True)]
    assert "test_2" not in _left([*before, *tests[2:]])
    assert _left([tests[0], *tests[2:]]) - _left([*before, *tests[2:]]) <= {"test_2"}


def test_all_cases_of_a_test_stay_or_none() -> None:
    cases = [
        Case(f"{MODULE}::test_{each}[{value}]") for each in range(30) for value in ("a", "b-[1]")
    ]
    left = left_to_the_night(cases, frozenset())
    assert left
    assert {each.id for each in cases if each.test in {Case(id).test for id in left}} == left


def test_what_is_daily_or_pure_stays() -> None:
    tests = _tests(MODULE)
    assert _left([replace(each, is_daily=True) for each in tests]) == set()
    assert _left([replace(each, calls_services=False) for each in tests]) == set()


def test_what_a_table_names_stays() -> None:
    tests = _tests(STORY)
    (one, *_) = sorted(left_to_the_night(tests, frozenset()))
    assert one not in left_to_the_night(tests, frozenset([one]))
    assert (
        len(left_to_the_night(tests, frozenset([one])))
        == len(left_to_the_night(tests, frozenset())) - 1
    )


@pytest.mark.parametrize("folder", ["attacks", "contracts/http", "operations"])
def test_every_attack_and_every_public_route_stays(folder: str) -> None:
    assert left_to_the_night(_tests(f"tests/{folder}/test_it.py"), frozenset()) == frozenset()


def test_so_many_cases_stay_of_those_that_are_not_nightly_by_themselves() -> None:
    cases = [
        Case(f"{MODULE}::test_it[{each}]", most=2, is_nightly=each % 2 == 0) for each in range(20)
    ]
    by_themselves = {each.id for each in cases if each.is_nightly}
    left = cases_left([*cases, Case(f"{MODULE}::test_all[1]")])
    assert not left & by_themselves
    assert len(cases) - len(left | by_themselves) == 2


def test_the_tables_name_tests_of_files_that_are_there() -> None:
    assert len(proofs()) > 200
    assert {name for name in proofs() if not (ROOT / name.partition("::")[0]).is_file()} == set()


def test_the_night_runs_what_the_day_leaves_out() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (day,) = re.findall(r"^DAY +:= (.*)$", makefile, re.MULTILINE)
    out = {each.removeprefix("not ") for each in day.split(" and ")}
    assert out == {"nightly", "deferred"}
    (night,) = re.findall(r'^test-nightly:.*\n.* -m "([^"]*)" .* tests$', makefile, re.MULTILINE)
    assert out <= set(night.split(" or "))


def test_every_lane_leaves_out_the_same() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (goals,) = re.findall(r"^test: .*\n.*--output-sync=line (.*)$", makefile, re.MULTILINE)
    for goal in goals.split():
        (command,) = re.findall(rf"^{goal}:.*\n(.*)$", makefile, re.MULTILINE)
        assert "$(DAY)" in command or "$(PYTEST)" in command, goal
