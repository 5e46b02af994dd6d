"""What holds between values: equality, membership, and the questions about sets."""

from functions.policy.compare.refusals import NotComparable
from functions.policy.compare.schema import EntityOf, SetOf
from functions.policy.compare.terms import Term
from functions.policy.compare.values import (
    Elements,
    Entity,
    Field,
    Opaque,
    Record,
    Scalar,
    Stored,
    Value,
)
from functions.policy.compare.world import World


class Relations:
    """Relations of one environment; raises `NotComparable` for values that it cannot relate."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._terms = world.terms

    def term(self, value: Value) -> Term:
        """The term of a single value."""
        if isinstance(value, Scalar | Entity):
            return value.term
        raise NotComparable("an operation on records, sets or values of an extension")

    def same(self, left: Value, right: Value) -> Term:
        """Both are equal; values of two types are not."""
        match left, right:
            case (Scalar(kind, one), Scalar(other_kind, other)) | (
                Entity(kind, one),
                Entity(other_kind, other),
            ):
                return self._terms.same(one, other) if kind == other_kind else self._terms.false
            case Elements() | Stored(), Elements() | Stored():
                whole = self._kind_of(left, right)
                return self._terms.same(self._whole(left, whole), self._whole(right, whole))
            case Record(), Record():
                names = {name for record in (left, right) for name, _, _ in record.kind.attributes}
                pairs = ((left.field(name), right.field(name)) for name in sorted(names))
                return self._terms.all(self._same_field(one, other) for one, other in pairs)
            case (Opaque(), _) | (_, Opaque()):
                raise NotComparable("comparing values of an extension, or sets of records or sets")
        return self._terms.false

    def either(self, test: Term, then: Value, otherwise: Value) -> Value:
        """The first value where the test holds, else the second."""
        match then, otherwise:
            case Scalar(kind, one), Scalar(_, other):
                return Scalar(kind, self._terms.either(test, one, other))
            case Entity(kind, one), Entity(same, other) if kind == same:
                return Entity(kind, self._terms.either(test, one, other))
            case Elements() | Stored(), Elements() | Stored():
                whole = self._kind_of(then, otherwise)
                one, other = self._whole(then, whole), self._whole(otherwise, whole)
                return Stored(whole, self._terms.either(test, one, other))
        raise NotComparable("`if` between records, or between entities of two types")

    def inside(self, entity: Entity, group: Value) -> Term:
        """The entity belongs to the group, or to one of the groups."""
        match group:
            case Entity():
                return self._world.inside(entity, group)
            case Elements(items):
                return self._terms.any(self.inside(entity, item) for item in items)
            case Stored(SetOf(EntityOf(above)), groups):
                alike = entity.kind.name == above
                itself = self._terms.member(entity.term, groups) if alike else self._terms.false
                if not self._world.schema.path(entity.kind.name, above):
                    return itself
                shared = self._meet(self._world.above(entity, above), groups)
                return self._terms.any((itself, shared))
        raise NotComparable("`in` something other than an entity or a set of entities")

    def contains(self, whole: Value, element: Value) -> Term:
        """The element is in the set."""
        if isinstance(whole, Elements):
            return self._terms.any(self.same(item, element) for item in whole.items)
        return self._terms.member(self.term(element), self._whole(whole))

    def contains_all(self, whole: Value, part: Value) -> Term:
        """Every element of the second set is in the first."""
        if isinstance(part, Elements):
            return self._terms.all(self.contains(whole, item) for item in part.items)
        kind = self._kind_of(whole, part)
        return self._terms.subset(self._whole(part, kind), self._whole(whole, kind))

    def contains_any(self, one: Value, other: Value) -> Term:
        """The sets have an element in common."""
        match one, other:
            case (whole, Elements(items)) | (Elements(items), whole):
                return self._terms.any(self.contains(whole, item) for item in items)
        return self._meet(self._whole(one), self._whole(other))

    def is_empty(self, whole: Value) -> Term:
        """The set has no element."""
        if isinstance(whole, Elements):
            return self._terms.truth(not whole.items)
        return self._terms.is_empty(self._whole(whole))

    def _same_field(self, one: Field | None, other: Field | None) -> Term:
        absent = self._terms.false
        here, there = one.present if one else absent, other.present if other else absent
        both = self.same(one.value, other.value) if one and other else absent
        neither = self._terms.all((self._terms.no(here), self._terms.no(there)))
        return self._terms.any((neither, self._terms.all((here, there, both))))

    def _meet(self, one: Term, other: Term) -> Term:
        common = self._terms.make(self._terms.kinds.SET_INTER, one, other)
        return self._terms.no(self._terms.is_empty(common))

    def _kind_of(self, *sets: Value) -> SetOf:
        for value in sets:
            if isinstance(value, Stored):
                return value.kind
            for item in value.items if isinstance(value, Elements) else ():
                if isinstance(item, Scalar | Entity):
                    return SetOf(item.kind)
        raise NotComparable("a set of sets, of records or of nothing")

    def _whole(self, value: Value, kind: SetOf | None = None) -> Term:
        if isinstance(value, Stored):
            return value.term
        if isinstance(value, Elements) and kind is not None:
            items = (self.term(item) for item in value.items)
            return self._terms.set_of(items, self._world.sort(kind.element))
        raise NotComparable("a set of sets, of records or of values of an extension")
