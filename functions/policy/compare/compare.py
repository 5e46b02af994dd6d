"""Which requests one set of policies decides otherwise than another, each with an example."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from functions.policy.compare.decisions import (
    ComparedPolicy,
    Decisions,
    comparable,
    comparable_platform,
)
from functions.policy.compare.schema import Environment
from functions.policy.compare.schema_reader import read_schema
from functions.policy.compare.terms import Term, Terms
from functions.policy.compare.witness import Case, Reader
from functions.policy.compare.world import World
from shared.policy.engine import Decision, Policies
from shared.policy.schema import Schema
from shared.policy.sources import Source

# What the solver may spend on one question, in its own units: about a second.
MOST_EFFORT = 200_000
# What a whole comparison may spend of a processor unless its caller says otherwise; what remains is
# undecided.
MOST_SECONDS = 10.0
# How often the solver may name a request that the engine decides alike under both sets.
TRIES = 3


_EVERYTHING = Source("everything", "permit (principal, action, resource);")


class Side(NamedTuple):
    """One of the two sets of policies that are compared."""

    platform: Sequence[Source]
    tenant: Sequence[Source] = ()


class Witness(NamedTuple):
    """A request that the engine decides differently under the two sets, and both its answers."""

    environment: Environment
    case: Case
    before: Decision
    after: Decision


@dataclass(frozen=True)
class Comparison:
    """What a draft changes, an example for each environment and direction."""

    newly_allowed: tuple[Witness, ...]
    newly_denied: tuple[Witness, ...]
    # Environments for which there is neither an example nor a proof that nothing changes, also
    # where it may change only what whoever asked is obliged to.
    undecided: tuple[Environment, ...]

    @property
    def equivalent(self) -> bool:
        """Whether both sets decide every request alike."""
        return not (self.newly_allowed or self.newly_denied or self.undecided)


def compare(
    schema: Schema,
    before: Side,
    after: Side,
    seconds: float = MOST_SECONDS,
    tenant_id: str = "",
) -> Comparison:
    """What the second set allows or denies that the first does not, found in so many seconds of a
    processor and a few more; the environments that remain then are undecided. The first tenant of
    an example that no policy names has that id.

    Every example was decided by the engine under both. Raises PolicyInvalid for a set that does not
    fit the schema, and `NotComparable` with the first policy, and what in it cannot be
    translated."""
    ends = time.thread_time() + seconds
    found = tuple(_Comparing(schema, before, after, tenant_id).findings(ends))
    examples = [witness for _, witness in found if witness is not None]
    return Comparison(
        tuple(each for each in examples if each.after.is_allowed),
        tuple(each for each in examples if each.before.is_allowed),
        tuple(dict.fromkeys(where for where, witness in found if witness is None)),
    )


def decide(schema: Schema, side: Side, case: Case) -> Decision:
    """What the engine says to an example under other policies."""
    policies = Policies.of(schema, side.platform, side.tenant, "")
    return policies.decide_slice(case.asked, case.entities)


def weakening(schema: Schema, before: Sequence[Source], after: Sequence[Source]) -> Comparison:
    """What the forbids of the second platform's sources no longer stop: `newly_allowed` has an
    example for each environment, of a request that everything else allows."""
    old, new = (Side([_EVERYTHING, *only_forbids(sources)]) for sources in (before, after))
    return compare(schema, old, new)


def only_forbids(sources: Sequence[Source]) -> list[Source]:
    """The forbids of the sources alone."""
    import cedarpy

    kept = []
    for source in sources:
        whole = json.loads(cedarpy.policies_to_json_str(source.text))
        policies = whole["staticPolicies"].items()
        forbids = {name: each for name, each in policies if each["effect"] == "forbid"}
        text = cedarpy.policies_from_json_str(json.dumps({**whole, "staticPolicies": forbids}))
        kept.append(Source(source.name, text))
    return kept


class _Comparing:
    def __init__(self, schema: Schema, before: Side, after: Side, tenant_id: str) -> None:
        self._tenant_id = tenant_id
        # First: it refuses what must not be translated.
        self._engines = [
            Policies.of(schema, side.platform, side.tenant, version)
            for side, version in ((before, "before"), (after, "after"))
        ]
        self._whole = schema
        self._schema = read_schema(str(schema.handle))
        self._terms = Terms()
        self._sides = (before, after)
        self._policies = [
            (comparable_platform(tuple(side.platform)), comparable(side.tenant))
            for side in (before, after)
        ]

    def findings(self, ends: float) -> Iterator[tuple[Environment, Witness | None]]:
        """For each environment and direction that changes an example, or nothing; from that moment
        of the thread's processor time on, nothing for each that remains."""
        changed = self._changed()
        for environment in self._schema.environments:
            if time.thread_time() >= ends:
                yield environment, None
                continue
            world = World(self._terms, self._schema, environment)
            decisions = Decisions(world, self._whole)
            relevant = [each for each in changed if decisions.is_relevant(each)]
            if not relevant:
                continue
            examples = tuple(self._changes(world, decisions, ends))
            yield from ((environment, example) for example in examples)
            obliges_otherwise = any(each.obligations for each in relevant)
            if not examples and obliges_otherwise and self._is_taken_by_callers(environment):
                yield environment, None

    def _changed(self) -> list[ComparedPolicy]:
        """The policies that are on one side only: where none of them matters, nothing changes."""
        changed: dict[str, ComparedPolicy] = {}
        for before, after in zip(*self._policies, strict=True):
            here, there = ({each.key: each for each in side} for side in (before, after))
            changed |= {key: (here | there)[key] for key in here.keys() ^ there.keys()}
        return list(changed.values())

    def _is_taken_by_callers(self, environment: Environment) -> bool:
        return environment.action in self._whole.taken_by_callers

    def _changes(self, world: World, decisions: Decisions, ends: float) -> Iterator[Witness | None]:
        before, after = (decisions.ways(*side) for side in self._policies)
        promises = list(world.promises())
        for allows, denies in ((after, before), (before, after)):
            goal = decisions.newly(allows, denies)
            if goal != self._terms.false:
                formulas = [goal, *promises]
                yield from self._examples(world, formulas, ends, newly_allowed=allows is after)

    def _examples(
        self, world: World, formulas: list[Term], ends: float, *, newly_allowed: bool
    ) -> Iterator[Witness | None]:
        """Yields one example, nothing where the solver proves that there is none, and None where it
        cannot tell."""
        solver = self._solver()
        for formula in formulas:
            solver.assertFormula(formula)
        for _ in range(TRIES):
            left = ends - time.thread_time()
            if left <= 0:
                break
            # By the clock, which other processes take part of.
            solver.setOption("tlimit-per", str(max(1, int(left * 4000))))
            result = solver.checkSat()
            if result.isUnsat():
                return
            if not result.isSat():
                break
            witness = self._decided(world, Reader(world, solver, self._tenant_id).case())
            if (witness.before.is_allowed, witness.after.is_allowed) == (
                not newly_allowed,
                newly_allowed,
            ):
                yield witness
                return
            solver.blockModelValues([world.principal.term, world.resource.term])
        yield None

    def _decided(self, world: World, case: Case) -> Witness:
        before, after = (each.decide_slice(case.asked, case.entities) for each in self._engines)
        return Witness(world.environment, case, before, after)

    def _solver(self) -> Any:
        solver = self._terms.cvc5.Solver(self._terms.manager)
        for option, value in (
            ("produce-models", "true"),
            ("incremental", "true"),
            ("strings-exp", "true"),
            ("rlimit-per", str(MOST_EFFORT)),
        ):
            solver.setOption(option, value)
        solver.setLogic("ALL")
        return solver
