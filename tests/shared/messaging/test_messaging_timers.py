"""Timers: one Cloud Task each, named by hash, carrying the event they are."""

from datetime import datetime, timedelta

import pytest
from google.cloud.tasks_v2 import Task

from emulators.clock import VirtualClock
from emulators.cloud_tasks import CloudTasksEmulator
from shared.kit.errors import Unavailable
from shared.kit.queues import crowd_queue
from shared.messaging import timers
from shared.messaging.changes import Timer
from shared.messaging.crowds import MOST_TOGETHER, Crowds
from shared.messaging.envelope import envelope_from_headers
from shared.messaging.timers import FURTHEST, set_timers, timer_event
from tests.shared.cloud import Cloud

pytestmark = pytest.mark.platform
TIMER = "assent.deadline.due.v1"


@pytest.fixture
async def queue(cloud: Cloud, noun: str) -> str:
    return await cloud.queue(noun)


def _name(task: Task) -> str:
    return task.name.rpartition("/")[2]


async def test_a_timer_is_a_task_to_the_functions_own_private_side(
    cloud: Cloud, queue: str, noun: str, virtual_clock: VirtualClock
) -> None:
    now = virtual_clock.now()
    timer = Timer(TIMER, "approval/apr_1", now + timedelta(hours=24))
    await set_timers(noun, "acme", [timer], now=now)
    (task,) = await cloud.tasks_in(queue)
    assert task.schedule_time == timer.at
    request = task.http_request
    assert request.url == f"http://reactions.test/timers/{noun}"
    assert request.oidc_token.service_account_email == "orders@assent-local"
    assert request.oidc_token.audience == "http://reactions.test"
    headers = {name.lower(): value for name, value in request.headers.items()}
    event = envelope_from_headers(headers, request.body, now)
    assert event == timer_event(noun, "acme", timer, now)


async def test_setting_a_timer_again_sets_it_once(
    cloud: Cloud, queue: str, noun: str, virtual_clock: VirtualClock
) -> None:
    now = virtual_clock.now()
    timer = Timer(TIMER, "approval/apr_1", now + timedelta(hours=1))
    await set_timers(noun, "acme", [timer], now=now)
    await set_timers(noun, "acme", [timer, timer], now=now + timedelta(seconds=3))
    assert len(await cloud.tasks_in(queue)) == 1


async def test_a_timer_that_ran_is_not_set_again(
    cloud: Cloud, queue: str, noun: str, virtual_clock: VirtualClock
) -> None:
    now = virtual_clock.now()
    timer = Timer(TIMER, "approval/apr_1", now + timedelta(hours=1))
    await set_timers(noun, "acme", [timer], now=now)
    (task,) = await cloud.tasks_in(queue)
    await cloud.tasks_client.delete_task(name=task.name)
    await set_timers(noun, "acme", [timer], now=now)
    assert await cloud.tasks_in(queue) == []


async def test_tenants_subjects_and_moments_are_told_apart(
    cloud: Cloud, queue: str, noun: str, virtual_clock: VirtualClock
) -> None:
    now = virtual_clock.now()
    at = now + timedelta(hours=1)
    different = [
        Timer(TIMER, "approval/apr_1", at),
        Timer(TIMER, "approval/apr_2", at),
        Timer(TIMER, "approval/apr_1", at + timedelta(milliseconds=1)),
    ]
    await set_timers(noun, "acme", different, now=now)
    await set_timers(noun, "other", different, now=now)
    names = {_name(task) for task in await cloud.tasks_in(queue)}
    assert len(names) == 6
    assert all(len(name) == 40 and set(name) <= set("0123456789abcdef") for name in names)


async def test_a_timer_beyond_thirty_days_fires_early_to_be_set_again(
    cloud: Cloud, queue: str, noun: str, virtual_clock: VirtualClock
) -> None:
    now = virtual_clock.now()
    timer = Timer(TIMER, "approval/apr_1", now + timedelta(days=90))
    await set_timers(noun, "acme", [timer], now=now)
    (task,) = await cloud.tasks_in(queue)
    assert task.schedule_time == now + FURTHEST
    assert task.http_request.headers["ce-time"].startswith(timer.at.strftime("%Y-%m-%d"))


async def test_a_tenants_crowd_has_a_queue_apart(
    cloud: Cloud, queue: str, noun: str, virtual_clock: VirtualClock
) -> None:
    apart = await cloud.queue(crowd_queue(noun, "acme"))
    now = virtual_clock.now()
    minute = now.replace(second=0, microsecond=0) + timedelta(hours=1)
    crowd = [_timer(number, minute) for number in range(MOST_TOGETHER + 5)]
    await set_timers(noun, "acme", crowd, now=now)
    await set_timers(noun, "acme", [_timer(0, minute + timedelta(minutes=1))], now=now)
    await set_timers(noun, "other", [_timer(0, minute)], now=now)
    assert len(await cloud.tasks_in(queue)) == MOST_TOGETHER + 2
    tasks = await cloud.tasks_in(apart)
    assert len(tasks) == 5
    for task in tasks:
        assert task.http_request.url == f"http://reactions.test/timers/{noun}"


async def test_a_timer_has_one_name_whichever_process_sets_it(
    cloud: Cloud,
    queue: str,
    noun: str,
    virtual_clock: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    apart = await cloud.queue(crowd_queue(noun, "acme"))
    now = virtual_clock.now()
    at = now.replace(second=0, microsecond=0) + timedelta(hours=1)
    crowd = [_timer(number, at) for number in range(MOST_TOGETHER + 1)]
    await set_timers(noun, "acme", crowd, now=now)
    monkeypatch.setattr(timers, "_crowds", Crowds())  # another process
    await set_timers(noun, "acme", crowd[-1:], now=now)
    (crowded,) = await cloud.tasks_in(apart)
    assert _name(crowded) in {_name(task) for task in await cloud.tasks_in(queue)}


def _timer(number: int, second: datetime) -> Timer:
    return Timer(TIMER, f"approval/apr_{number}", second + timedelta(seconds=number))


async def test_a_queue_that_is_not_there_is_unavailable(
    cloud: Cloud, noun: str, virtual_clock: VirtualClock
) -> None:
    now = virtual_clock.now()
    with pytest.raises(Unavailable, match="approval/apr_1"):
        await set_timers(noun, "acme", [Timer(TIMER, "approval/apr_1", now)], now=now)


async def test_one_that_cannot_be_set_does_not_keep_the_others_back(
    cloud: Cloud, queue: str, noun: str, virtual_clock: VirtualClock
) -> None:
    now = virtual_clock.now()
    too_long = "x" * 100_000  # for the headers of a task
    lost = Timer(TIMER, f"approval/{too_long}", now + timedelta(hours=1))
    kept = Timer(TIMER, "approval/apr_1", now + timedelta(hours=1))
    with pytest.raises(Unavailable):
        await set_timers(noun, "acme", [lost, kept], now=now)
    assert len(await cloud.tasks_in(queue)) == 1


async def test_a_service_that_fails_once_is_asked_again(
    cloud: Cloud,
    queue: str,
    noun: str,
    virtual_clock: VirtualClock,
    tasks_emulator: CloudTasksEmulator,
) -> None:
    now = virtual_clock.now()
    tasks_emulator.inject("unavailable", 1)
    timer = Timer(TIMER, "approval/apr_1", now + timedelta(hours=1))
    await set_timers(noun, "acme", [timer], now=now)
    assert len(await cloud.tasks_in(queue)) == 1
    assert timers.RETRIED_FOR_SECONDS < 5
