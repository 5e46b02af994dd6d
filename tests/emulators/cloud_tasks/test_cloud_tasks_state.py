"""A queue under any sequence of calls, dispatches and answers keeps its promises."""

from datetime import UTC, datetime, timedelta

import grpc
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from emulators.cloud_tasks.messages import QUEUE, TASK, instant, new_queue, new_task
from emulators.cloud_tasks.queue import NAME_MEMORY, Dispatch, Queue, Task
from emulators.cloud_tasks.rules import Outcome
from emulators.google_rpc import Message, Refusal
from tests.examples import examples

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
NAME = "projects/p/locations/us-central1/queues/q"
CONCURRENT = 3
LEAST_BACKOFF = timedelta(seconds=10)
ids = st.sampled_from("abcdef")


def new_empty_queue() -> Queue:
    limits = {"max_dispatches_per_second": 5, "max_concurrent_dispatches": CONCURRENT}
    retry = {"max_attempts": 3, "min_backoff": LEAST_BACKOFF}
    return Queue(new_queue(QUEUE(name=NAME, rate_limits=limits, retry_config=retry)), START)


def task_message(task_id: str, now: datetime, wait: timedelta = timedelta()) -> Message:
    request = {"name": f"{NAME}/tasks/{task_id}", "http_request": {"url": "http://worker"}}
    return new_task(NAME, TASK(**request, schedule_time=now + wait), now)


class QueueLife(RuleBasedStateMachine):
    """Checks the queue against what the service promises, told from the outside."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.queue = new_empty_queue()
        self.begun: list[Dispatch] = []
        self.alive: dict[str, datetime] = {}  # id -> the schedule of its next attempt
        self.ended: dict[str, datetime] = {}
        self.attempts: dict[str, int] = {}

    def end(self, task_id: str) -> None:
        del self.alive[task_id]
        self.ended[task_id] = self.now

    def name_is_free(self, task_id: str) -> bool:
        ended = self.ended.get(task_id)
        return task_id not in self.alive and (ended is None or self.now - ended >= NAME_MEMORY)

    @rule(task_id=ids, wait=st.integers(0, 7200))
    def create(self, task_id: str, wait: int) -> None:
        task = task_message(task_id, self.now, timedelta(seconds=wait))
        if self.name_is_free(task_id):
            self.queue.add(task, self.now)
            self.alive[task_id] = Task(task).schedule_time
            self.attempts[task_id] = 0
        else:
            with pytest.raises(Refusal) as refused:
                self.queue.add(task, self.now)
            assert refused.value.code is grpc.StatusCode.ALREADY_EXISTS

    @rule(task_id=ids)
    def delete(self, task_id: str) -> None:
        if task_id in self.alive:
            self.queue.delete(task_id, self.now)
            self.end(task_id)
        else:
            with pytest.raises(Refusal) as refused:
                self.queue.delete(task_id, self.now)
            assert refused.value.code is grpc.StatusCode.NOT_FOUND

    @rule()
    def purge(self) -> None:
        self.queue.purge(self.now)
        for task_id in list(self.alive):
            self.end(task_id)

    @rule(paused=st.booleans())
    def pause_or_resume(self, paused: bool) -> None:
        self.queue.paused = paused

    @rule(seconds=st.sampled_from([0, 1, 10, 600, 3600]))
    def pass_time(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def dispatch(self) -> None:
        due = self.queue.next_due(self.now)
        dispatch = self.queue.take(self.now, self.now)
        assert (dispatch is not None) == (due is not None and due <= self.now)
        if dispatch:
            self.started(dispatch)
            assert not self.queue.paused
            assert self.queue.in_flight <= CONCURRENT or self.forced_are_running()
            running = self.running()
            earlier = [at for other, at in self.alive.items() if other not in running]
            assert all(instant(dispatch.attempt.schedule_time) <= at for at in earlier)

    @rule(task_id=ids)
    def run(self, task_id: str) -> None:
        if task_id in self.alive:
            self.started(self.queue.force(task_id, self.now))

    @precondition(lambda self: self.begun)
    @rule(data=st.data(), status=st.sampled_from([200, 204, 404, 500, None]))
    def answer(self, data: st.DataObject, status: int | None) -> None:
        dispatch = self.begun.pop(data.draw(st.integers(0, len(self.begun) - 1)))
        task_id = dispatch.task.id
        current = task_id in self.alive and self.now_at(task_id) is dispatch.task
        still_running = task_id in self.running()
        self.queue.finish(dispatch, Outcome(http_status=status), self.now)
        if not current:
            return
        over = self.attempts[task_id] >= 3 and not still_running
        if (status is not None and status < 300) or over:
            self.end(task_id)
        else:
            self.alive[task_id] = self.queue.get(task_id, self.now).schedule_time
            failed = instant(dispatch.attempt.dispatch_time) if dispatch.forced else self.now
            assert self.alive[task_id] >= failed + LEAST_BACKOFF

    @invariant()
    def it_holds_exactly_the_tasks_that_have_not_ended(self) -> None:
        assert {task.id for task in self.queue.tasks} == set(self.alive)

    @invariant()
    def it_counts_what_is_in_flight(self) -> None:
        assert self.queue.in_flight == len(self.begun)

    @invariant()
    def what_waits_is_due_at_its_schedule_or_when_the_limits_allow(self) -> None:
        waiting = [at for other, at in self.alive.items() if other not in self.running()]
        due = self.queue.next_due(self.now)
        if not waiting or self.queue.paused or len(self.begun) >= CONCURRENT:
            assert due is None
        else:
            assert due is not None
            assert due >= max(min(waiting), self.now)

    def started(self, dispatch: Dispatch) -> None:
        self.begun.append(dispatch)
        self.attempts[dispatch.task.id] += 1
        assert dispatch.number == self.attempts[dispatch.task.id]

    def running(self) -> set[str]:
        """The ids of the living tasks that are being dispatched."""
        return {
            dispatch.task.id
            for dispatch in self.begun
            if dispatch.task.id in self.alive and self.now_at(dispatch.task.id) is dispatch.task
        }

    def now_at(self, task_id: str) -> Task:
        return self.queue.get(task_id, self.now)

    def forced_are_running(self) -> bool:
        return any(dispatch.forced for dispatch in self.begun)


QueueLife.TestCase.settings = examples(10, by_night=300, stateful_step_count=40)
TestQueueLife = QueueLife.TestCase


def test_a_late_answer_does_not_touch_a_new_task_of_the_same_name() -> None:
    queue = new_empty_queue()
    queue.add(task_message("a", START), START)
    dispatch = queue.take(START, START)
    assert dispatch is not None
    queue.delete("a", START)
    later = START + NAME_MEMORY
    queue.add(task_message("a", later), later)
    queue.finish(dispatch, Outcome(http_status=200), later)
    assert queue.get("a", later).running == 0
    assert queue.in_flight == 0
