"""Firestore: the database, and every index that the functions' queries need."""

from infra.firestore.database import Firestore
from infra.firestore.indexes import (
    COMPOSITES,
    EXPIRING,
    GROUPED,
    UNQUERIED,
    Composite,
)

__all__ = ["COMPOSITES", "EXPIRING", "GROUPED", "UNQUERIED", "Composite", "Firestore"]
