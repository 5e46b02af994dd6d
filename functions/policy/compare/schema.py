"""A Cedar schema, read for comparing: types, hierarchies, request environments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

ACTION = "Action"


@dataclass(frozen=True)
class Plain:
    """`Bool`, `Long` or `String`."""

    name: str


@dataclass(frozen=True)
class EntityOf:
    """An entity of a type."""

    name: str


@dataclass(frozen=True)
class Extension:
    """A value of an extension such as `decimal`: it can be stored, and not compared."""

    name: str


@dataclass(frozen=True)
class SetOf:
    """A set whose elements are all of one type."""

    element: "Type"


@dataclass(frozen=True)
class RecordOf:
    """A record: for each attribute its type, and whether it is always there."""

    attributes: tuple[tuple[str, "Type", bool], ...]

    def attribute(self, name: str) -> tuple["Type", bool] | None:
        """The type of an attribute and whether it is required; nothing where the type has none."""
        return next(((kind, must) for key, kind, must in self.attributes if key == name), None)


Type = Plain | EntityOf | Extension | SetOf | RecordOf
NOTHING = RecordOf(())
BOOL, LONG, STRING = Plain("Bool"), Plain("Long"), Plain("String")
PLAIN = (BOOL.name, LONG.name, STRING.name)


@dataclass(frozen=True)
class EntityType:
    """What entities of a type have and belong to; `choices` are the ids of an enumerated type."""

    attributes: RecordOf = NOTHING
    parents: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """What an action applies to, and the groups that it directly belongs to."""

    groups: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    context: RecordOf = NOTHING


@dataclass(frozen=True)
class Environment:
    """One principal type × action × resource type for which the schema allows requests."""

    principal: str
    action: str
    resource: str
    context: RecordOf

    def __str__(self) -> str:
        return f'{self.principal} × Action::"{self.action}" × {self.resource}'


@dataclass(frozen=True)
class ComparedSchema:
    """The entity types and actions of a schema without namespaces."""

    entity_types: Mapping[str, EntityType]
    actions: Mapping[str, Action]
    _within: dict[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def environments(self) -> tuple[Environment, ...]:
        """Every environment, in the order of the schema."""
        return tuple(
            Environment(principal, name, resource, action.context)
            for name, action in self.actions.items()
            for principal in action.principals
            for resource in action.resources
        )

    def path(self, below: str, above: str) -> tuple[str, ...]:
        """The types from one type up to another that can contain it, with the other."""
        reached: dict[str, tuple[str, ...]] = {parent: (parent,) for parent in self._parents(below)}
        waiting = list(reached)
        for name in waiting:
            for parent in self._parents(name):
                if parent not in reached:
                    reached[parent] = (*reached[name], parent)
                    waiting.append(parent)
        return reached.get(above, ())

    def action_within(self, action: str, group: str) -> bool:
        """Whether an action is the other action or belongs to it."""
        if action not in self._within:
            self._within[action] = frozenset(self._groups(action))
        return group in self._within[action]

    def _groups(self, action: str) -> Iterator[str]:
        yield action
        for group in self.actions[action].groups:
            yield from self._groups(group)

    def _parents(self, name: str) -> tuple[str, ...]:
        return self.entity_types[name].parents if name in self.entity_types else ()
