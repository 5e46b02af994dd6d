"""What Firestore must know of a collection beyond its automatic indexes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Collection:
    """The cloud program declares it, from the function's generated handles.json.

    A composite names the fields of a query: equalities first, then the field of the order or range,
    with a `-` before it where that descends. `unqueried` fields are long texts and lists that no
    query uses: an index of them would only cost storage. Documents of a `timed` collection carry
    `next_timer_at`, which the sweep queries over all tenants."""

    name: str
    composites: tuple[tuple[str, ...], ...] = ()
    unqueried: tuple[str, ...] = ()
    timed: bool = False
