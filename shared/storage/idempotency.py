"""Answers kept under a caller's `Idempotency-Key`: the same key and body answer the same, whatever
crashed in between."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.kit.callers import Caller
from shared.kit.errors import IdempotencyKeyReused
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore

KEPT = timedelta(days=35)
COLLECTION = "idempotency_keys"


@dataclass(frozen=True)
class IdempotencyKey:
    """One caller's key for one call, and the fingerprint of what was sent. Without a key,
    recalling finds nothing and remembering does nothing."""

    caller: Caller
    id: str
    fingerprint: str

    async def recall(self, store: TenantStore) -> dict[str, Any] | None:
        """The answer given before, or None. Raises IdempotencyKeyReused where another body was
        sent with the key."""
        if not self.id:
            return None
        seen = await store.get(COLLECTION, self.id)
        if seen is None:
            return None
        if seen.data["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key came before with another body")
        answer: dict[str, Any] = json.loads(seen.data["answer"])
        return answer

    def remember(self, batch: Batch, answer: dict[str, Any]) -> None:
        """Adds the answer to the commit that makes it true; whoever commits second loses the race
        and recalls."""
        if self.id:
            batch.create(
                COLLECTION,
                self.id,
                {
                    "fingerprint": self.fingerprint,
                    "answer": json.dumps(answer),
                    "expire_at": self.caller.received_at + KEPT,
                },
            )
