"""Values that a policy computes, with unknowns of the solver in them."""

from collections.abc import Callable
from dataclasses import dataclass

from functions.policy.compare.schema import EntityOf, Plain, RecordOf, SetOf, Type
from functions.policy.compare.terms import Term


@dataclass(frozen=True)
class Scalar:
    """A boolean, a number or a text."""

    kind: Plain
    term: Term


@dataclass(frozen=True)
class Entity:
    """An entity of a known type, by its id."""

    kind: EntityOf
    term: Term


@dataclass(frozen=True)
class Elements:
    """A set that the policy spells out."""

    items: tuple["Value", ...]


@dataclass(frozen=True)
class Stored:
    """A set that somebody stored, or that follows from such sets."""

    kind: SetOf
    term: Term


@dataclass(frozen=True)
class Field:
    """An attribute of a record: whether it is there, and its value if so."""

    present: Term
    value: "Value"


@dataclass(frozen=True)
class Record:
    """A record; an attribute that its type does not have is nothing."""

    kind: RecordOf
    field: Callable[[str], Field | None]


@dataclass(frozen=True)
class Opaque:
    """A value of a type that is not compared; only the attributes beside it can be used."""

    kind: Type


Value = Scalar | Entity | Elements | Stored | Record | Opaque


@dataclass(frozen=True)
class Checked:
    """A value, and whether evaluating it succeeds: the value means nothing where it does not."""

    value: Value
    ok: Term
