"""What policies may speak about: entity types, actions and their groups."""

import json
import re
from collections.abc import Collection, Iterable

import cedarpy

from shared.policy.requests import Entity
from shared.policy.sources import Obligation, Policy, met_by

# In a schema as `vocabulary.schema_of` writes it: names are quoted.
_ACTION = re.compile(
    r"^\s*action\s+([^;{\[]*?)(?:\s+in\s+\[([^\]]*)\])?\s*(?:;|(appliesTo))", re.MULTILINE
)
_NAME = re.compile(r'"([^"]+)"')


class Schema:
    """The entity types, actions and context that policies may speak about; parsed once. Whoever
    asks about the actions `taken_by_callers` meets every obligation; all others are calls of
    Assent."""

    def __init__(self, text: str, taken_by_callers: Collection[str] = ()) -> None:
        self.text = text
        self.handle = cedarpy.Schema.from_str(text)
        self.taken_by_callers = frozenset(taken_by_callers)
        self._groups: dict[str, frozenset[str]] = {}
        self._calls: list[str] = []
        for names, groups, applies in _ACTION.findall(text):
            within, named = frozenset(_NAME.findall(groups)), _NAME.findall(names)
            self._groups |= dict.fromkeys(named, within)
            if applies:
                self._calls += [each for each in named if each not in self.taken_by_callers]

    def is_action(self, name: str) -> bool:
        """Whether somebody can take it: a group of actions is none."""
        return name in self.taken_by_callers or name in self._calls

    def unmet(self, action: str, obligations: Iterable[Obligation]) -> tuple[Obligation, ...]:
        """Those of the obligations that nothing does when the action is taken."""
        if action in self.taken_by_callers:
            return ()
        return tuple(each for each in obligations if each.kind not in met_by(action))

    def calls_in(self, policy: Policy) -> tuple[str, ...]:
        """The calls of Assent that the policy's scope holds."""
        names = ((each, self.names_of(each)) for each in self._calls)
        return tuple(call for call, known in names if known and policy.reaches(known))

    def knows(self, action: str) -> bool:
        """Whether the schema has that action, or that group."""
        return action in self._groups

    def names_of(self, action: str) -> frozenset[str] | None:
        """The action and every group that it is in; None for one that is not known."""
        if not self.knows(action):
            return None
        found: set[str] = set()
        waiting = [action]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._groups.get(name, ())
        return frozenset(found)

    def prepare(self, entities: Iterable[Entity]) -> cedarpy.Entities:
        """The entities, ready for many decisions. Raises ValueError where one does not fit."""
        text = json.dumps([each.as_json() for each in entities])
        return cedarpy.Entities.from_json_str(text, self.handle)
