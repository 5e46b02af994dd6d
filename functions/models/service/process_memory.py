"""What a process remembers of the documents that calls of models are decided by, so that a call is
held without reading first."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from shared.budgets.aggregates import BUDGETS
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

Key = tuple[str, str]

MOST_TENANTS, MOST_DOCUMENTS = 1_024, 256
# Where others write the same documents, remembering them loses races.
READS_FIRST_SECONDS = 2.0


class Memory:
    """The documents of one tenant as this process last saw them; None for one that is not there.
    Nothing is decided by them alone: a commit names the version of what it replaces, and the rest
    is read while it is made. `turn` is taken for each commit of calls, so that those of one process
    lose no race to each other."""

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.turn = asyncio.Lock()
        self.known: dict[Key, Document | None] = {}
        self._reads_until = float("-inf")

    @property
    def is_trusted(self) -> bool:
        """Whether a decision may begin with what is remembered."""
        return time.monotonic() >= self._reads_until

    def note(self, found: Mapping[Key, Document | None]) -> None:
        """Remembers documents that were just read or written."""
        if len(self.known) + len(found) > MOST_DOCUMENTS:
            self.known.clear()
        self.known.update(found)

    def note_written(self, written: Mapping[Key, Document]) -> None:
        """Remembers the budgets that a commit has written."""
        self.note({key: each for key, each in written.items() if key[0] == BUDGETS.collection})

    def forget(self) -> None:
        """Remembers nothing more."""
        self.known.clear()

    def lost(self) -> None:
        """Somebody else changed what was remembered: for a while, calls read first."""
        self.forget()
        self._reads_until = time.monotonic() + READS_FIRST_SECONDS


class Memories:
    """The memories of the tenants that called last."""

    def __init__(self) -> None:
        self._memories: OrderedDict[str, Memory] = OrderedDict()

    def of(self, tenant_id: str) -> Memory:
        """The tenant's memory."""
        memory = self._memories.setdefault(tenant_id, Memory(tenant_id))
        self._memories.move_to_end(tenant_id)
        if len(self._memories) > MOST_TENANTS:
            self._memories.popitem(last=False)
        return memory


MEMORIES = Memories()


class Recalled(TenantStore):
    """A tenant's documents, from memory where it has all that are asked for. These are read at the
    same time, and `holds` tells whether they were as remembered."""

    def __init__(self, memory: Memory, *, trusts: bool) -> None:
        super().__init__(memory.tenant_id)
        self._memory = memory
        self._trusts = trusts
        self._readings: list[asyncio.Task[list[Document | None]]] = []
        self.trusted: dict[Key, Document | None] = {}

    async def get_many(self, keys: Sequence[Key]) -> list[Document | None]:
        known = self._memory.known
        if not self._trusts or any(key not in known for key in keys):
            found = await super().get_many(keys)
            self._memory.note(dict(zip(keys, found, strict=True)))
            return found
        recalled = {key: known[key] for key in keys}
        if keys:
            reading = asyncio.ensure_future(super().get_many([*keys]))
            # Nobody may be left who asks.
            reading.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._readings.append(reading)
        self.trusted |= recalled
        return [recalled[key] for key in keys]

    async def holds(self, written: Mapping[Key, Document]) -> bool:
        """Whether all that was recalled is stored so, but for what a commit has `written` since on
        the condition that it was. Raises Unavailable."""
        found = [each for some in await asyncio.gather(*self._readings) for each in some if each]
        versions = {(each.collection, each.id): each.update_time for each in found}
        return all(
            versions.get(key) == (each.update_time if each is not None else None)
            for key, each in self.trusted.items()
            if key not in written
        )
