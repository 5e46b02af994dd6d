"""Stores answers under a caller's idempotency key, so that a repeat gets the same answer."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self, TypeVar

from pydantic import BaseModel

from shared.kit.callers import Caller
from shared.kit.errors import IdempotencyKeyReused
from shared.storage.batches import Batch, Document
from shared.storage.firestore import TenantStore

KEPT = timedelta(days=35)
COLLECTION = "idempotency_keys"

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True)
class IdempotencyKey:
    """One caller's key for one call, and the fingerprint of its body. An answer that was given to a
    token for one workspace is given to no other token. Without an id, `recall` finds
    nothing and `remember` does nothing. Answers are kept for `kept`, or for ever."""

    caller: Caller
    id: str = ""
    fingerprint: str = ""
    collection: str = COLLECTION
    kept: timedelta | None = KEPT

    def of(self, caller: Caller) -> Self:
        """The same key of that caller."""
        return replace(self, caller=caller)

    async def recall(self, store: TenantStore, answer: type[A]) -> A | None:
        """The stored answer, or None. One read where there is an id. Raises IdempotencyKeyReused
        where another body was sent with the id, Unavailable."""
        return self.answered(await store.get(self.collection, self.id) if self.id else None, answer)

    def answered(self, seen: Document | None, answer: type[A]) -> A | None:
        """The answer in the key's document. Raises IdempotencyKeyReused."""
        if seen is None:
            return None
        if seen.data["fingerprint"] != self._sent:
            raise IdempotencyKeyReused("this id was sent before with another body")
        return answer.model_validate_json(seen.data["answer"])

    def remember(self, batch: Batch, answer: BaseModel) -> None:
        """Adds the answer to the commit of its changes; a second commit with the key loses the race
        and recalls the answer."""
        if not self.id:
            return
        fields = {"fingerprint": self._sent, "answer": answer.model_dump_json()}
        expiry = {"expire_at": self.caller.received_at + self.kept} if self.kept else {}
        batch.create(self.collection, self.id, {**fields, **expiry})

    @property
    def _sent(self) -> str:
        within = self.caller.workspace_id
        return self.fingerprint if within is None else f"{within}:{self.fingerprint}"
