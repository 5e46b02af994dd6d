"""The unknowns of one environment: a request, the entities it reaches, and what always holds."""

from collections.abc import Iterator
from typing import Any

from functions.policy.compare.refusals import NotComparable
from functions.policy.compare.schema import (
    ACTION,
    BOOL,
    LONG,
    ComparedSchema,
    EntityOf,
    EntityType,
    Environment,
    Extension,
    Plain,
    RecordOf,
    SetOf,
    Type,
)
from functions.policy.compare.terms import Term, Terms
from functions.policy.compare.values import Entity, Field, Opaque, Record, Scalar, Stored, Value


class World:
    """Any request of the environment, with any entities that conform to the schema."""

    def __init__(self, terms: Terms, schema: ComparedSchema, environment: Environment) -> None:
        self.terms = terms
        self.schema = schema
        self.environment = environment
        self._promises: dict[Term, None] = {}
        self._known: dict[str, dict[Term, str]] = {}
        self._met: dict[str, dict[Term, None]] = {}
        self._read: dict[Entity, None] = {}
        self._asked: set[str] = set()
        self._above: dict[tuple[str, str], None] = {}
        self._below: dict[str, dict[Term, None]] = {}
        self.principal = self._variable("principal", environment.principal)
        self.resource = self._variable("resource", environment.resource)
        self.action = self.entity(ACTION, environment.action)
        self.context = self._record(environment.context, f"{environment.action}.context", ())

    def entity(self, entity_type: str, known: str) -> Entity:
        """The entity with the id."""
        term = self.terms.entity(entity_type, known)
        self._known.setdefault(entity_type, {})[term] = known
        return self._meet(Entity(EntityOf(entity_type), term))

    def attribute(self, entity: Entity, name: str) -> Field | None:
        """An attribute of an entity, if its type has it."""
        self._read[entity] = None
        whole = self._record(
            self.schema.entity_types[entity.kind.name].attributes, entity.kind.name, (entity.term,)
        )
        return whole.field(name)

    def inside(self, entity: Entity, group: Entity) -> Term:
        """The entity is the group or belongs to it."""
        below, above = entity.kind.name, group.kind.name
        if below == above == ACTION:
            action, of = (self.terms.name(each.term) for each in (entity, group))
            return self.terms.truth(self.schema.action_within(action, of))
        itself = self.terms.same(entity.term, group.term) if below == above else self.terms.false
        if not self.schema.path(below, above):
            return itself
        return self.terms.any((itself, self.terms.member(group.term, self.above(entity, above))))

    def above(self, entity: Entity, above: str) -> Term:
        """The set of the entities of a type to which an entity belongs."""
        self._above[entity.kind.name, above] = None
        self._below.setdefault(entity.kind.name, {})[entity.term] = None
        self._read[entity] = None
        return self.ancestors(entity.kind.name, above, entity.term)

    def ancestors(self, below: str, above: str, entity: Term) -> Term:
        """The unknown of `above`, for any term."""
        sort = self.terms.set_sort(self.terms.entities(above))
        return self.terms.symbol(f"{below} in {above}", sort, (entity,))

    def promises(self) -> Iterator[Term]:
        """What the schema promises of all that policies have asked for until now."""
        yield from self._promises
        yield from (self.terms.distinct(list(terms)) for terms in self._known.values())
        yield from self._hierarchy()

    def _hierarchy(self) -> Iterator[Term]:
        """Membership is transitive, and nothing belongs to itself, among the entities whose groups
        a policy asks for. All others belong to nothing, which no policy can tell."""
        for below, middle in self._above:
            for entity in self._below[below]:
                direct = self.ancestors(below, middle, entity)
                if below == middle:
                    yield self.terms.no(self.terms.member(entity, direct))
                for group in self._below.get(middle, ()):
                    yield from self._inherits(below, middle, entity, group)

    def _inherits(self, below: str, middle: str, entity: Term, group: Term) -> Iterator[Term]:
        outside = self.terms.no(self.terms.member(group, self.ancestors(below, middle, entity)))
        for above in self.used_above(middle):
            if (below, above) in self._above:
                further, whole = (
                    self.ancestors(name, above, of)
                    for name, of in ((middle, group), (below, entity))
                )
                yield self.terms.any((outside, self.terms.subset(further, whole)))

    def met(self) -> Iterator[tuple[str, Term]]:
        """Every entity that a policy speaks of, by its type and id."""
        return _pairs(self._met)

    def known(self, entity_type: str) -> dict[Term, str]:
        """The entities of the type that policies name, with their ids."""
        return self._known.get(entity_type, {})

    def grouped(self) -> Iterator[tuple[str, Term]]:
        """Those of them whose groups a policy asks for."""
        return _pairs(self._below)

    def needed(self) -> tuple[Entity, ...]:
        """The entities whose attributes or groups a policy asks for."""
        return tuple(self._read)

    def used_above(self, below: str) -> list[str]:
        """The types whose membership decides something about entities of the type."""
        return [above for start, above in self._above if start == below]

    def sort(self, kind: Type) -> Any:
        """The solver's sort of the values of a type."""
        match kind:
            case Plain() if kind in (BOOL, LONG):
                return self.terms.boolean if kind == BOOL else self.terms.integer
            case Plain():
                return self.terms.text
            case EntityOf(name):
                return self.terms.entities(name)
            case SetOf(Plain() | EntityOf() as element):
                return self.terms.set_sort(self.sort(element))
        raise NotComparable(f"a value of the type {_named(kind)}")

    def stored(self, kind: Type, name: str, at: tuple[Term, ...]) -> Value:
        """The unknown value of that name, at an entity or of the request."""
        if isinstance(kind, RecordOf):
            return self._record(kind, name, at)
        if isinstance(kind, Extension) or not _flat(kind):
            return Opaque(kind)
        term = self.unknown(name, self.sort(kind), at)
        match kind:
            case EntityOf():
                return self._meet(Entity(kind, term))
            case SetOf():
                return Stored(kind, term)
            case Plain() if kind == LONG:
                self._promises[self.terms.within(term)] = None
        assert isinstance(kind, Plain)
        return Scalar(kind, term)

    def _variable(self, name: str, entity_type: str) -> Entity:
        return self._meet(
            Entity(
                EntityOf(entity_type),
                self.terms.symbol(f"{name} {entity_type}", self.terms.entities(entity_type)),
            )
        )

    def _record(self, kind: RecordOf, name: str, at: tuple[Term, ...]) -> Record:
        def field(attribute: str) -> Field | None:
            found = kind.attribute(attribute)
            if found is None:
                return None
            inner, required = found
            path = f"{name}.{attribute}"
            there = self.terms.true if required else self.presence(path, at)
            return Field(there, self.stored(inner, path, at))

        return Record(kind, field)

    def presence(self, path: str, at: tuple[Term, ...]) -> Term:
        """Whether an optional attribute is there."""
        return self.unknown(f"{path}?", self.terms.boolean, at)

    def unknown(self, name: str, sort: Any, at: tuple[Term, ...]) -> Term:
        """The unknown of that name, at an entity or of the request."""
        self._asked.add(name)
        return self.terms.symbol(name, sort, at)

    def is_asked(self, name: str) -> bool:
        """Whether a policy asks for the unknown of that name."""
        return name in self._asked

    def _meet(self, entity: Entity) -> Entity:
        name, term = entity.kind.name, entity.term
        terms = self._met.setdefault(name, {})
        choices = self.schema.entity_types.get(name, EntityType()).choices
        if choices and term not in terms and term not in self.known(name):
            among = (self.terms.same(term, self.entity(name, each).term) for each in choices)
            self._promises[self.terms.any(among)] = None
        terms[term] = None
        return entity


def _pairs(terms: dict[str, dict[Term, None]]) -> Iterator[tuple[str, Term]]:
    return ((name, term) for name, some in terms.items() for term in some)


def _flat(kind: Type) -> bool:
    """Whether a value of the type is one term of the solver."""
    return isinstance(kind.element, Plain | EntityOf) if isinstance(kind, SetOf) else True


def _named(kind: Type) -> str:
    match kind:
        case Plain(name) | EntityOf(name) | Extension(name):
            return name
        case SetOf(element):
            return f"Set<{_named(element)}>"
    return "Record"
