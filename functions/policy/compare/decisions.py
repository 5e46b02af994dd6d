"""Translates sets of policies: when the engine allows a request."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from functions.policy.compare.expressions import Expressions
from functions.policy.compare.refusals import NotComparable
from functions.policy.compare.terms import Term
from functions.policy.compare.values import Entity
from functions.policy.compare.world import World
from shared.policy.engine import ALWAYS
from shared.policy.schema import Schema
from shared.policy.sources import OBLIGATIONS, Obligation, Source

# The annotations that say what a call does.
_PLATFORMS_KEPT = 4
_DECIDING = OBLIGATIONS | {ALWAYS}


@dataclass(frozen=True)
class ComparedPolicy:
    """One policy of a source in Cedar's JSON form."""

    name: str
    parts: Mapping[str, Any]
    # Two policies with the same key decide the same.
    key: str

    @property
    def permits(self) -> bool:
        """Whether it is a `permit`."""
        return bool(self.parts["effect"] == "permit")

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """What it obliges to, where it determines a decision."""
        given = self.parts.get("annotations", {}).items()
        return tuple(Obligation(name, value or "") for name, value in given if name in OBLIGATIONS)

    @property
    def always(self) -> bool:
        """Whether it is one that no tenant's policy can stop, where it is the platform's."""
        return ALWAYS in self.parts.get("annotations", {})


def comparable(sources: Iterable[Source]) -> tuple[ComparedPolicy, ...]:
    """The policies of sources that are valid. Raises `NotComparable` for templates."""
    return tuple(policy for source in sources for policy in _of(source))


@lru_cache(maxsize=_PLATFORMS_KEPT)
def comparable_platform(sources: tuple[Source, ...]) -> tuple[ComparedPolicy, ...]:
    """The same of the platform's sources, which every comparison has."""
    return comparable(sources)


def _of(source: Source) -> Iterator[ComparedPolicy]:
    import cedarpy

    whole = json.loads(cedarpy.policies_to_json_str(source.text))
    if whole["templates"]:
        raise NotComparable("a template", source.name)
    policies = whole["staticPolicies"]
    for number in range(len(policies)):
        parts = policies[f"policy{number}"]
        annotations = parts.get("annotations", {})
        deciding = {name: annotations[name] for name in annotations if name in _DECIDING}
        bare = {**parts, "annotations": deciding}
        name = f"{source.name}/{annotations.get('id') or number}"
        yield ComparedPolicy(name, parts, json.dumps(bare, sort_keys=True))


class Way(NamedTuple):
    """A way to allow: one of the grants holds, and none of the stops."""

    grants: frozenset[Term]
    stops: frozenset[Term]


class Decisions:
    """Translates policies in one environment, each once."""

    def __init__(self, world: World, schema: Schema) -> None:
        self._world = world
        self._schema = schema
        self._terms = world.terms
        self._expressions = Expressions(world)
        self._translated: dict[str, tuple[Term, Term]] = {}
        self._scopes: dict[str, Term] = {}

    def is_relevant(self, policy: ComparedPolicy) -> bool:
        """Whether this environment can meet the policy's scope."""
        return bool(self._scope(policy) != self._terms.false)

    def ways(
        self, platform: Sequence[ComparedPolicy], tenant: Sequence[ComparedPolicy]
    ) -> tuple[Way, ...]:
        """How the engine comes to allow. By all policies: a permit holds, no forbid does, and no
        policy has an error. Or by the platform's alone, where one holds that always does. A permit
        that obliges to what the action cannot meet stops it."""
        always = [each for each in platform if each.always]
        whole = (*platform, *tenant)
        return (self._way(whole, whole), *([self._way(always, platform)] if always else ()))

    def newly(self, ways: Sequence[Way], before: Sequence[Way]) -> Term:
        """That a request is allowed in one of the ways and was in none of those before. What both
        have in common is left out where it cannot differ, which makes it easier to solve."""
        return self._terms.any(
            self._terms.all((self._allows(way), *(self._denied(old, way) for old in before)))
            for way in ways
            if way not in before
        )

    def _way(self, permits: Sequence[ComparedPolicy], policies: Sequence[ComparedPolicy]) -> Way:
        effects = [(policy, *self._effect(policy)) for policy in policies]
        stops = [fails for _, _, fails in effects]
        stops += [holds for policy, holds, _ in effects if not self._grants(policy)]
        grants = {self._effect(policy)[0] for policy in permits if self._grants(policy)}
        never = {self._terms.false}
        return Way(frozenset(grants - never), frozenset(set(stops) - never))

    def _grants(self, policy: ComparedPolicy) -> bool:
        action = self._world.environment.action
        return policy.permits and not self._schema.unmet(action, policy.obligations)

    def _allows(self, way: Way) -> Term:
        stopped = self._terms.any(_sorted(way.stops))
        return self._terms.all((self._terms.any(_sorted(way.grants)), self._terms.no(stopped)))

    def _denied(self, old: Way, way: Way) -> Term:
        """That the old way does not allow what the other does."""
        granted = self._terms.any(_sorted(old.grants))
        stopped = self._terms.any(_sorted(old.stops - way.stops))
        return self._terms.any((self._terms.no(granted), stopped))

    def _effect(self, policy: ComparedPolicy) -> tuple[Term, Term]:
        """Whether the policy holds, and whether evaluating it fails."""
        if policy.key not in self._translated:
            try:
                self._translated[policy.key] = self._policy(policy)
            except NotComparable as refusal:
                raise NotComparable(refusal.what, policy.name) from refusal
        return self._translated[policy.key]

    def _policy(self, policy: ComparedPolicy) -> tuple[Term, Term]:
        holds, ok = self._scope(policy), self._terms.true
        for condition in policy.parts["conditions"]:
            if holds == self._terms.false:
                break
            true, succeeds = self._expressions.condition(condition["body"])
            ok = self._terms.all((ok, self._terms.any((self._terms.no(holds), succeeds))))
            met = true if condition["kind"] == "when" else self._terms.no(true)
            holds = self._terms.all((holds, met))
        return self._terms.all((holds, ok)), self._terms.no(ok)

    def _scope(self, policy: ComparedPolicy) -> Term:
        if policy.key not in self._scopes:
            self._scopes[policy.key] = self._terms.all(self._constraints(policy.parts))
        return self._scopes[policy.key]

    def _constraints(self, parts: Mapping[str, Any]) -> Iterator[Term]:
        for name in ("action", "principal", "resource"):
            term = self._constraint(getattr(self._world, name), parts[name])
            yield term
            if term == self._terms.false:
                return

    def _constraint(self, entity: Entity, written: Mapping[str, Any]) -> Term:
        match written["op"]:
            case "All":
                return self._terms.true
            case "==":
                other = self._named(written["entity"])
                alike = other.kind == entity.kind
                return self._terms.same(entity.term, other.term) if alike else self._terms.false
            case "in":
                groups = written.get("entities") or [written["entity"]]
                inside = (self._world.inside(entity, self._named(group)) for group in groups)
                return self._terms.any(inside)
            case "is":
                if entity.kind.name != written["entity_type"]:
                    return self._terms.false
                if "in" not in written:
                    return self._terms.true
                return self._world.inside(entity, self._named(written["in"]["entity"]))
        raise NotComparable(f"the scope `{written['op']}`")

    def _named(self, written: Mapping[str, str]) -> Entity:
        return self._world.entity(written["type"], written["id"])


def _sorted(terms: frozenset[Term]) -> list[Term]:
    """In the order in which they were made, so that the same question has the same answer."""
    return sorted(terms, key=lambda term: term.getId())
