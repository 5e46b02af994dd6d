"""All queues of the platform, and the names of recently deleted ones. No clock, no I/O."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulators.cloud_tasks.queue import Dispatch, Queue, SavedQueue
from emulators.google_rpc import Message, exists, failed_precondition, not_found

_QUEUE_NAME_MEMORY = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class SavedQueues:
    """All queues, and the times when others were deleted."""

    queues: tuple[SavedQueue, ...]
    deleted: tuple[tuple[str, datetime], ...]


class Queues:
    """The queues by name."""

    def __init__(self) -> None:
        self._queues: dict[str, Queue] = {}
        self._deleted: dict[str, datetime] = {}

    def save(self) -> SavedQueues:
        """The state from which later queues continue."""
        queues = tuple(queue.save() for queue in self)
        return SavedQueues(queues, tuple(self._deleted.items()))

    def load(self, saved: SavedQueues, moves: Mapping[str, str], now: datetime) -> None:
        """Continues from a saved state; tasks are sent to the addresses in `moves`."""
        queues = (Queue.load(queue, moves, now) for queue in saved.queues)
        self._queues = {queue.name: queue for queue in queues}
        self._deleted = dict(saved.deleted)

    def __iter__(self) -> Iterator[Queue]:
        return iter(self._queues.values())

    def create(self, message: Message, now: datetime) -> Queue:
        """ALREADY_EXISTS for a queue that exists, FAILED_PRECONDITION for a recently deleted
        one."""
        name = message.name
        if name in self._queues:
            raise exists("Queue already exists")
        if self._recently_deleted(name, now):
            raise failed_precondition(
                "The queue cannot be created because a queue with this name existed too recently."
            )
        self._queues[name] = Queue(message, now)
        return self._queues[name]

    def find(self, name: str) -> Queue | None:
        return self._queues.get(name)

    def get(self, name: str) -> Queue:
        """NOT_FOUND for a deleted queue and for one that never existed."""
        return self._get(
            name,
            "Queue does not exist. If you just created the queue, "
            "wait at least a minute for the queue to initialize.",
        )

    def for_new_task(self, name: str, now: datetime) -> Queue:
        """As `get`, but FAILED_PRECONDITION for a recently deleted queue, as CreateTask answers."""
        if name not in self._queues and self._recently_deleted(name, now):
            raise failed_precondition(
                "The queue no longer exists, though a queue with this name existed recently."
            )
        return self._get(name, "Queue does not exist.")

    def of_task(self, name: str) -> Queue:
        """NOT_FOUND for a task whose queue does not exist."""
        return self._get(name, "Requested entity was not found.")

    def delete(self, name: str, now: datetime) -> None:
        """Ends the queue with all its tasks."""
        self.of_task(name).purge(now)
        del self._queues[name]
        self._deleted[name] = now

    def next_due(self, now: datetime) -> datetime | None:
        """When the next dispatch of any queue may begin; None if nothing is waiting for time."""
        return min((due for queue in self if (due := queue.next_due(now))), default=None)

    def first_scheduled(self) -> datetime | None:
        """The earliest schedule of any waiting task in a queue that is not paused."""
        return min((first for queue in self if (first := queue.first_scheduled())), default=None)

    def take_all(self, now: datetime, scheduled_by: datetime) -> list[tuple[Queue, Dispatch]]:
        """Begins every attempt that may begin now, in schedule-time order."""
        begun = []
        for queue in self:
            while dispatch := queue.take(now, scheduled_by):
                begun.append((queue, dispatch))
        return sorted(begun, key=lambda pair: pair[1].attempt.schedule_time.ToDatetime())

    def _get(self, name: str, otherwise: str) -> Queue:
        if queue := self._queues.get(name):
            return queue
        raise not_found(otherwise)

    def _recently_deleted(self, name: str, now: datetime) -> bool:
        deleted = self._deleted.get(name)
        return deleted is not None and now - deleted < _QUEUE_NAME_MEMORY
