"""What a function reads of its aggregates, for its callers and for itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from shared.aggregates.aggregate import Aggregate
from shared.aggregates.command import Command
from shared.aggregates.postponement import TIMED_SINCE
from shared.kit.callers import Caller
from shared.kit.contents import Contents
from shared.kit.models import Page
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import LastEvent
from shared.storage.encoding import Condition
from shared.storage.firestore import TenantStore

S = TypeVar("S", bound=BaseModel)
L = TypeVar("L", bound=Page[Any])


class States(NamedTuple, Generic[S]):
    """Some states in order, and the cursor of the next page."""

    items: list[S]
    next_cursor: str | None

    def shown(self, page: type[L], view: Callable[[S], BaseModel]) -> L:
        """The page of an answer, with each state as `view` shows it."""
        return page(items=tuple(map(view, self.items)), next_cursor=self.next_cursor)


class Reader:
    """Reads the aggregates of one function; commits nothing."""

    def __init__(self, function: str, *aggregates: Aggregate[Any]) -> None:
        self.function = function
        apart = {each.noun: each.topic for each in aggregates if each.topic}
        self.outbox = Outbox(function, apart)
        self.by_model: Mapping[type[BaseModel], Aggregate[Any]] = {
            each.model: each for each in aggregates
        }

    def reading(self, tenant_id: str, at: datetime) -> Command:
        """What the function itself reads of a tenant, with nobody's token."""
        return Command(self, Caller.acting(f"service:{self.function}", tenant_id, at))

    async def read(self, caller: Caller, aggregate: Aggregate[S], id: str) -> S:
        """The state. One read. Raises NotFound, and reports the miss; Unavailable."""
        return await Command(self, caller).get(aggregate, id)

    async def read_whole(
        self,
        caller: Caller,
        aggregate: Aggregate[S],
        id: str,
        hashes_of: Callable[[S], Iterable[str]],
    ) -> tuple[S, Contents, LastEvent | None]:
        """The state, its contents with the hashes `hashes_of` the state, and its latest event. Two
        reads. Raises as `read`, and ContentInvalid."""
        command = Command(self, caller)
        state = await command.get(aggregate, id)
        contents = await command.read_contents(*hashes_of(state))
        stored = command.stored(aggregate, id)
        return state, contents, stored.last_event if stored else None

    async def find(self, caller: Caller, aggregate: Aggregate[S], id: str) -> S | None:
        """The state, or None; reports no miss. One read. Raises Unavailable."""
        return await Command(self, caller).find(aggregate, id)

    async def page(
        self,
        caller: Caller,
        aggregate: Aggregate[S],
        *,
        limit: int,
        cursor: str | None,
        order_by: Sequence[str],
        where: Sequence[Condition] = (),
        looks_ahead: bool = True,
    ) -> States[S]:
        """A page of a list: states that the caller's token opens, in the descending order of
        indexed fields, otherwise as `TenantStore.find_page`. Raises Invalid for a cursor that no
        list gave, Unavailable."""
        page = await TenantStore(caller.tenant_id).find_page(
            aggregate.collection,
            select=("state", TIMED_SINCE) if aggregate.postponement else ("state",),
            where=[*aggregate.narrowed_to(caller.workspace_id), *where],
            order_by=order_by,
            limit=limit,
            cursor=cursor,
            looks_ahead=looks_ahead,
        )
        suspensions, at = caller.control.suspensions, caller.received_at
        found = (each.data for each in page.items if "state" in each.data)
        states = [
            aggregate.postponed(aggregate.state_in(each), each, suspensions, at) for each in found
        ]
        return States(states, page.next_cursor)
