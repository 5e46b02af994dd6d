"""The methods of google.cloud.tasks.v2.CloudTasks over the queues."""

from collections.abc import Callable
from datetime import datetime

from google.cloud.tasks_v2 import types
from google.protobuf.empty_pb2 import Empty

from emulators.cloud_tasks.messages import merged, new_queue, new_task, view_of
from emulators.cloud_tasks.names import parse_location, parse_queue, parse_task
from emulators.cloud_tasks.queue import Dispatch, Queue
from emulators.cloud_tasks.queues import Queues
from emulators.google_rpc import Message, invalid, page, unemulated

SERVICE = "google.cloud.tasks.v2.CloudTasks"
CALLS = (
    *("ListQueues", "GetQueue", "CreateQueue", "UpdateQueue", "DeleteQueue"),
    *("PurgeQueue", "PauseQueue", "ResumeQueue"),
    *("ListTasks", "GetTask", "CreateTask", "DeleteTask", "RunTask"),
)


class CloudTasksApi:
    """Answers each call at once and in full. `changed` is called after whatever may be dispatched;
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

    def list_queues(self, request: Message) -> Message:
        location = parse_location(request.parent)
        if request.filter:
            raise unemulated("ListQueuesRequest.filter")
        queues = [queue for queue in self._queues if queue.name.startswith(f"{location}/")]
        found, token = page(queues, lambda queue: queue.name, request, largest=9800)
        messages = [queue.message for queue in found]
        return types.ListQueuesResponse.pb()(queues=messages, next_page_token=token)

    def get_queue(self, request: Message) -> Message:
        return self._queue(request.name).message

    def create_queue(self, request: Message) -> Message:
        parent = parse_location(request.parent)
        if parse_queue(request.queue.name)[0] != parent:
            raise invalid(f"The queue name must be in the request's location ('{parent}').")
        return self._queues.create(new_queue(request.queue), self._now()).message

    def update_queue(self, request: Message) -> Message:
        parse_queue(request.queue.name)
        queue = self._queues.find(request.queue.name)
        if queue is None:
            return self._queues.create(new_queue(request.queue), self._now()).message
        queue.reconfigure(new_queue(merged(queue.message, request)))
        self._changed()
        return queue.message

    def delete_queue(self, request: Message) -> Message:
        parse_queue(request.name)
        self._queues.delete(request.name, self._now())
        return Empty()

    def purge_queue(self, request: Message) -> Message:
        queue = self._queue(request.name)
        queue.purge(self._now())
        return queue.message

    def pause_queue(self, request: Message) -> Message:
        queue = self._queue(request.name)
        queue.paused = True
        return queue.message

    def resume_queue(self, request: Message) -> Message:
        queue = self._queue(request.name)
        queue.paused = False
        self._changed()
        return queue.message

    def list_tasks(self, request: Message) -> Message:
        queue = self._queue(request.parent)
        found, token = page(queue.tasks, lambda task: task.id, request, largest=1000)
        tasks = [view_of(task.message, request.response_view) for task in found]
        return types.ListTasksResponse.pb()(tasks=tasks, next_page_token=token)

    def get_task(self, request: Message) -> Message:
        queue, task_id = parse_task(request.name)
        task = self._queues.of_task(queue).get(task_id, self._now())
        return view_of(task.message, request.response_view)

    def create_task(self, request: Message) -> Message:
        now = self._now()
        parse_queue(request.parent)
        message = new_task(request.parent, request.task, now)
        self._queues.for_new_task(request.parent, now).add(message, now)
        self._changed()
        return view_of(message, request.response_view)

    def delete_task(self, request: Message) -> Message:
        queue, task_id = parse_task(request.name)
        self._queues.of_task(queue).delete(task_id, self._now())
        return Empty()

    def run_task(self, request: Message) -> Message:
        name, task_id = parse_task(request.name)
        queue, now = self._queues.of_task(name), self._now()
        self._send(queue, queue.force(task_id, now))
        return view_of(queue.get(task_id, now).message, request.response_view)

    def _queue(self, name: str) -> Queue:
        parse_queue(name)
        return self._queues.get(name)
