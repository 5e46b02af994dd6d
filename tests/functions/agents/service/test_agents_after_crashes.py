"""A process that dies at any call of decide, commit, publish loses nothing: whoever asked asks
again, an event is delivered again, the sweep does the rest, and everything happened once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.messaging.envelope import Envelope
from tests.functions.agents.specs import document
from tests.functions.agents.worlds import World
from tests.shared.cloud import Mailbox

pytestmark = pytest.mark.repeats

Act = Callable[[], Awaitable[Any]]

DEATHS = [
    ("firestore", "BatchGetDocuments", "before", 1),
    ("firestore", "BatchGetDocuments", "after", 1),
    ("firestore", "BatchGetDocuments", "after", 2),
    ("firestore", "Commit", "before", 1),
    ("firestore", "Commit", "after", 1),
    ("pubsub", "Publish", "before", 1),
    ("pubsub", "Publish", "after", 1),
    ("firestore", "Commit", "before", 2),
    ("firestore", "Commit", "after", 2),
    ("tasks", "CreateTask", "before", 1),
    ("tasks", "CreateTask", "after", 1),
]

# What was not committed, and what was committed and not told; the others by night.
BY_DAY = (("firestore", "Commit", "before", 1), ("firestore", "Commit", "after", 1))
AT_EACH_DEATH = pytest.mark.parametrize(
    "death",
    [pytest.param(each, marks=[] if each in BY_DAY else [pytest.mark.nightly]) for each in DEATHS],
)


async def die(world: World, act: Act, death: tuple[str, str, Any, int]) -> None:
    """Starts the act and kills it at that call; does nothing where the act makes no such call."""
    world.cloud.mend()
    wire_name, method, moment, number = death
    process = asyncio.ensure_future(act())
    getattr(world.cloud, wire_name).on(method, moment, process.cancel, number=number)
    await asyncio.gather(process, return_exceptions=True)
    world.cloud.mend()


async def recover(world: World, mailbox: Mailbox, act: Act) -> list[Envelope]:
    """The act comes again; a sweep passes. Returns the log, all of which was published."""
    await act()
    log = await world.log()
    await world.sweep(log[-1].time + timedelta(minutes=1))
    assert await world.unpublished() == 0
    published = {
        id
        for message in await mailbox.take()
        if message.attributes["ce-tenantid"] == world.tenant
        for id in message.event_ids
    }
    assert published >= {event.id for event in log if event.id in published or event is log[-1]}
    return await world.log()


def gapless(log: list[Envelope]) -> None:
    by_subject: dict[str, list[int]] = {}
    for event in log:
        by_subject.setdefault(event.subject, []).append(event.sequence)
    for subject, sequences in by_subject.items():
        assert sorted(sequences) == list(range(1, len(sequences) + 1)), subject


@AT_EACH_DEATH
async def test_a_submission_is_one_agent_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    async def act() -> Any:
        return await world.post("/v1/agents", document(), key="k1")

    await die(world, act, death)
    log = await recover(world, mailbox, act)
    assert await world.events() == ["creation_case.judged", "agent.approval_needed"]
    gapless(log)
    answer = (await act()).json()
    assert (await world.case(answer["case_id"]))["agent_id"] == answer["agent_id"]


@AT_EACH_DEATH
@pytest.mark.parametrize("mode", ["production", "trial"])
async def test_a_deployment_happens_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any, mode: str
) -> None:
    answer = await world.submit(mode=mode)
    event = await world.decision(answer["case_id"], "approved")
    await die(world, lambda: world.deliver(event), death)
    log = await recover(world, mailbox, lambda: world.deliver(event))
    gapless(log)
    live = "agent.activated" if mode == "production" else "agent.trial_started"
    assert await world.events() == ["creation_case.judged", "agent.approval_needed", live]
    if mode == "trial":
        await world.sweep(log[-1].time + timedelta(days=8))
        assert (await world.agent(answer["agent_id"]))["status"] == "go_live_pending"


@AT_EACH_DEATH
async def test_a_veto_reverses_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    answer = await world.submit()
    await world.decide(answer["case_id"], "auto_approved", version=1)
    event = await world.decision(answer["case_id"], "vetoed")
    await die(world, lambda: world.deliver(event), death)
    gapless(await recover(world, mailbox, lambda: world.deliver(event)))
    assert (await world.events())[-1] == "creation_case.rolled_back"
    assert (await world.events()).count("creation_case.rolled_back") == 1


@AT_EACH_DEATH
async def test_a_withdrawal_is_requested_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    path = f"/v1/workflows/{(await world.submit())['case_id']}/cancel"

    async def act() -> Any:
        return await world.post(path, key="c")

    await die(world, act, death)
    gapless(await recover(world, mailbox, act))
    assert (await world.events()).count("creation_case.withdrawal_requested") == 1
    assert (await act()).json()["withdrawal"]["outcome"] is None


@AT_EACH_DEATH
@pytest.mark.parametrize(
    ("outcome", "told"), [("cancelled", "creation_case.cancelled"), ("approved", "agent.activated")]
)
async def test_a_withdrawn_case_follows_its_approval_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any, outcome: str, told: str
) -> None:
    case_id = (await world.submit())["case_id"]
    await world.post(f"/v1/workflows/{case_id}/cancel")
    event = await world.decision(case_id, outcome)
    await die(world, lambda: world.deliver(event), death)
    gapless(await recover(world, mailbox, lambda: world.deliver(event)))
    assert (await world.events())[-1] == told
    assert (await world.events()).count(told) == 1


@AT_EACH_DEATH
async def test_a_suspension_reaches_dependents_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    base = await world.live("finance-market-brief", name="base")
    for name in ("first", "second"):
        await world.live(name=name, interfaces__depends_on=["base"])
    path = f"/v1/agents/{base['agent_id']}/suspend"
    await world.of("gala", "governor").post(path, {"reason": "look"})

    suspended = (await world.log())[-1]
    await die(world, lambda: world.deliver(suspended), death)
    gapless(await recover(world, mailbox, lambda: world.deliver(suspended)))
    assert (await world.events()).count("agent.suspended") == 3


@AT_EACH_DEATH
async def test_a_forgery_is_published_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    answer = await world.submit()
    event = await world.decision(answer["case_id"], "approved", decision_hash="0" * 64)

    async def act() -> None:
        with pytest.raises(Exception, match="other content"):
            await world.deliver(event)

    await die(world, act, death)
    gapless(await recover(world, mailbox, act))
    assert (await world.events()).count("agent.violation_reported") == 1
