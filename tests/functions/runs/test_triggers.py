"""A schedule starts a run at each event of its type, once, and never without an end."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.runs.aggregates import RUNS
from functions.runs.reactions import HANDLERS
from functions.runs.rules.schedule import DEEPEST
from functions.runs.service.triggers import TYPES
from shared.kit import clock
from shared.kit.ids import new_id
from shared.messaging.envelope import Envelope
from tests.functions.capsules.agents import deploy, spec_of
from tests.functions.runs.jobs import COUNT, Jobs

PUBLISHED, NOTICE = "assent.policy.published.v1", "assent.notice.sent.v1"
OF_EVENTS = COUNT.replace(
    "  shelf: {{type: string, minLength: 1, maxLength: 40}}\n", "  event: {{type: object}}\n"
).replace('counter: "{counter}"', 'counter: "${{{{ inputs.event.name }}}}"')
TELLS = (
    COUNT.replace("assent/counter.add", "assent/people.notify")
    .replace('with: {{counter: "{counter}", amount: 1}}', "with: {{to: [ada], text: again}}")
    .replace('outputs: {{total: "${{{{ steps.count.output.value }}}}"}}\n', "")
    .replace("inputs:\n  shelf: {{type: string, minLength: 1, maxLength: 40}}\n", "")
)


async def _made(jobs: Jobs, event: str, **inputs: Any) -> str:
    body = {"capsule": "count-stock", "version": "1.0.0", "event": event, "inputs": inputs}
    answer = await jobs.ask("POST", "/v1/schedules", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["schedule_id"])


async def _shown(jobs: Jobs) -> Any:
    (shown,) = (await jobs.ask("GET", "/v1/schedules")).json()["items"]
    return shown


async def _runs(jobs: Jobs) -> list[str]:
    return [each.id async for each in jobs.world.store.find_all(RUNS.collection)]


def _published(jobs: Jobs, workspace_id: str = "") -> Envelope:
    """An event as another function would publish it."""
    at = clock.now()
    id = new_id("evt", at)
    return Envelope(
        id=id,
        type=PUBLISHED,
        source="//assent/policy",
        subject="policy/pol_1",
        time=at,
        tenantid=jobs.world.tenant,
        actorid="gala",
        correlationid=id,
        causationid=id,
        sequence=2,
        workspaceid=workspace_id,
        data=json.dumps({"name": "visits"}),
        received_at=at,
    )


async def _events(jobs: Jobs, type: str) -> list[Envelope]:
    return [each for each in await jobs.world.log() if each.type == type]


async def test_an_event_starts_one_run_which_gets_its_data(jobs: Jobs) -> None:
    await jobs.publish(source=OF_EVENTS)
    await _made(jobs, PUBLISHED)
    assert (await jobs.ask("GET", "/v1/schedules")).json()["items"][0]["next_at"] is None
    event = _published(jobs)
    for _ in range(3):
        await HANDLERS[PUBLISHED](event)
    shown = await _shown(jobs)
    assert await _runs(jobs) == [shown["last_run_id"]]
    run = await jobs.world.shown(shown["last_run_id"])
    assert (run["status"], run["started_by"], run["capsule_version"]) == (
        "completed",
        "ada",
        "1.0.0",
    )
    await HANDLERS[PUBLISHED](event.model_copy(update={"workspaceid": "wsp_ward"}))
    elsewhere = event.model_copy(update={"tenantid": "elsewhere", "id": "evt_other"})
    await HANDLERS[PUBLISHED](elsewhere)
    assert len(await _runs(jobs)) == 1


async def test_a_schedule_of_a_workspace_meets_events_of_it_alone(jobs: Jobs) -> None:
    await jobs.publish(source=OF_EVENTS)
    event = _published(jobs)
    await deploy(jobs.world.tenant, spec_of(), workspace_id="wsp_ward")
    ward = replace(jobs, world=jobs.world.within("wsp_ward"))
    await ward.publish(source=OF_EVENTS)
    await _made(ward, PUBLISHED)
    await HANDLERS[PUBLISHED](event)
    assert await _runs(jobs) == []
    await HANDLERS[PUBLISHED](_published(jobs, "wsp_ward"))
    (run,) = await _runs(jobs)
    assert (await ward.world.shown(run))["workspace_id"] == "wsp_ward"


@pytest.mark.nightly
async def test_runs_that_start_one_another_end_and_the_schedule_says_so(jobs: Jobs) -> None:
    rights = {"alone": ["assent/people.notify"], "with_approval": [], "never": []}
    operations = [{"name": "people.notify", "effect": "send"}]
    systems = [{"name": "assent", "connector": "assent", "operations": operations}]
    other = spec_of("teller", systems=systems, rights=rights)
    await deploy(jobs.world.tenant, other)
    await jobs.publish(source=TELLS.replace("stock-keeper", "teller"))
    await _made(jobs, NOTICE)
    first = await jobs.post({"capsule": "count-stock"})
    assert first.status_code == 202, first.text
    handled = -1
    while handled != (many := len(events := await _events(jobs, NOTICE))):
        for event in events:
            await HANDLERS[NOTICE](event)
        handled = many
    assert len(await _runs(jobs)) == 1 + DEEPEST
    shown = await _shown(jobs)
    assert "started one another 5 times" in shown["last_problem"]["detail"]


async def test_only_what_no_creation_publishes_starts_anything(jobs: Jobs) -> None:
    assert all(each.split(".")[1] in ("invocation", "notice", "policy") for each in TYPES)
    await jobs.publish()
    for wrong in (
        {"event": "assent.agent.activated.v1"},
        {},
        {"event": NOTICE, "cron": "* * * * *"},
    ):
        answer = await jobs.ask("POST", "/v1/schedules", {"capsule": "count-stock", **wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_an_older_event_that_comes_again_is_no_further_failure(jobs: Jobs) -> None:
    await jobs.publish(source=OF_EVENTS)
    await _made(jobs, PUBLISHED)
    # The counter has no name: the job does not compile.
    older, newer = (
        _published(jobs).model_copy(update={"data": json.dumps({"number": each})})
        for each in (1, 2)
    )
    for event in (older, newer, older, newer, older):
        await HANDLERS[PUBLISHED](event)
    shown = await _shown(jobs)
    assert (shown["status"], shown["last_run_id"]) == ("active", None)
    assert await jobs.world.events("schedule") == ["created", "refused", "refused"]
