"""The methods of google.cloud.tasks.v2.CloudTasks, over the queues."""

from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(kw_only=True, eq=False)
class CloudTasksApi:
    """Answers each call at once and completely. Calls `changed` after a call that may make a task
    ready, and `send` with a dispatch that RunTask has begun."""

    queues: Queues
    now: Callable[[], datetime]
    changed: Callable[[], None]
    send: Callable[[Queue, Dispatch], object]

    def list_queues(self, request: Message) -> Message:
        location = parse_location(request.parent)
        if request.filter:
            raise unemulated("ListQueuesRequest.filter")
        queues = [queue for queue in self.queues if queue.name.startswith(f"{location}/")]
        found, token = page(queues, lambda queue: queue.name, request, largest=9800)
        messages = [queue.message for queue in found]
        return types.ListQueuesResponse.pb()(queues=messages, next_page_token=token)

    def get_queue(self, request: Message) -> Message:
        return self._queue(request.name).message

    def create_queue(self, request: Message) -> Message:
        parent = parse_location(request.parent)
        if parse_queue(request.queue.name)[0] != parent:
            raise invalid(f"The queue name must be in the request's location ('{parent}').")
        return self.queues.create(new_queue(request.queue), self.now()).message

    def update_queue(self, request: Message) -> Message:
        parse_queue(request.queue.name)
        queue = self.queues.find(request.queue.name)
        if queue is None:
            return self.queues.create(new_queue(request.queue), self.now()).message
        queue.reconfigure(new_queue(merged(queue.message, request)))
        self.changed()
        return queue.message

    def delete_queue(self, request: Message) -> Message:
        parse_queue(request.name)
        self.queues.delete(request.name, self.now())
        return Empty()

    def purge_queue(self, request: Message) -> Message:
        queue = self._queue(request.name)
        queue.purge(self.now())
        return queue.message

    def pause_queue(self, request: Message) -> Message:
        queue = self._queue(request.name)
        queue.paused = True
        return queue.message

    def resume_queue(self, request: Message) -> Message:
        queue = self._queue(request.name)
        queue.paused = False
        self.changed()
        return queue.message

    def list_tasks(self, request: Message) -> Message:
        queue = self._queue(request.parent)
        found, token = page(queue.tasks, lambda task: task.id, request, largest=1000)
        tasks = [view_of(task.message, request.response_view) for task in found]
        return types.ListTasksResponse.pb()(tasks=tasks, next_page_token=token)

    def get_task(self, request: Message) -> Message:
        queue, task_id = parse_task(request.name)
        task = self.queues.of_task(queue).get(task_id, self.now())
        return view_of(task.message, request.response_view)

    def create_task(self, request: Message) -> Message:
        now = self.now()
        parse_queue(request.parent)
        message = new_task(request.parent, request.task, now)
        self.queues.for_new_task(request.parent, now).add(message, now)
        self.changed()
        return view_of(message, request.response_view)

    def delete_task(self, request: Message) -> Message:
        queue, task_id = parse_task(request.name)
        self.queues.of_task(queue).delete(task_id, self.now())
        return Empty()

    def run_task(self, request: Message) -> Message:
        name, task_id = parse_task(request.name)
        queue, now = self.queues.of_task(name), self.now()
        self.send(queue, queue.force(task_id, now))
        return view_of(queue.get(task_id, now).message, request.response_view)

    def _queue(self, name: str) -> Queue:
        parse_queue(name)
        return self.queues.get(name)
