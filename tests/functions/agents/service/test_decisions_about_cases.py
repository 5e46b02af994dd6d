"""What approvals decided, acted on: once, in whatever order it comes, and only if it is signed."""

from datetime import timedelta
from typing import Any

import pytest

from events.approvals import CaseBinding
from functions.agents.rules.agent import TRIAL, TRIAL_DUE
from shared.kit.errors import SignatureInvalid
from shared.storage.firestore import TenantStore
from tests.functions.agents.cases import STRANGERS_KEY
from tests.functions.agents.specs import document
from tests.functions.agents.worlds import World

LIVE = ["creation_case.judged", "agent.approval_needed", "agent.activated"]


async def test_an_assent_makes_the_agent_live_in_one_event(world: World) -> None:
    answer = await world.live()
    assert await world.events() == LIVE
    agent = await world.agent(answer["agent_id"])
    assert (agent["status"], agent["version"], agent["case_id"]) == ("active", "1.0.0", None)
    case = await world.case(answer["case_id"])
    assert {stage["status"] for stage in case["stages"]} == {"passed"}
    assert case["stages"][5]["approval_id"].startswith("apr_")


async def test_causes_lead_from_the_live_agent_back_to_its_submission(world: World) -> None:
    await world.live()
    judged, asked, activated = await world.log()
    assert judged.causationid == judged.id == judged.correlationid
    assert (asked.causationid, asked.correlationid) == (judged.id, judged.id)
    assert activated.correlationid == judged.id


@pytest.mark.parametrize("outcome", ["approved", "auto_approved"])
async def test_an_assent_that_comes_twice_acts_once(world: World, outcome: str) -> None:
    answer = await world.submit()
    event = await world.decide(answer["case_id"], outcome)
    await world.deliver(event)
    assert await world.events() == LIVE


async def test_a_veto_reverses_a_live_agent(world: World) -> None:
    answer = await world.submit()
    await world.decide(answer["case_id"], "auto_approved", version=1)
    veto = await world.decide(answer["case_id"], "vetoed", version=2)
    await world.deliver(veto)
    assert await world.events() == [*LIVE, "creation_case.rolled_back"]
    assert (await world.case(answer["case_id"]))["status"] == "rolled_back"
    agent = await world.agent(answer["agent_id"])
    assert (agent["status"], agent["version"]) == ("certified", "0.0.0")


async def test_a_veto_that_comes_first_keeps_the_agent_from_going_live(world: World) -> None:
    answer = await world.submit()
    late = await world.decision(answer["case_id"], "auto_approved", version=1)
    await world.decide(answer["case_id"], "vetoed", version=2)
    await world.deliver(late)
    assert await world.events() == [*LIVE[:2], "creation_case.rolled_back"]
    assert (await world.agent(answer["agent_id"]))["status"] == "certified"


@pytest.mark.parametrize("outcome", ["rejected", "expired"])
async def test_a_no_ends_the_case_and_frees_the_name(world: World, outcome: str) -> None:
    answer = await world.submit()
    await world.decide(answer["case_id"], outcome)
    case = await world.case(answer["case_id"])
    assert (case["status"], case["reason"]) == ("rejected", f"{outcome} by gala: a note")
    assert (await world.agent(answer["agent_id"]))["status"] == "deprecated"
    again = await world.submit()
    assert again["agent_id"] != answer["agent_id"]


async def test_requested_changes_are_revised_and_the_revision_is_assented_to(world: World) -> None:
    answer = await world.submit()
    old = await world.decision(answer["case_id"], "approved", version=3)
    await world.decide(answer["case_id"], "changes_requested")
    assert (await world.case(answer["case_id"]))["status"] == "returned"
    path = f"/v1/workflows/{answer['case_id']}/revisions"
    revised = await world.post(path, document(budget={"per_run_usd": 0.1, "per_day_usd": 1}))
    assert revised.json()["status"] == "ethics_cleared", revised.text
    await world.deliver(old)
    assert (await world.case(answer["case_id"]))["status"] == "ethics_cleared"
    await world.decide(answer["case_id"], "approved")
    case = await world.case(answer["case_id"])
    assert (case["status"], case["revision"]) == ("live", 2)


async def test_an_escalation_is_cleared_then_the_case_itself_is_decided(world: World) -> None:
    answer = await world.submit("finance-pays-alone")
    assert (answer["status"], answer["stage"]["number"]) == ("escalated", 5)
    await world.decide(answer["case_id"], "approved")
    assert (await world.case(answer["case_id"]))["status"] == "ethics_cleared"
    first, second = await world.asked(answer["case_id"])
    assert first.sequence + 1 == second.sequence
    await world.decide(answer["case_id"], "approved")
    assert (await world.case(answer["case_id"]))["status"] == "live"


