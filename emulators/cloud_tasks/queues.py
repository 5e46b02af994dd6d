"""All queues of the platform, and the names of those deleted lately. No clock, no I/O."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import grpc

from emulators.cloud_tasks.model import KeptQueues, RateLimits, RetryConfig
from emulators.cloud_tasks.names import QueueName
from emulators.cloud_tasks.queue import Dispatch, Queue
from emulators.google_rpc import Refusal

QUEUE_NAME_MEMORY = timedelta(days=3)


class Queues:
    """The queues by name."""

    def __init__(self) -> None:
        self._queues: dict[QueueName, Queue] = {}
        self._deleted: dict[QueueName, datetime] = {}

    def kept(self) -> KeptQueues:
        """All that later queues need to go on from here."""
        return KeptQueues(
            queues=tuple(queue.kept() for queue in self), deleted=tuple(self._deleted.items())
        )

    def take_up(self, kept: KeptQueues, now: datetime) -> None:
        """Goes on where other queues ended."""
        self._queues = {queue.name: Queue.again(queue, now) for queue in kept.queues}
        self._deleted = dict(kept.deleted)

    def __iter__(self) -> Iterator[Queue]:
        return iter(self._queues.values())

    def create(
        self, name: QueueName, limits: RateLimits, retry: RetryConfig, now: datetime
    ) -> Queue:
        """ALREADY_EXISTS for a queue that exists, FAILED_PRECONDITION for a lately deleted one."""
        if name in self._queues:
            raise Refusal(grpc.StatusCode.ALREADY_EXISTS, "Queue already exists")
        if self._recently_deleted(name, now):
            raise Refusal(
                grpc.StatusCode.FAILED_PRECONDITION,
                "The queue cannot be created because a queue with this name existed too recently.",
            )
        self._queues[name] = Queue(name, limits, retry, now)
        return self._queues[name]

    def find(self, name: QueueName) -> Queue | None:
        return self._queues.get(name)

    def get(self, name: QueueName) -> Queue:
        """NOT_FOUND, whether the queue was deleted or never was."""
        if queue := self._queues.get(name):
            return queue
        raise Refusal(
            grpc.StatusCode.NOT_FOUND,
            "Queue does not exist. If you just created the queue, "
            "wait at least a minute for the queue to initialize.",
        )

    def for_new_task(self, name: QueueName, now: datetime) -> Queue:
        """As `get`, but FAILED_PRECONDITION for a lately deleted queue, as CreateTask answers."""
        if name not in self._queues and self._recently_deleted(name, now):
            raise Refusal(
                grpc.StatusCode.FAILED_PRECONDITION,
                "The queue no longer exists, though a queue with this name existed recently.",
            )
        if queue := self._queues.get(name):
            return queue
        raise Refusal(grpc.StatusCode.NOT_FOUND, "Queue does not exist.")

    def of_task(self, name: QueueName) -> Queue:
        """NOT_FOUND for a task whose queue is not there."""
        if queue := self._queues.get(name):
            return queue
        raise Refusal(grpc.StatusCode.NOT_FOUND, "Requested entity was not found.")

    def delete(self, name: QueueName, now: datetime) -> None:
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
        return sorted(begun, key=lambda pair: pair[1].attempt.schedule_time)

    def _recently_deleted(self, name: QueueName, now: datetime) -> bool:
        deleted = self._deleted.get(name)
        return deleted is not None and now - deleted < QUEUE_NAME_MEMORY
