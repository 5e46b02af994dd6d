"""The indexes beyond those that Firestore makes by itself, which are one for each field, in both
directions, inside one collection (https://cloud.google.com/firestore/docs/query-data/index-overview).

A test asks every query of the functions and compares: what is not served is missing here, what
serves nothing is too much."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["ASCENDING", "DESCENDING"]


@dataclass(frozen=True)
class Composite:
    """An index over several fields: equalities first, the field that orders or ranges last."""

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
    # What a precedent is drafted from, and judged against.
    Composite("approvals", ("likeness",), "counted_at", "DESCENDING"),
    Composite("approvals", ("kind", "status"), "decided_at", "DESCENDING"),
    # The sweep: entries of the log that were committed and never published.
    Composite("events", ("unpublished", "source"), "time", "ASCENDING", "COLLECTION_GROUP"),
)

# Fields that are asked for over all tenants: the sweep's overdue timers, and the log's tenants.
GROUPED = (
    ("agents", "next_timer_at"),
    ("approvals", "next_timer_at"),
    ("creation_cases", "next_timer_at"),
    ("events", "tenantid"),
)

# Fields whose documents Firestore deletes once their moment has passed.
EXPIRING = (
    ("idempotency_keys", "expire_at"),
    ("lookup_misses", "expire_at"),
)

# Long texts and lists that no query names: an index of them would only be stored and paid for.
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
