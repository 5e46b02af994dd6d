"""Seals and opens what persons wrote, each under its own key, as an actor reads and writes it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from shared.kit.personal import Change, changed_fields, changed_texts
from shared.kit.sealing import is_sealed
from shared.kit.transitions import Transition
from shared.storage.firestore import TenantStore
from shared.storage.subject_keys import keys_to_seal, opened

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T", bound="BaseModel | Transition[Any]")


class OwnWords(NamedTuple):
    """The texts of persons in what the actor changes at that time: what is not marked as somebody
    else's is the actor's own."""

    store: TenantStore
    actor: str
    at: datetime

    async def sealed(self, model: M) -> M:
        """The model with each text of a person sealed that is not yet. Raises Unavailable."""
        return await self._sealed(model, lambda change: changed_texts(model, self.actor, change))

    async def sealed_in(self, transition: Transition[Any]) -> Transition[Any]:
        """The transition, likewise, in its state and in its event's fields. Raises Unavailable."""

        def change_all(change: Change) -> Transition[Any]:
            state, fields = changed_texts(transition.state, self.actor, change), transition.fields
            if transition.event is not None and fields:
                fields = changed_fields(transition.event, fields, state, self.actor, change)
            return replace(transition, state=state, fields=fields)

        return await self._sealed(transition, change_all)

    async def opened(self, model: M) -> M:
        """The model with each text of a person opened: for a rule that reads it, not to be saved.
        Raises Unavailable, SealBroken."""
        text = model.model_dump_json()
        plain = await opened(self.store.tenant_id, text, in_json=True)
        return model if plain == text else type(model).model_validate_json(plain)

    async def _sealed(self, thing: T, change_all: Callable[[Change], T]) -> T:
        subjects: set[str] = set()

        def look(text: str, subject: str) -> str:
            if not is_sealed(text):
                subjects.add(subject)
            return text

        change_all(look)
        if not subjects:
            return thing
        keys = await keys_to_seal(self.store, subjects, self.at)
        return change_all(
            lambda text, subject: text if is_sealed(text) else keys[subject].seal(text)
        )
