"""The translation and the engine say the same, of random policies and random requests."""

from typing import Any

import pytest

from functions.policy.compare.compare import Side, compare
from functions.policy.compare.decisions import Decisions, comparable
from functions.policy.compare.schema import Environment
from functions.policy.compare.schema_reader import read_schema
from functions.policy.compare.terms import Terms
from functions.policy.compare.world import World
from shared.policy.engine import Policies
from shared.policy.sources import Source
from tests.functions.policy.compare.pinning import pinned
from tests.functions.policy.compare.random_cases import SCHEMA, Cases

pytestmark = pytest.mark.repeats

READ = read_schema(str(SCHEMA.handle))
CASES, PAIRS = 30, 4
CASES_AT_NIGHT, PAIRS_AT_NIGHT = 3_000, 300


def _solver(terms: Terms) -> Any:
    solver = terms.cvc5.Solver(terms.manager)
    solver.setOption("incremental", "true")
    solver.setOption("strings-exp", "true")
    solver.setLogic("ALL")
    return solver


def agrees(seed: int) -> bool:
    """The solver finds of a random request what the engine decides, and only that."""
    cases = Cases(seed)
    source = Source("random", cases.policies())
    request, entities = cases.request()
    engine = Policies.of(SCHEMA, [source], [], "1").decide_slice(request, entities)
    environment = next(
        each
        for each in READ.environments
        if (each.principal, each.action, each.resource)
        == (request.principal.type, request.action, request.resource.type)
    )
    allowed, world = _translated(source, environment)
    solver = _solver(world.terms)
    for term in (*pinned(world, request, entities), *world.promises()):
        solver.assertFormula(term)
    expected, other = allowed, world.terms.no(allowed)
    if not engine.is_allowed:
        expected, other = other, expected
    return bool(
        solver.checkSatAssuming(expected).isSat() and solver.checkSatAssuming(other).isUnsat()
    )


def _translated(source: Source, environment: Environment) -> tuple[Any, World]:
    world = World(Terms(), READ, environment)
    decisions = Decisions(world, SCHEMA)
    return decisions.newly(decisions.ways(comparable([source]), ()), ()), world


def _compares(seed: int) -> bool:
    """A comparison that finds nothing is right about forty random requests."""
    cases = Cases(seed)
    texts = cases.policies(3), cases.policies(3)
    sides = [Side([Source("random", text)]) for text in texts]
    comparison = compare(SCHEMA, sides[0], sides[1])
    before, after = (Policies.of(SCHEMA, side.platform, [], "1") for side in sides)
    for _ in range(40):
        request, entities = cases.request()
        was = before.decide_slice(request, entities).is_allowed
        now = after.decide_slice(request, entities).is_allowed
        if was != now and not (
            comparison.undecided or (comparison.newly_allowed if now else comparison.newly_denied)
        ):
            return False
    return True


def test_random_policies_decide_random_requests_as_the_engine_does() -> None:
    assert [seed for seed in range(CASES) if not agrees(seed)] == []


def test_what_a_comparison_proves_equal_the_engine_decides_alike() -> None:
    assert [seed for seed in range(PAIRS) if not _compares(seed)] == []


@pytest.mark.nightly
def test_three_thousand_random_cases_agree_with_the_engine() -> None:
    assert [seed for seed in range(CASES_AT_NIGHT) if not agrees(seed)] == []


@pytest.mark.nightly
def test_three_hundred_comparisons_are_right_about_random_requests() -> None:
    assert [seed for seed in range(PAIRS_AT_NIGHT) if not _compares(seed)] == []
