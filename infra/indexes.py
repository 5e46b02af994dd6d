"""The indexes beside Firestore's automatic ones, which are one for each field, in both directions,
inside one collection (https://cloud.google.com/firestore/docs/query-data/index-overview).

A test compares this list with every query of the functions, and fails for missing or unused
indexes."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["ASCENDING", "DESCENDING"]


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


COMPOSITES = (
    # The lists of approvals by status, on both APIs.
    Composite("approvals", ("status",), "requested_at", "DESCENDING"),
    Composite("governor_cards", ("bucket",), "requested_at", "DESCENDING"),
    # The decisions that a precedent is drafted from and reviewed against.
    Composite("approvals", ("likeness",), "counted_at", "DESCENDING"),
    Composite("approvals", ("kind", "status"), "decided_at", "DESCENDING"),
    # The sweep: entries of the log that were committed and not published.
    Composite("events", ("unpublished", "source"), "time", "ASCENDING", "COLLECTION_GROUP"),
)

# Fields in queries over all tenants: the sweep's overdue timers, and the log's tenants.
GROUPED = (
    ("agents", "next_timer_at"),
    ("approvals", "next_timer_at"),
    ("creation_cases", "next_timer_at"),
    ("events", "tenantid"),
)

# Fields whose documents Firestore deletes after that time.
EXPIRING = (
    ("idempotency_keys", "expire_at"),
    ("lookup_misses", "expire_at"),
)

# Long texts and lists that no query uses: an index of them would only cost storage.
UNQUERIED = (
    ("active_precedents", "state"),
    ("agents", "state"),
    ("approvals", "state"),
    ("creation_cases", "state"),
    ("decision_claims", "answer"),
    ("events", "data"),
    ("governor_cards", "card"),
    ("governor_cards", "content"),
    ("governor_cards", "evidence"),
    ("governor_cards", "risk_reasons"),
    ("governor_cards", "rollback_plan"),
    ("governor_cards", "timeline"),
    ("governor_devices", "state"),
    ("governor_seeds", "seed"),
    ("idempotency_keys", "answer"),
    ("pipelines", "state"),
    ("precedents", "state"),
)
