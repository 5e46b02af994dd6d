"""The indexes: none but those of our queries. Firestore's automatic ones, of each field and in both
directions, are turned off for every collection
(https://cloud.google.com/firestore/docs/query-data/index-overview).

Functions declare those of their own collections beside their aggregates; those of the platform are
here. A test compares all of them with every query of the functions, and fails for missing or unused
indexes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.manifest import Manifests

Direction = Literal["ASCENDING", "DESCENDING"]
Field = tuple[str, str]


@dataclass(frozen=True)
class Composite:
    """An index over several fields: equalities first, those of the order or range last."""

    collection: str
    equalities: tuple[str, ...]
    ordered: tuple[str, ...]
    direction: Direction
    scope: Literal["COLLECTION", "COLLECTION_GROUP"] = "COLLECTION"

    @property
    def name(self) -> str:
        return "-".join((self.collection, *self.equalities, *self.ordered, self.direction.lower()))

    @property
    def fields(self) -> tuple[tuple[str, Direction], ...]:
        """Each field with its direction."""
        equal: tuple[tuple[str, Direction], ...] = tuple(
            (field, "ASCENDING") for field in self.equalities
        )
        return (*equal, *((field, self.direction) for field in self.ordered))


@dataclass(frozen=True)
class Single:
    """An index over one field, inside one collection of one tenant."""

    collection: str
    field: str
    mode: Literal["ASCENDING", "DESCENDING", "CONTAINS"]


EVENT_LOG = "events"
# What followed from a delivery, and when what was decided; contents, slices and claims are read by
# their ids only.
_OF_THE_PLATFORM: Mapping[str, tuple[str, ...]] = {
    EVENT_LOG: ("causationid", "-decided_at"),
    "slices": (),
    "contents": (),
    "idempotency_keys": (),
    "lookup_misses": ("window",),
    "credential_refusals": ("window",),
    "audit_checkpoints": ("-number",),
    "tier_balances": (),
    "call_hours": (),
    "subject_keys": (),
    "tenant_keys": (),
}

# The sweep: entries of the log that were committed and not published.
_SWEEP = Composite(
    EVENT_LOG, ("unpublished", "source"), ("sweep_at",), "ASCENDING", "COLLECTION_GROUP"
)

# Fields whose documents Firestore deletes after that time.
EXPIRING: tuple[Field, ...] = (
    ("idempotency_keys", "expire_at"),
    ("lookup_misses", "expire_at"),
    ("credential_refusals", "expire_at"),
    ("model_answers", "expire_at"),
    ("notified_mailboxes", "expire_at"),
)


def composites(manifests: Manifests) -> tuple[Composite, ...]:
    """The indexes of queries over several fields."""
    declared = (
        _declared(collection, names)
        for collection, declaration in manifests.collections.items()
        for names in declaration.composites
    )
    return (*declared, _SWEEP)


def _declared(collection: str, names: tuple[str, ...]) -> Composite:
    falling = tuple(name.removeprefix("-") for name in names if name.startswith("-"))
    if falling:
        return Composite(collection, names[: -len(falling)], falling, "DESCENDING")
    return Composite(collection, names[:-1], names[-1:], "ASCENDING")


def grouped(manifests: Manifests) -> tuple[Field, ...]:
    """Fields in queries over all tenants: the sweep's overdue timers, and the log's tenants."""
    timed = (name for name, declaration in manifests.collections.items() if declaration.timed)
    return (*((name, "sweep_at") for name in timed), (EVENT_LOG, "tenantid"))


def singles(manifests: Manifests) -> tuple[Single, ...]:
    """The indexes of queries over one field."""
    return tuple(
        _single(name, field) for name, fields in _queried(manifests).items() for field in fields
    )


def collections(manifests: Manifests) -> tuple[str, ...]:
    """Every collection: none of its fields is indexed but those that are listed here."""
    return tuple(_queried(manifests))


def _queried(manifests: Manifests) -> Mapping[str, tuple[str, ...]]:
    declared = {name: each.queried for name, each in manifests.collections.items()}
    return {**declared, **_OF_THE_PLATFORM}


def _single(collection: str, field: str) -> Single:
    if field.startswith("-"):
        return Single(collection, field[1:], "DESCENDING")
    if field.endswith("[]"):
        return Single(collection, field[:-2], "CONTAINS")
    return Single(collection, field, "ASCENDING")
