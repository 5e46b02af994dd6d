"""Decides requests by Cedar policies. Pure: reads no clock, no store and no environment."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import cedarpy

from shared.kit.canonical import canonical_json
from shared.kit.errors import FieldError, PolicyInvalid
from shared.policy.cedars_words import misfit, plainly
from shared.policy.requests import Entity, Request
from shared.policy.schema import Schema
from shared.policy.sources import Obligation, Policy, Source, read_policies, set_of

Effect = Literal["allow", "deny"]
# Marks policies by which a governor writes policies and decides about them, whatever the tenant's
# say.
ALWAYS = "always"


class Decision(NamedTuple):
    """What a call does: `effect` is allow only where it can meet every obligation. `determining`
    are the names of the policies that the answer follows from, none where nothing permits; `errors`
    say of a deny why nothing could be decided or, beside permits that determine it, what they
    oblige to in vain."""

    effect: Effect
    obligations: tuple[Obligation, ...]
    determining: tuple[str, ...]
    errors: tuple[str, ...]
    policy_version: str

    @property
    def is_allowed(self) -> bool:
        """Whether the principal may; obligations that can be met remain to be met."""
        return self.effect == "allow"

    @property
    def unmet(self) -> str | None:
        """In words, the obligation for which what policies permit is denied; None for others."""
        return self.errors[0] if self.errors and self.determining else None


@dataclass(frozen=True)
class Policies:
    """The platform's policies and a tenant's, prepared for many decisions. `_always` are the
    platform's own policies, which alone decide what no tenant may lock itself out of."""

    schema: Schema
    version: str
    _named: Mapping[str, Policy]
    _always: Sequence[Policy]
    _by_action: dict[str, "_About"] = field(default_factory=dict)

    @classmethod
    def of(
        cls, schema: Schema, platform: Sequence[Source], tenant: Sequence[Source], version: str
    ) -> "Policies":
        """Raises PolicyInvalid, with what is wrong and where, for a source that Cedar cannot read,
        that does not fit the schema, or that has a template."""
        own = [each for source in platform for each in _platforms(source, schema)]
        theirs = [each for source in tenant for each in read_policies(source, schema.handle)]
        named = {each.name: each for each in (*own, *theirs)}
        if len(named) < len(own) + len(theirs):
            twice = FieldError("source", "two sources have the same name; rename one")
            raise PolicyInvalid(twice.message, twice)
        return cls(schema, version, named, own)

    def decide(
        self,
        request: Request,
        entities: cedarpy.Entities | Sequence[Entity],
        more: Sequence[Entity] = (),
    ) -> Decision:
        """Never raises for what a request, an entity or a policy contains: what does not fit the
        schema, or a policy that cannot be evaluated, also a `forbid`, is a deny."""
        try:
            prepared = self._prepared(entities, more)
        except ValueError as error:
            return self._refusal(str(error))
        about = self._about(request.action)
        decision = self._decide(request, prepared, about.policies)
        if decision.is_allowed or about.always is None:
            return decision
        alone = self._decide(request, prepared, about.always)
        holds = any(ALWAYS in self._named[each].annotations for each in alone.determining)
        return alone if alone.is_allowed and holds else decision

    def decide_slice(self, request: Request, entities: Sequence[Mapping[str, Any]]) -> Decision:
        """The same over entities in Cedar's JSON form, as a record has them."""
        text = json.dumps(entities)
        try:
            prepared = cedarpy.Entities.from_json_str(text, self.schema.handle)
        except ValueError as error:
            return self._refusal(misfit(text, self.schema.handle) or str(error))
        return self.decide(request, prepared)

    def _about(self, action: str) -> "_About":
        """The policies whose scope the action is in: no other one can say anything about it."""
        # All actions that are not known share one set: callers may name any.
        kept_as = action if self.schema.knows(action) else ""
        known = self._by_action.get(kept_as)
        if known is None:
            names = self.schema.names_of(action)
            known = _About.of(self._named.values(), self._always, names)
            self._by_action[kept_as] = known
        return known

    def annotations(self, name: str) -> Mapping[str, str]:
        """The annotations of the policy with that name."""
        return self._named[name].annotations

    def reaching(self, action: str) -> Mapping[str, str]:
        """The policies whose scope the action is in, each by its name as canonical text, which is
        the same for every way to write it: no other one can say anything about the action."""
        names = self.schema.names_of(action)
        found = {
            name: canonical_json(each.parsed).decode()
            for name, each in self._named.items()
            if names is None or each.reaches(names)
        }
        return dict(sorted(found.items()))

    def who(self, action: str) -> tuple[str, ...]:
        """In words (`@who`), those whom permits of that action name beside roles."""
        return tuple(
            each.annotations["who"]
            for each in self._named.values()
            if "who" in each.annotations and each.is_of(action)
        )

    def _prepared(
        self, entities: cedarpy.Entities | Sequence[Entity], more: Sequence[Entity]
    ) -> cedarpy.Entities:
        if not isinstance(entities, cedarpy.Entities):
            return self.schema.prepare((*entities, *more))
        if not more:
            return entities
        text = json.dumps([each.as_json() for each in more])
        return entities.with_added_json_str(text, self.schema.handle)

    def _decide(
        self, request: Request, entities: cedarpy.Entities, handle: cedarpy.PolicySet
    ) -> Decision:
        try:
            answer = cedarpy.is_authorized(request.as_json(), handle, entities, self.schema.handle)
        except (ValueError, TypeError) as error:
            return self._refusal(plainly(str(error)))
        if answer.diagnostics.errors or answer.decision is cedarpy.Decision.NoDecision:
            return self._refusal(*map(plainly, answer.diagnostics.errors))
        determining = sorted(
            (self._named[each] for each in answer.diagnostics.reasons), key=lambda each: each.name
        )
        obligations = {each for policy in determining for each in policy.obligations}
        unmet: tuple[str, ...] = ()
        if answer.allowed and (kinds := self.schema.unmet(request.action, sorted(obligations))):
            unmet = (f"what permits it obliges to {kinds[0].kind}, which this call cannot meet",)
        return Decision(
            "allow" if answer.allowed and not unmet else "deny",
            tuple(sorted(obligations)),
            tuple(each.name for each in determining),
            unmet,
            self.version,
        )

    def _refusal(self, *errors: str) -> Decision:
        return Decision("deny", (), (), errors or ("nothing was decided",), self.version)


class _About(NamedTuple):
    """What decides about one action; `always` is None where no policy that always holds is about
    it."""

    policies: cedarpy.PolicySet
    always: cedarpy.PolicySet | None

    @classmethod
    def of(
        cls, every: Iterable[Policy], own: Sequence[Policy], names: frozenset[str] | None
    ) -> "_About":
        """Of all policies, and the platform's own; `names` are the action's and its groups'."""
        reaching = [each for each in every if names is None or each.reaches(names)]
        alone = [each for each in own if names is None or each.reaches(names)]
        holds = any(ALWAYS in each.annotations for each in alone)
        return cls(set_of(reaching), set_of(alone) if holds else None)


@lru_cache(maxsize=8)
def _platforms(source: Source, schema: Schema) -> tuple[Policy, ...]:
    """The policies of a source of the platform, which are the same in every set."""
    return read_policies(source, schema.handle)
