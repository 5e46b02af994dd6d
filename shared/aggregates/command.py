"""The unit of work of a command: its caller, and the state that it is about."""

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from shared.aggregates.aggregate import Aggregate
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.messaging.changes import Change
from shared.messaging.misses import report_miss
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.policy.authorization import current_authorization
from shared.storage.idempotency import IdempotencyKey

if TYPE_CHECKING:
    from shared.aggregates.reader import Reader

S = TypeVar("S", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)


class Command(UnitOfWork):
    """One call of a command. Guarantees that it finds by id only what the caller's token opens;
    queries, and `find_anywhere`, are for rules, which also look at what the caller does not see."""

    def __init__(self, reader: "Reader", caller: Caller, attempt: int = 0) -> None:
        recorder = Recorder.for_command(function=reader.function, caller=caller)
        super().__init__(
            reader.by_model,
            recorder,
            Change(),
            attempt=attempt,
            chains=True,
            control=caller.control,
        )
        self.caller = caller
        self._reader = reader

    async def find(self, aggregate: Aggregate[S], id: str) -> S | None:
        """As `UnitOfWork.find`; None where it belongs to a workspace that the token is not for."""
        state = await super().find(aggregate, id)
        if state is None or not aggregate.in_workspaces:
            return state
        return state if self.caller.sees(aggregate.workspace_of(state)) else None

    async def recall(
        self, key: IdempotencyKey, answer: type[A], about: tuple[Aggregate[Any], str] | None
    ) -> A | None:
        """The answer that was stored under the idempotency key, or None; reads the state that the
        command is about in the same round trip. Raises IdempotencyKeyReused, Unavailable."""
        if not key.id or about is None:
            return await key.recall(self.store, answer)
        aggregate, id = about
        known, document = await self.store.get_many(
            [(key.collection, key.id), (aggregate.collection, id)]
        )
        await self.take(aggregate, id, document)
        return key.answered(known, answer)

    async def get(self, aggregate: Aggregate[S], id: str) -> S:
        """The state that the command is about. One read. Raises NotFound, and reports the miss of a
        well-formed id; Forbidden or SeparationOfDuties where the policies do not let the caller do
        this to it; Unavailable."""
        state = await self.find(aggregate, id) if aggregate.may_be_id(id) else None
        if state is None:
            raise await not_found(self._reader.outbox, self.caller, aggregate, id)
        self.is_about(aggregate, id)
        self.ask(aggregate, id, state)
        return state

    async def get_or_initial(self, aggregate: Aggregate[S], id: str) -> S:
        """The state that the command is about, or the aggregate's initial one where there is none
        yet. Nobody is asked. One read. Raises Unavailable."""
        state = await self.find(aggregate, id)
        if state is None:
            assert aggregate.initial is not None
            return aggregate.initial(id)
        self.is_about(aggregate, id)
        return state

    def ask(self, aggregate: Aggregate[S], id: str, state: S) -> None:
        """Asks whether the caller may do to the state what the call does. Raises as `get`."""
        authorization = current_authorization()
        if authorization is not None and aggregate.entity_type is not None:
            authorization.ask_about(aggregate.entity_type, id, state, self.at)


async def not_found(outbox: Outbox, caller: Caller, aggregate: Aggregate[Any], id: str) -> NotFound:
    """The refusal for a state that does not exist; reports the miss of a well-formed id. Raises
    Unavailable."""
    if aggregate.may_be_id(id):
        await report_miss(outbox, caller, id)
    return NotFound(f"there is no {aggregate.noun.replace('_', ' ')} {id[:40]!r}")