async def test_an_overturned_escalation_takes_the_live_agent_back(world: World) -> None:
    answer = await world.submit("finance-pays-alone")
    (escalation,) = await world.asked(answer["case_id"])
    await world.decide(answer["case_id"], "approved")
    await world.decide(answer["case_id"], "approved")
    await world.decide(answer["case_id"], "overturned", asked=escalation, version=3)
    assert (await world.case(answer["case_id"]))["status"] == "rolled_back"
    assert (await world.agent(answer["agent_id"]))["status"] == "certified"


@pytest.mark.parametrize(
    "forged",
    [
        {"key": STRANGERS_KEY},
        {"decision_hash": "0" * 64},
    ],
)
async def test_a_forged_decision_never_acts_and_is_published_once(
    world: World, forged: dict[str, Any]
) -> None:
    answer = await world.submit()
    event = await world.decision(answer["case_id"], "approved", **forged)
    for _ in range(3):
        with pytest.raises(SignatureInvalid):
            await world.deliver(event)
    assert await world.events() == [*LIVE[:2], "agent.violation_reported"]
    assert (await world.agent(answer["agent_id"]))["status"] == "certified"


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ('"kind":"constitutional"', '"kind":"artifact"'),
        ('"decided_by":"gala"', '"decided_by":"amira"'),
        ('"capacity":null', '"capacity":"silence"'),
        ('"note":"a note"', '"note":"another note"'),
        ('"on_timeout":"deny"', '"on_timeout":"approve"'),
        ('"summary":"', '"summary":"Harmless: '),
    ],
)
async def test_a_decision_of_which_anything_was_altered_is_a_forgery(
    world: World, true: str, false: str
) -> None:
    answer = await world.submit()
    event = await world.decision(answer["case_id"], "approved")
    assert event.data.count(true) == 1
    with pytest.raises(SignatureInvalid):
        await world.deliver(event.model_copy(update={"data": event.data.replace(true, false)}))
    assert await world.events() == [*LIVE[:2], "agent.violation_reported"]
    await world.deliver(event)
    assert (await world.case(answer["case_id"]))["status"] == "live"


@pytest.mark.parametrize("case_id", ["cas_01KAGQ0000000000000000000A", "../cas", ""])
async def test_a_forgery_about_no_case_of_ours_says_nothing(world: World, case_id: str) -> None:
    answer = await world.submit()
    event = await world.decision(answer["case_id"], "approved", key=STRANGERS_KEY)
    data = event.data.replace(answer["case_id"], case_id)
    with pytest.raises(SignatureInvalid):
        await world.deliver(event.model_copy(update={"data": data}))
    assert await world.events() == LIVE[:2]


async def test_another_tenants_assent_is_none_of_ours(world: World) -> None:
    answer = await world.submit()
    event = await world.decision(answer["case_id"], "approved")
    with pytest.raises(SignatureInvalid):
        await world.deliver(event.model_copy(update={"tenantid": "another"}))
    assert (await world.case(answer["case_id"]))["status"] == "ethics_cleared"


async def test_a_decision_about_no_case_or_an_unknown_one_is_ignored(world: World) -> None:
    answer = await world.submit()
    await world.decide(answer["case_id"], "approved", case=None)
    other = "cas_01KAGQ0000000000000000000A"
    binding = CaseBinding(case_id=other, revision=1, purpose="creation")
    await world.decide(answer["case_id"], "approved", case=binding)
    assert await world.events() == LIVE[:2]


async def test_a_case_that_was_tampered_with_is_rolled_back_not_deployed(world: World) -> None:
    answer = await world.submit()
    other = await world.submit(purpose="Draft articles for anybody who asks.", name="another")
    stranger = (await world.agent(other["agent_id"]))["spec_hash"]
    await world.tamper(answer["case_id"], spec_hash=stranger)
    await world.decide(answer["case_id"], "approved")
    case = await world.case(answer["case_id"])
    assert case["status"] == "rolled_back"
    assert "signatures" in case["reason"]
    assert await world.events() == [*LIVE[:2], *LIVE[:2], "creation_case.rolled_back"]


