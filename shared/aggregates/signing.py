"""What a function signs of the events that it publishes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from shared.kit.signing import sign
from shared.kit.transitions import Transition, payload
from shared.storage.secrets import signing_key


@dataclass(frozen=True)
class Signing:
    """What the function signs of an event's data for a tenant (None: nothing), with the key in the
    secret `key`. The compact JWS becomes the `signature` of the event and of the state."""

    key: str
    statement: Callable[[BaseModel, str], BaseModel | None]

    async def signed(
        self, transition: Transition[Any], before: Any, tenant_id: str
    ) -> Transition[Any]:
        """The transition from the state `before` it (None where it is the first) with its
        signature. Raises Unavailable."""
        statement = None
        if transition.event is not None:
            statement = self.statement(payload(transition), tenant_id)
        # Rules copy the signature that they read, but an earlier transition may have replaced it.
        signature = (before or transition.state).signature
        if statement is not None:
            signature = sign(statement.model_dump(mode="json"), await signing_key(self.key))
        state = transition.state.model_copy(update={"signature": signature})
        return replace(transition, state=state)
