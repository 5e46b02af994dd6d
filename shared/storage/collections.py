"""What Firestore must index of a collection: only what a query names."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Collection:
    """The cloud program declares it, from the function's generated handles.json. Firestore indexes
    every field by default, which costs more than the documents; here it indexes none but these.

    `queried` names the fields of queries over one field: `status` for equality, ranges and rising
    order, `-created_at` for falling order, `considered[]` for membership in a list. Several
    equalities without an order need each field. A composite names the fields of a query with an
    order: equalities first, then the field of the order or range, or several that all descend,
    with a `-` before each that descends. Documents of a `timed` collection carry `sweep_at`,
    which the sweep queries over all tenants."""

    name: str
    composites: tuple[tuple[str, ...], ...] = ()
    queried: tuple[str, ...] = ()
    timed: bool = False