async def test_a_case_whose_evidence_was_tampered_with_is_rolled_back(world: World) -> None:
    answer = await world.submit()
    await world.tamper(answer["case_id"], certifications=())
    await world.decide(answer["case_id"], "approved")
    case = await world.case(answer["case_id"])
    assert (case["status"], "signatures" in case["reason"]) == ("rolled_back", True)
    assert await world.events() == [*LIVE[:2], "creation_case.rolled_back"]


async def test_a_case_whose_dependency_does_not_serve_is_rolled_back(world: World) -> None:
    needs = {"interfaces__depends_on": ["source-finder"]}
    finder = await world.submit("finance-market-brief", name="source-finder")
    answer = await world.submit(**needs)
    await world.decide(answer["case_id"], "approved")
    case = await world.case(answer["case_id"])
    assert "source-finder is certified" in case["reason"]
    (failed,) = (each for each in case["stages"][6]["findings"] if each["verdict"] == "fail")
    assert failed["path"] == "/interfaces/depends_on"
    assert failed["remedy"] == (
        "submit it again once source-finder is active, or leave it out of depends_on"
    )
    await world.decide(finder["case_id"], "approved")
    change = await world.post(f"/v1/agents/{answer['agent_id']}/changes", document(**needs))
    assert change.json()["kind"] == "creation", change.text
    await world.decide(change.json()["case_id"], "approved")
    assert (await world.agent(answer["agent_id"]))["status"] == "active"
    assert (await world.agent(finder["agent_id"]))["status"] == "active"


async def test_a_dependency_suspended_during_the_deployment_stops_it(world: World) -> None:
    finder = await world.live("finance-market-brief", name="source-finder")
    answer = await world.submit(interfaces__depends_on=["source-finder"])
    event = await world.decision(answer["case_id"], "approved")
    # The dependency is suspended after the deployment read it and before it commits.
    done = False
    original = TenantStore.commit

    async def interrupted(store: TenantStore, batch: Any) -> None:
        nonlocal done
        if not done:
            done = True
            suspended = await world.of("gala", "governor").post(
                f"/v1/agents/{finder['agent_id']}/suspend", {"reason": "look"}
            )
            assert suspended.status_code == 202
        await original(store, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TenantStore, "commit", interrupted)
        await world.deliver(event)
    assert (await world.case(answer["case_id"]))["status"] == "rolled_back"


async def test_a_veto_of_a_change_restores_the_version_before(world: World) -> None:
    answer = await world.live()
    path = f"/v1/agents/{answer['agent_id']}/changes"
    change = (await world.post(path, document(mode="trial"))).json()
    assert change["kind"] == "proposal"
    await world.decide(change["case_id"], "auto_approved", version=1)
    agent = await world.agent(answer["agent_id"])
    assert (agent["status"], agent["version"]) == ("trial", "1.1.0")
    await world.decide(change["case_id"], "vetoed")
    agent = await world.agent(answer["agent_id"])
    assert (agent["status"], agent["version"], agent["spec"]["mode"]) == (
        "active",
        "1.0.0",
        "production",
    )


async def test_a_trial_ends_by_its_timer_and_by_the_sweep(world: World) -> None:
    answer = await world.live(mode="trial")
    kept = await world.stored_agent(answer["agent_id"])
    assert kept.timer is not None
    due = kept.timer.at
    await world.fire(TRIAL_DUE, answer["agent_id"], due - timedelta(milliseconds=1))
    assert (await world.agent(answer["agent_id"]))["status"] == "trial"
    await world.sweep(due + timedelta(seconds=31))
    assert (await world.agent(answer["agent_id"]))["status"] == "go_live_pending"
    await world.fire(TRIAL_DUE, answer["agent_id"], due)
    assert (await world.events())[-1] == "agent.trial_ended"
    assert (await world.events()).count("agent.trial_ended") == 1
    assert timedelta(days=7) == TRIAL


async def test_a_timer_about_no_agent_does_nothing(world: World) -> None:
    answer = await world.live()
    at = (await world.stored_agent(answer["agent_id"])).created_at
    await world.fire(TRIAL_DUE, "agt_01KAGQ0000000000000000000A", at)
    assert await world.events() == LIVE


async def test_a_refusal_that_is_overturned_brings_nothing_back(world: World) -> None:
    answer = await world.submit()
    (asked,) = await world.asked(answer["case_id"])
    await world.decide(answer["case_id"], "rejected")
    fields = {"asked": asked, "version": 3, "status": "rejected"}
    await world.decide(answer["case_id"], "overturned", **fields)
    assert (await world.case(answer["case_id"]))["status"] == "rejected"
    assert (await world.events())[-1] == "creation_case.rejected"
