"""Which index serves a query: Firestore's rules, as far as our queries need them
(https://cloud.google.com/firestore/docs/query-data/index-overview). Where Firestore could merge
indexes beyond these rules, they ask for more than it does, never for less."""

from dataclasses import dataclass

from infra.indexes import Composite, Direction, Single
from tests.infra.firestore.declared import COMPOSITES, GROUPED, SINGLES

NAME = "__name__"


@dataclass(frozen=True)
class Query:
    """A query without its values. `orders` are (field, direction)."""

    collection: str
    of_all_tenants: bool
    equal: frozenset[str]
    contained: frozenset[str]
    ranged: frozenset[str]
    orders: tuple[tuple[str, Direction], ...]

    @property
    def sorted_by(self) -> tuple[tuple[str, Direction], ...]:
        """The fields that the answer is sorted by; where none is said, what is ranged over.
        Document names come last without being said."""
        said = tuple(order for order in self.orders if order[0] != NAME)
        if not said and self.ranged:
            (field,) = self.ranged
            return ((field, "ASCENDING"),)
        return said


def serving(query: Query, composites: tuple[Composite, ...] = COMPOSITES) -> object | None:
    """What serves the query: indexes of ours, "names" where documents' names are enough, or
    None."""
    if len(query.ranged) > 1 or not _is_in_one_direction(query):
        return None
    filtered = query.equal | query.contained
    if query.ranged - {name for name, _ in query.sorted_by}:
        return None
    if not query.sorted_by:
        return _of_single_fields(query, filtered) if filtered else "names"
    fields = tuple(field for field, _ in query.sorted_by)
    direction = query.sorted_by[0][1]
    if not filtered and len(fields) == 1:
        return _of_single_fields(query, frozenset(fields), direction)
    scope = "COLLECTION_GROUP" if query.of_all_tenants else "COLLECTION"
    wanted = (query.collection, scope, query.equal, fields, direction)
    for each in composites:
        covered = (each.collection, each.scope, frozenset(each.equalities))
        if (*covered, each.ordered, each.direction) == wanted and not query.contained:
            return each
    return None


def _of_single_fields(
    query: Query, fields: frozenset[str], direction: Direction = "ASCENDING"
) -> object | None:
    if not query.of_all_tenants:
        wanted = {
            Single(query.collection, field, "CONTAINS" if field in query.contained else direction)
            for field in fields
        }
        return frozenset(wanted) if wanted <= set(SINGLES) else None
    if len(fields) != 1 or query.contained or direction != "ASCENDING":
        return None
    (field,) = fields
    return next((each for each in GROUPED if each == (query.collection, field)), None)


def _is_in_one_direction(query: Query) -> bool:
    """An index is read from one end, documents' names included."""
    return len({direction for _, direction in query.orders}) <= 1
