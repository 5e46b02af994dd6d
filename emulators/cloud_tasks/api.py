"""The methods of google.cloud.tasks.v2.CloudTasks over the queues."""

import secrets
from collections.abc import Callable
from datetime import datetime

from google.cloud.tasks_v2 import types
from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask

from emulators.cloud_tasks import wire
from emulators.cloud_tasks.model import Task
from emulators.cloud_tasks.names import LocationName, QueueName, TaskName
from emulators.cloud_tasks.queue import Dispatch, Queue
from emulators.cloud_tasks.queues import Queues
from emulators.cloud_tasks.rules import check_call, check_limits, check_retry, check_times
from emulators.google_rpc import Message, Method, invalid, page, unemulated

SERVICE = "google.cloud.tasks.v2.CloudTasks"


class CloudTasksApi:
    """Answers each call at once and in full. `changed` is told of whatever may be dispatched;
    `send` is given a dispatch that RunTask has begun."""

    def __init__(
        self,
        queues: Queues,
        now: Callable[[], datetime],
        changed: Callable[[], None],
        send: Callable[[Queue, Dispatch], object],
    ) -> None:
        self._queues = queues
        self._now = now
        self._changed = changed
        self._send = send

    def methods(self) -> dict[str, Method]:
        return {
            "ListQueues": Method(types.ListQueuesRequest.pb(), self.list_queues),
            "GetQueue": Method(types.GetQueueRequest.pb(), self.get_queue),
            "CreateQueue": Method(types.CreateQueueRequest.pb(), self.create_queue),
            "UpdateQueue": Method(types.UpdateQueueRequest.pb(), self.update_queue),
            "DeleteQueue": Method(types.DeleteQueueRequest.pb(), self.delete_queue),
            "PurgeQueue": Method(types.PurgeQueueRequest.pb(), self.purge_queue),
            "PauseQueue": Method(types.PauseQueueRequest.pb(), self.pause_queue),
            "ResumeQueue": Method(types.ResumeQueueRequest.pb(), self.resume_queue),
            "ListTasks": Method(types.ListTasksRequest.pb(), self.list_tasks),
            "GetTask": Method(types.GetTaskRequest.pb(), self.get_task),
            "CreateTask": Method(types.CreateTaskRequest.pb(), self.create_task),
            "DeleteTask": Method(types.DeleteTaskRequest.pb(), self.delete_task),
            "RunTask": Method(types.RunTaskRequest.pb(), self.run_task),
        }

    def list_queues(self, request: Message) -> Message:
        location = LocationName.parse(request.parent)
        if request.filter:
            raise unemulated("ListQueuesRequest.filter")
        found, token = page(
            [queue for queue in self._queues if queue.name.location == location],
            lambda queue: queue.name.id,
            request.page_size,
            request.page_token,
            largest=9800,
        )
        queues = [wire.write_queue(queue) for queue in found]
        return types.ListQueuesResponse.pb()(queues=queues, next_page_token=token)

    def get_queue(self, request: Message) -> Message:
        return wire.write_queue(self._queues.get(QueueName.parse(request.name)))

    def create_queue(self, request: Message) -> Message:
        location = LocationName.parse(request.parent)
        name = QueueName.parse(request.queue.name)
        if name.location != location:
            raise invalid(f"The queue name must be in the request's location ('{location}').")
        return wire.write_queue(self._create_queue(name, request.queue))

    def update_queue(self, request: Message) -> Message:
        name = QueueName.parse(request.queue.name)
        queue = self._queues.find(name)
        if queue is None:
            return wire.write_queue(self._create_queue(name, request.queue))
        settings = _merged(wire.write_queue(queue), request)
        limits, retry = wire.read_limits(settings), wire.read_retry(settings.retry_config)
        check_limits(limits)
        check_retry(retry, "Queue")
        queue.reconfigure(limits, retry)
        self._changed()
        return wire.write_queue(queue)

    def delete_queue(self, request: Message) -> Message:
        self._queues.delete(QueueName.parse(request.name), self._now())
        return Empty()

    def purge_queue(self, request: Message) -> Message:
        queue = self._queues.get(QueueName.parse(request.name))
        queue.purge(self._now())
        return wire.write_queue(queue)

    def pause_queue(self, request: Message) -> Message:
        queue = self._queues.get(QueueName.parse(request.name))
        queue.paused = True
        return wire.write_queue(queue)

    def resume_queue(self, request: Message) -> Message:
        queue = self._queues.get(QueueName.parse(request.name))
        queue.paused = False
        self._changed()
        return wire.write_queue(queue)

    def list_tasks(self, request: Message) -> Message:
        queue = self._queues.get(QueueName.parse(request.parent))
        found, token = page(
            queue.tasks,
            lambda task: task.name.id,
            request.page_size,
            request.page_token,
            largest=1000,
        )
        tasks = [wire.write_task(task, request.response_view) for task in found]
        return types.ListTasksResponse.pb()(tasks=tasks, next_page_token=token)

    def get_task(self, request: Message) -> Message:
        name = TaskName.parse(request.name)
        task = self._queues.of_task(name.queue).get(name.id, self._now())
        return wire.write_task(task, request.response_view)

    def create_task(self, request: Message) -> Message:
        now = self._now()
        task = _new_task(QueueName.parse(request.parent), request.task, now)
        self._queues.for_new_task(task.name.queue, now).add(task, now)
        self._changed()
        return wire.write_task(task, request.response_view)

    def delete_task(self, request: Message) -> Message:
        name = TaskName.parse(request.name)
        self._queues.of_task(name.queue).delete(name.id, self._now())
        return Empty()

    def run_task(self, request: Message) -> Message:
        name, now = TaskName.parse(request.name), self._now()
        queue = self._queues.of_task(name.queue)
        self._send(queue, queue.force(name.id, now))
        return wire.write_task(queue.get(name.id, now), request.response_view)

    def _create_queue(self, name: QueueName, message: Message) -> Queue:
        wire.check_queue(message)
        limits, retry = wire.read_limits(message), wire.read_retry(message.retry_config)
        check_limits(limits)
        check_retry(retry, "Queue")
        return self._queues.create(name, limits, retry, self._now())


def _new_task(queue: QueueName, message: Message, now: datetime) -> Task:
    name = TaskName(queue, str(secrets.randbelow(10**19)))
    if message.name:
        name = TaskName.parse(message.name)
    if name.queue != queue:
        raise invalid(
            f"The queue name from request ('{queue}') must be the same as "
            f"the queue name in the named task ('{name}')."
        )
    call, scheduled = wire.read_call(message), wire.read_schedule_time(message)
    deadline, retry = wire.read_deadline(message), wire.read_task_retry(message)
    check_call(call)
    check_times(scheduled, deadline, now)
    if retry:
        check_retry(retry, "Task")
    return Task(
        name=name,
        call=call,
        schedule_time=max(scheduled or now, now),
        create_time=now,
        deadline=deadline,
        retry=retry,
    )


def _merged(current: Message, request: Message) -> Message:
    wire.check_queue(request.queue)
    if not request.update_mask.paths:
        return request.queue
    mask = FieldMask(paths=request.update_mask.paths)
    if not mask.IsValidForDescriptor(wire.QUEUE.DESCRIPTOR):
        raise invalid(f"update_mask names no field of a queue: {', '.join(mask.paths)}")
    mask.MergeMessage(request.queue, current, replace_message_field=True)
    return current
