"""The indexes beside Firestore's automatic ones, which are one for each field, in both directions,
inside one collection (https://cloud.google.com/firestore/docs/query-data/index-overview).

Functions declare those of their own collections beside their aggregates; those of the platform are
here. A test compares all of them with every query of the functions, and fails for missing or unused
indexes."""

from dataclasses import dataclass
from typing import Literal

from shared.manifest import Manifests

Direction = Literal["ASCENDING", "DESCENDING"]
Field = tuple[str, str]


@dataclass(frozen=True)
class Composite:
    """An index over several fields: equalities first, the field of the order or range last."""

    collection: str
    equalities: tuple[str, ...]
    ordered: str
    direction: Direction
    scope: Literal["COLLECTION", "COLLECTION_GROUP"] = "COLLECTION"

    @property
    def name(self) -> str:
        return "-".join((self.collection, *self.equalities, self.ordered, self.direction.lower()))


# The sweep: entries of the log that were committed and not published.
_SWEEP = Composite("events", ("unpublished", "source"), "time", "ASCENDING", "COLLECTION_GROUP")

# Fields whose documents Firestore deletes after that time.
EXPIRING: tuple[Field, ...] = (
    ("idempotency_keys", "expire_at"),
    ("lookup_misses", "expire_at"),
    ("credential_refusals", "expire_at"),
)


def composites(manifests: Manifests) -> tuple[Composite, ...]:
    """The indexes of queries over several fields."""
    declared = (
        Composite(
            collection,
            tuple(equalities),
            ordered.removeprefix("-"),
            "DESCENDING" if ordered.startswith("-") else "ASCENDING",
        )
        for collection, declaration in manifests.collections.items()
        for *equalities, ordered in declaration.composites
    )
    return (*declared, _SWEEP)


def grouped(manifests: Manifests) -> tuple[Field, ...]:
    """Fields in queries over all tenants: the sweep's overdue timers, and the log's tenants."""
    timed = (name for name, declaration in manifests.collections.items() if declaration.timed)
    return (*((name, "next_timer_at") for name in timed), ("events", "tenantid"))


def unqueried(manifests: Manifests) -> tuple[Field, ...]:
    """Long texts and lists that no query uses: an index of them would only cost storage."""
    declared = (
        (name, field)
        for name, declaration in manifests.collections.items()
        for field in declaration.unqueried
    )
    return (*declared, ("events", "data"), ("idempotency_keys", "answer"))
