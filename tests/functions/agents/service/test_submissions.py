"""Specs over HTTP: submitted, changed, revised, cancelled, refused; repeated and at once."""

import asyncio
import json
from datetime import datetime, timedelta

import pytest

from events.agents import AgentApprovalNeeded
from functions.agents.rules.case import REVISION_DUE
from shared.kit.operations import start_counting
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from tests.functions.agents.rules.largest import LARGEST
from tests.functions.agents.rules.test_reading_specs import BOMBS
from tests.functions.agents.specs import CORPUS, MISDECLARES, RETURNS, document, normal, spec
from tests.functions.agents.worlds import World

UNKNOWN_CASE = "cas_01KAGQ0000000000000000000A"
UNKNOWN_AGENT = "agt_01KAGQ0000000000000000000A"


BLOCKED = {"systems__0__sources": ["ehr-visits", "assent-log"]}


def revision(**changes: object) -> dict[str, object]:
    return document("healthcare-no-rollback", **{"containment__rollback": "Delete it.", **changes})


async def test_a_sound_spec_is_accepted_with_its_case(world: World) -> None:
    answer = await world.submit()
    assert answer["status"] == "ethics_cleared"
    assert answer["stage"] == {"number": 6, "name": "Governor approval", "of": 7}
    case = await world.case(answer["case_id"])
    assert [stage["status"] for stage in case["stages"]] == [*["passed"] * 5, "waiting", "pending"]
    assert case["correlation_id"].startswith("evt_")
    agent = await world.agent(answer["agent_id"])
    assert (agent["status"], agent["case_id"]) == ("certified", answer["case_id"])
    assert agent["spec"] == normal(spec())


@pytest.mark.parametrize("media_type", ["application/yaml", "application/json", ""])
async def test_a_spec_may_be_yaml(world: World, media_type: str) -> None:
    body = (CORPUS / "education-quiz-writer.yaml").read_bytes()
    if media_type == "application/json":
        body = json.dumps(document("education-quiz-writer")).encode()
    answer = await world.post("/v1/agents", body, media_type=media_type)
    assert answer.status_code == 202, answer.text


async def test_submitting_costs_two_reads_one_commit_and_two_events(world: World) -> None:
    await world.submit("education-quiz-writer")  # Its author's key is made, and read.
    counts = start_counting()
    answer = await world.post("/v1/agents", document())
    cost = {
        name: int(value)
        for name, _, value in (
            part.strip().partition("=") for part in answer.headers["assent-cost"].split(",")
        )
    }
    assert counts is not None
    assert cost["firestore-reads"] == 2
    # the second one clears the flags of the two events
    assert cost["firestore-commits"] == 2
    assert cost["pubsub-messages"] == 2
    # case, agent, name, two events and their flags; spec, findings, what is to be approved, and
    # its assessment
    assert cost["firestore-writes"] == 11


@pytest.mark.wired
async def test_a_submission_overtaken_by_itself_answers_the_same(world: World) -> None:
    await world.submit("education-quiz-writer")  # Keys are read and connections made.
    world.cloud.mend()
    world.cloud.firestore.slow("BatchGetDocuments", 1.5, number=2)
    overtaken = asyncio.create_task(world.post("/v1/agents", document(), key="once"))
    await asyncio.sleep(0.3)
    first = await world.post("/v1/agents", document(), key="once")
    assert not overtaken.done()
    assert ((await overtaken).status_code, (await overtaken).json()) == (202, first.json())


async def test_the_answer_has_every_finding_of_every_stage_with_its_remedy(world: World) -> None:
    wrong = {"escalation_triggers": [], "way_of_working": {}, **RETURNS}
    answer = await world.submit("healthcare-no-rollback", **wrong)
    assert (answer["status"], answer["stage"]["number"]) == ("returned", 2)
    stopping = [each for each in answer["findings"] if each["verdict"] != "pass"]
    assert [(each["stage"], each["check"], each["path"]) for each in stopping] == [
        (2, "section_self_critique", "/way_of_working"),
        (2, "section_auditability", "/way_of_working"),
        (3, "governance_hooks", "/escalation_triggers"),
        (4, "blast_radius", "/containment/blast_radius"),
        (4, "rollback_path", "/containment/rollback"),
    ]
    assert all(each["evidence"] and each["remedy"] for each in answer["findings"])
    shown = (await world.case(answer["case_id"]))["stages"]
    told = [{"stage": s["number"], **each} for s in shown for each in s["findings"]]
    assert told == [{name: each[name] for name in told[0]} for each in answer["findings"]]


async def test_a_gap_is_accepted_and_the_case_says_where_and_why(world: World) -> None:
    answer = await world.submit("healthcare-no-rollback")
    assert (answer["status"], answer["stage"]["number"]) == ("returned", 4)
    case = await world.case(answer["case_id"])
    (finding,) = [
        finding
        for stage in case["stages"]
        for finding in stage["findings"]
        if finding["verdict"] != "pass"
    ]
    assert (finding["check"], finding["path"]) == ("rollback_path", "/containment/rollback")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"skills": ["divine"]}, "skills.0"),
        ({"name": "Not Kebab"}, "name"),
        ({"priority": "high"}, "priority"),
        ({"mode": "yolo"}, "mode"),
        ({"data_access": [{"source": "x"}]}, "data_access.0.mode"),
    ],
)
async def test_what_stage_one_sees_is_refused_naming_the_field(
    world: World, changes: dict[str, object], field: str
) -> None:
    answer = await world.post("/v1/agents", document(**changes))
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert await world.events() == []


@pytest.mark.by_day(20)
@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS.keys())
async def test_a_bomb_is_a_problem_with_a_field(world: World, body: bytes) -> None:
    answer = await world.post("/v1/agents", body, media_type="application/yaml")
    assert answer.status_code in (400, 413, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == 413 or answer.json()["errors"][0]["field"]


async def test_a_name_is_taken_until_its_case_ends_without_an_agent(world: World) -> None:
    answer = await world.submit()
    taken = await world.post("/v1/agents", document())
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "name")
    assert (await world.cancel(answer["case_id"]))["status"] == "cancelled"
    assert (await world.submit())["agent_id"] != answer["agent_id"]


async def test_a_spec_that_is_blocked_for_what_the_agent_does_leaves_its_name_free(
    world: World,
) -> None:
    answer = await world.submit("healthcare-auto-approve")
    assert (answer["status"], answer["stage"]["number"]) == ("blocked", 5)
    assert (answer["revisable_until"], answer["ended_at"] is None) == (None, False)
    assert answer["next_step"] == "the case is over: POST a spec to /v1/agents for another one"
    agent = await world.agent(answer["agent_id"])
    assert (agent["case_id"], agent["last_case_id"]) == (None, answer["case_id"])
    refused = await world.post(f"/v1/workflows/{answer['case_id']}/revisions", document())
    assert (refused.status_code, refused.json()["code"]) == (409, "version_conflict")
    assert "for what the agent does, as its reason says" in refused.json()["detail"]
    assert (await world.submit())["status"] == "ethics_cleared"


async def test_a_spec_that_is_blocked_for_how_it_is_declared_keeps_its_name_and_is_repaired(
    world: World,
) -> None:
    answer = await world.submit(**MISDECLARES)
    path = f"/v1/workflows/{answer['case_id']}"
    assert (answer["status"], answer["stage"]["number"]) == ("blocked", 5)
    assert f"to {path}/revisions by {answer['revisable_until']}" in answer["next_step"]
    agent = await world.agent(answer["agent_id"])
    assert (agent["case_id"], agent["last_case_id"]) == (answer["case_id"],) * 2
    taken = await world.post("/v1/agents", document())
    assert taken.status_code == 409
    assert "revise or cancel its open case" in taken.json()["detail"]
    for strange in (world.of("stranger", "author"), world.at(f"{world.tenant}-2")):
        refused = await strange.post(f"{path}/revisions", document())
        assert refused.status_code in (403, 404)
    revised = await world.post(f"{path}/revisions", document(), key="k")
    assert (revised.status_code, revised.json()["status"]) == (202, "ethics_cleared")
    assert (revised.json()["agent_id"], revised.json()["revision"]) == (answer["agent_id"], 2)
    assert (await world.post(f"{path}/revisions", document(), key="k")).json() == revised.json()
    assert "is decided" in revised.json()["next_step"]
    await world.decide(answer["case_id"], "approved")
    assert (await world.agent(answer["agent_id"]))["status"] == "active"
    over = await world.case(answer["case_id"])
    assert f"/v1/agents/{answer['agent_id']}/changes" in over["next_step"]


async def test_of_two_revisions_of_a_blocked_case_at_once_one_is_judged(world: World) -> None:
    answer = await world.submit(**MISDECLARES)
    path = f"/v1/workflows/{answer['case_id']}/revisions"
    callers = (world, world.of("gala", "governor"), world, world.of("gala", "governor"))
    answers = await asyncio.gather(*(caller.post(path, document()) for caller in callers))
    assert sorted(each.status_code for each in answers) == [202, 409, 409, 409]
    case = await world.case(answer["case_id"])
    assert (case["status"], case["revision"]) == ("ethics_cleared", 2)
    assert len(await world.asked(answer["case_id"])) == 1


async def test_a_blocked_case_is_cancelled_or_ends_by_its_timer_and_its_name_is_free(
    world: World,
) -> None:
    answer = await world.submit(**MISDECLARES)
    cancelled = await world.post(f"/v1/workflows/{answer['case_id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    answer = await world.submit(**MISDECLARES)
    due = datetime.fromisoformat(answer["revisable_until"])
    timer = Timer(REVISION_DUE, f"creation_case/{answer['case_id']}", due)
    await world.deliver(timer_event("agents", world.tenant, timer, due - timedelta(days=1)))
    assert (await world.case(answer["case_id"]))["status"] == "blocked"
    for _ in range(2):
        await world.deliver(timer_event("agents", world.tenant, timer, due))
    case = await world.case(answer["case_id"])
    assert (case["status"], case["ended_at"]) == ("cancelled", answer["revisable_until"])
    assert (await world.events()).count("creation_case.cancelled") == 2
    answer = await world.submit(**MISDECLARES)
    await world.sweep(due + timedelta(days=2))
    assert (await world.case(answer["case_id"]))["status"] == "cancelled"
    assert (await world.submit())["status"] == "ethics_cleared"


async def test_a_timer_of_an_earlier_stop_leaves_a_revised_case_alone(world: World) -> None:
    answer = await world.submit(**MISDECLARES)
    due = datetime.fromisoformat(answer["revisable_until"])
    await world.post(f"/v1/workflows/{answer['case_id']}/revisions", document())
    timer = Timer(REVISION_DUE, f"creation_case/{answer['case_id']}", due)
    await world.deliver(timer_event("agents", world.tenant, timer, due + timedelta(days=1)))
    assert (await world.case(answer["case_id"]))["status"] == "ethics_cleared"


async def test_a_name_belongs_to_one_tenant(world: World) -> None:
    await world.submit()
    assert (await world.at(f"{world.tenant}-2").submit())["status"] == "ethics_cleared"


async def test_of_many_submissions_of_one_name_exactly_one_wins(world: World) -> None:
    answers = await asyncio.gather(*(world.post("/v1/agents", document()) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [202, *[409] * 11]
    assert await world.events() == ["creation_case.judged", "agent.approval_needed"]


async def test_a_repeated_key_repeats_the_answer(world: World) -> None:
    answers = [await world.post("/v1/agents", document(), key="k1") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].status_code == 202
    other = await world.post("/v1/agents", document(industry="clinics"), key="k1")
    assert other.json()["code"] == "idempotency_key_reused"
    assert len(await world.events()) == 2


async def test_one_key_at_once_is_one_agent(world: World) -> None:
    answers = await asyncio.gather(
        *(world.post("/v1/agents", document(), key="k1") for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["agent_id"] for answer in answers}) == 1


async def test_a_returned_case_takes_a_revision_and_keeps_its_agent(world: World) -> None:
    answer = await world.submit("healthcare-no-rollback")
    path = f"/v1/workflows/{answer['case_id']}/revisions"
    revised = await world.post(path, revision(), key="k")
    assert (revised.status_code, revised.json()["status"]) == (202, "ethics_cleared")
    assert revised.json()["agent_id"] == answer["agent_id"]
    assert (await world.post(path, revision(), key="k")).json() == revised.json()
    again = await world.post(path, revision())
    assert (again.status_code, again.json()["code"]) == (409, "version_conflict")
    await world.decide(answer["case_id"], "approved")
    assert (await world.case(answer["case_id"]))["status"] == "live"


async def test_a_revision_keeps_the_name_and_is_read_like_any_spec(world: World) -> None:
    answer = await world.submit("healthcare-no-rollback")
    path = f"/v1/workflows/{answer['case_id']}/revisions"
    renamed = await world.post(path, revision(name="another-name"))
    assert (renamed.status_code, renamed.json()["errors"][0]["field"]) == (422, "name")
    unknown = await world.post(path, revision(skills=["divine"]))
    assert unknown.json()["errors"][0]["field"] == "skills.0"


async def test_an_agent_that_nobody_submitted_is_a_finding_at_once(world: World) -> None:
    needs = {"interfaces__depends_on": ["source-finder", "no-such-agent"]}
    await world.submit("finance-market-brief", name="source-finder")
    answer = await world.submit(**needs)
    (found,) = (each for each in answer["findings"] if each["verdict"] == "fail")
    assert answer["status"] == "returned"
    assert (found["check"], found["path"]) == ("no_hidden_coupling", "/interfaces/depends_on/1")
    assert found["remedy"] == "submit no-such-agent first, or leave it out"
    await world.submit("education-quiz-writer", name="no-such-agent")
    revised = await world.post(f"/v1/workflows/{answer['case_id']}/revisions", document(**needs))
    assert revised.json()["status"] == "ethics_cleared"


async def test_a_change_of_an_agent_whose_case_is_open_is_refused(world: World) -> None:
    answer = await world.post("/v1/agents", LARGEST["entries for nothing"])
    assert answer.json()["status"] == "returned"
    change = await world.post(f"/v1/agents/{answer.json()['agent_id']}/changes", document())
    assert (change.status_code, change.json()["code"]) == (409, "version_conflict")
    shown = await world.agent(answer.json()["agent_id"])
    assert len(shown["spec"]["rights"]["alone"]) > 300


async def test_what_no_approval_takes_is_refused_with_what_to_do(world: World) -> None:
    refused = await world.post("/v1/agents", LARGEST["expanded"])
    assert refused.status_code == 422
    assert "an approval has room for" in refused.json()["errors"][0]["message"]
    fitting = await world.post("/v1/agents", LARGEST["fitting"])
    assert fitting.json()["status"] == "ethics_cleared"


async def test_a_revision_that_is_blocked_for_what_the_agent_does_frees_the_name(
    world: World,
) -> None:
    answer = await world.submit("healthcare-no-rollback")
    path = f"/v1/workflows/{answer['case_id']}/revisions"
    revised = await world.post(path, revision(**BLOCKED))
    assert revised.json()["status"] == "blocked"
    assert (await world.submit("healthcare-no-rollback"))["agent_id"] != answer["agent_id"]


async def test_a_change_says_what_kind_it_is_and_why(world: World) -> None:
    answer = await world.live()
    path = f"/v1/agents/{answer['agent_id']}/changes"
    evolution = await world.post(path, document(industry="clinics"), key="e")
    assert evolution.status_code == 202
    assert evolution.json()["kind"] == "evolution"
    assert "/industry" in evolution.json()["why"][0]
    assert (await world.post(path, document(industry="clinics"), key="e")).json() == (
        evolution.json()
    )
    open_case = await world.post(path, document(mode="trial"))
    assert open_case.json()["code"] == "version_conflict"
    await world.cancel(evolution.json()["case_id"])
    proposal = await world.post(path, document(mode="trial"))
    assert proposal.json()["kind"] == "proposal"
    case = await world.case(proposal.json()["case_id"])
    assert [stage["status"] for stage in case["stages"]][3:5] == ["skipped", "skipped"]


async def test_a_returned_change_is_classified_anew_by_its_revision(world: World) -> None:
    answer = await world.live()
    change = await world.post(f"/v1/agents/{answer['agent_id']}/changes", document(**RETURNS))
    assert (change.json()["kind"], change.json()["status"]) == ("evolution", "returned")
    path = f"/v1/workflows/{change.json()['case_id']}/revisions"
    revised = await world.post(path, document(mode="trial"))
    assert (revised.json()["kind"], revised.json()["status"]) == ("proposal", "ethics_cleared")
    await world.decide(change.json()["case_id"], "approved")
    assert (await world.agent(answer["agent_id"]))["version"] == "1.1.0"


async def test_a_change_that_changes_nothing_is_refused(world: World) -> None:
    answer = await world.live()
    same = await world.post(f"/v1/agents/{answer['agent_id']}/changes", document())
    assert same.status_code == 422
    renamed = await world.post(
        f"/v1/agents/{answer['agent_id']}/changes", document(name="another-name")
    )
    assert renamed.json()["errors"][0]["field"] == "name"


async def test_a_case_is_withdrawn_once_and_cancelled_with_its_approval(world: World) -> None:
    case_id = (await world.submit())["case_id"]
    path = f"/v1/workflows/{case_id}/cancel"
    first = await world.post(path, key="c")
    assert (first.status_code, first.json()["status"]) == (202, "ethics_cleared")
    withdrawal = first.json()["withdrawal"]
    assert (withdrawal["by"], withdrawal["outcome"]) == ("amira", None)
    for caller in (world, world.of("gala", "governor")):
        assert (await caller.post(path)).json() == first.json()
    assert (await world.events()).count("creation_case.withdrawal_requested") == 1
    for _ in range(2):
        await world.decide(case_id, "cancelled")
    assert (await world.post(path, key="c")).json() == first.json()
    assert (await world.post(path)).status_code == 409
    assert (await world.events())[-1] == "creation_case.cancelled"
    assert (await world.case(case_id))["withdrawal"]["outcome"] == "cancelled"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("approved", "live"),
        ("rejected", "rejected"),
        ("expired", "rejected"),
        ("changes_requested", "returned"),
    ],
)
async def test_a_decision_before_the_withdrawal_stands_everywhere(
    world: World, outcome: str, status: str
) -> None:
    case_id = (await world.submit())["case_id"]
    decided = await world.decision(case_id, outcome)
    assert (await world.post(f"/v1/workflows/{case_id}/cancel")).status_code == 202
    for _ in range(2):
        await world.deliver(decided)
    case = await world.case(case_id)
    assert (case["status"], case["withdrawal"]["outcome"]) == (status, "too_late")


async def test_only_who_submitted_it_and_who_governs_cancel_a_case(world: World) -> None:
    case = await world.submit()
    await world.decide(case["case_id"], "changes_requested")
    path = f"/v1/workflows/{case['case_id']}"
    refused = await world.of("stranger", "author", "developer").post(f"{path}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "its requester and those who revised it may too" in refused.json()["detail"]
    revised = await world.of("rex", "genesis").post(f"{path}/revisions", document())
    assert revised.status_code == 202, revised.text
    assert (await world.of("rex").post(f"{path}/cancel")).status_code == 202
    for principal, role in (("gala", "governor"), ("tara", "tenant_admin")):
        other = await world.submit(name=f"of-{principal}")
        cancelled = await world.of(principal, role).post(f"/v1/workflows/{other['case_id']}/cancel")
        assert cancelled.status_code == 202


async def test_a_stranger_changes_and_revises_nothing_whatever_they_send(world: World) -> None:
    agent = await world.live()
    gap = await world.submit("healthcare-no-rollback")
    stranger = world.of("stranger", "author", "operator", "deputy")
    before = await world.events()
    for path, body in (
        (f"/v1/agents/{agent['agent_id']}/changes", document(industry="clinics")),
        (f"/v1/agents/{agent['agent_id']}/changes", document(name="another-name")),
        (f"/v1/workflows/{gap['case_id']}/revisions", revision()),
        (f"/v1/workflows/{gap['case_id']}/revisions", revision(name="another-name")),
    ):
        refused = await stranger.post(path, body, key=f"{len(path)}")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "genesis, governor or tenant_admin" in refused.json()["detail"]
    assert await world.events() == before
    assert (await world.case(gap["case_id"]))["authors"] == ["amira"]
    owners = await world.post(f"/v1/agents/{agent['agent_id']}/changes", document(mode="trial"))
    assert owners.status_code == 202


async def test_of_many_changes_at_once_one_is_open_and_the_others_learn_who_may_end_it(
    world: World,
) -> None:
    path = f"/v1/agents/{(await world.live())['agent_id']}/changes"
    callers = [world, world.of("gala", "governor"), world.of("stranger")] * 4
    answers = await asyncio.gather(
        *(
            caller.post(path, document(industry=f"clinic-{number}"))
            for number, caller in enumerate(callers)
        )
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [202, *[403] * 4, *[409] * 7]
    conflict = next(answer for answer in answers if answer.status_code == 409)
    assert "its requester and those who revised it" in conflict.json()["detail"]


async def test_a_change_names_the_authors_of_what_it_takes_over(world: World) -> None:
    agent_id = (await world.live())["agent_id"]
    path = f"/v1/agents/{agent_id}/changes"
    change = await world.of("gala", "governor").post(path, document(industry="clinics"))
    case = await world.case(change.json()["case_id"])
    assert (case["authors"], case["submitted_by"]) == (["amira", "gala"], ["gala"])
    (asked,) = await world.asked(case["case_id"])
    assert asked.payload(AgentApprovalNeeded).authors == ("amira", "gala")
    await world.decide(case["case_id"], "approved")
    shown = await world.agent(agent_id)
    assert shown["authors"] == shown["submitted_by"] == ["amira", "gala"]


async def test_who_sent_a_spec_first_is_an_author_of_whoever_sends_it_again(world: World) -> None:
    first = await world.of("rex").submit()
    await world.of("rex").cancel(first["case_id"])
    again = await world.case((await world.submit())["case_id"])
    assert (again["authors"], again["submitted_by"]) == (["amira", "rex"], ["amira"])
    gap = await world.of("rex").submit("healthcare-no-rollback")
    revise = f"/v1/workflows/{gap['case_id']}/revisions"
    assert (await world.of("rex").post(revise, revision())).status_code == 202
    await world.of("rex").cancel(gap["case_id"])
    gap = await world.submit("healthcare-no-rollback", containment__rollback="")
    revised = await world.post(f"/v1/workflows/{gap['case_id']}/revisions", revision())
    assert revised.status_code == 202
    assert (await world.case(gap["case_id"]))["authors"] == ["amira", "rex"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", f"/v1/agents/{UNKNOWN_AGENT}"),
        ("get", f"/v1/workflows/{UNKNOWN_CASE}"),
        ("post", f"/v1/agents/{UNKNOWN_AGENT}/changes"),
        ("post", f"/v1/agents/{UNKNOWN_AGENT}/suspend"),
        ("post", f"/v1/workflows/{UNKNOWN_CASE}/revisions"),
        ("post", f"/v1/workflows/{UNKNOWN_CASE}/cancel"),
    ],
)
async def test_what_is_not_there_is_404_and_published(world: World, method: str, path: str) -> None:
    bodies = {"suspend": {"reason": "look"}, "cancel": None}
    body = bodies.get(path.rpartition("/")[2], document())
    answer = await (world.get(path) if method == "get" else world.post(path, body))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await world.events() == ["lookup.missed"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/agents",
        f"/v1/agents/{UNKNOWN_AGENT}/changes",
        f"/v1/agents/{UNKNOWN_AGENT}/suspend",
        f"/v1/workflows/{UNKNOWN_CASE}/revisions",
    ],
)
async def test_a_malformed_body_is_refused_before_anything_is_read(world: World, path: str) -> None:
    answer = await world.post(path, b"{nonsense")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "body")
    assert answer.headers.get("assent-cost", "").find("firestore-reads") == -1
    assert await world.events() == []


@pytest.mark.parametrize("id", ["agt_1", "__id__", "a" * 1600])
async def test_a_key_sent_with_a_malformed_id_changes_nothing_about_the_404(
    world: World, id: str
) -> None:
    answer = await world.post(f"/v1/agents/{id}/suspend", {"reason": "look"}, key="k")
    assert (answer.status_code, await world.events()) == (404, [])


async def test_a_malformed_id_is_404_and_not_published(world: World) -> None:
    assert (await world.get("/v1/agents/agt_1")).status_code == 404
    assert (await world.get("/v1/workflows/..%2Fx")).status_code == 404
    assert await world.events() == []


async def test_another_tenants_agent_and_case_are_not_found(world: World) -> None:
    answer = await world.submit()
    stranger = world.at(f"{world.tenant}-2")
    assert (await stranger.get(f"/v1/agents/{answer['agent_id']}")).status_code == 404
    assert (await stranger.get(f"/v1/workflows/{answer['case_id']}")).status_code == 404
    suspend = await stranger.post(f"/v1/agents/{answer['agent_id']}/suspend", {"reason": "x"})
    assert suspend.status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/v1/agents"),
        ("get", "/v1/workflows"),
        ("get", "/v1/skills"),
        ("get", "/v1/pipeline"),
        ("get", f"/v1/workflows/{UNKNOWN_CASE}"),
        ("post", "/v1/agents"),
        ("post", "/v1/pipeline/resume"),
        ("post", f"/v1/workflows/{UNKNOWN_CASE}/cancel"),
    ],
)
async def test_each_call_needs_its_scope(world: World, method: str, path: str) -> None:
    wrong = world.with_scopes("agents:write" if method == "get" else "agents:read")
    answer = await (wrong.get(path) if method == "get" else wrong.post(path, {}))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_agents_are_listed_newest_first_page_by_page(world: World) -> None:
    names = [f"writer-{number}" for number in range(3)]
    for name in names:
        await world.submit(name=name)
    first = (await world.get("/v1/agents", limit=2)).json()
    rest = (await world.get("/v1/agents", limit=2, cursor=first["next_cursor"])).json()
    listed = [agent["name"] for agent in (*first["items"], *rest["items"])]
    assert sorted(listed) == names
    assert rest["next_cursor"] is None
    assert (await world.get("/v1/agents", cursor="nonsense")).status_code == 422


async def test_cases_are_listed_newest_first_page_by_page_and_by_status(world: World) -> None:
    gap = await world.submit("healthcare-no-rollback")
    live = await world.live()
    path = f"/v1/agents/{live['agent_id']}/changes"
    change = (await world.post(path, document(industry="clinics"))).json()
    ids = [each["case_id"] for each in (change, live, gap)]
    assert [each["case_id"] for each in await world.cases()] == ids
    (returned,) = await world.cases(status="returned")
    shown = await world.case(gap["case_id"])
    assert returned == {name: shown[name] for name in returned}
    assert await world.cases(status="rejected") == []
    first = (await world.get("/v1/workflows", limit=2)).json()
    rest = (await world.get("/v1/workflows", limit=2, cursor=first["next_cursor"])).json()
    assert [case["case_id"] for case in (*first["items"], *rest["items"])] == ids
    assert rest["next_cursor"] is None
    elsewhere = {"status": "live", "cursor": first["next_cursor"]}
    assert (await world.get("/v1/workflows", **elsewhere)).status_code == 422
    for field, value in (("status", "over"), ("kind", "creation"), ("cursor", "nonsense")):
        refused = await world.get("/v1/workflows", **{field: value})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await world.at(f"{world.tenant}-2").cases() == []


async def test_a_list_of_cases_reads_no_contents(world: World) -> None:
    for number in range(3):
        await world.submit(name=f"writer-{number}")
    answer = await world.get("/v1/workflows", limit=2)
    assert "firestore-reads=3" in answer.headers["assent-cost"]


async def test_the_catalogue_is_listed(world: World) -> None:
    items = (await world.get("/v1/skills", limit=100)).json()["items"]
    assert {"research", "draft", "reconcile"} <= {item["name"] for item in items}
    first = (await world.get("/v1/skills", limit=5)).json()
    assert first["items"] == items[:5]
    rest = (await world.get("/v1/skills", limit=100, cursor=first["next_cursor"])).json()
    assert (rest["items"], rest["next_cursor"]) == (items[5:], None)
    assert (await world.get("/v1/skills", cursor="nonsense")).status_code == 422


async def test_a_governor_reads_agents_and_cases_with_the_governors_scope(world: World) -> None:
    case_id = (await world.submit())["case_id"]
    governor = world.with_scopes("governance:read", "governance:write")
    for path in ("/v1/agents", "/v1/workflows", f"/v1/workflows/{case_id}", "/v1/skills"):
        assert (await governor.get(path)).status_code == 200
    refused = await governor.post(f"/v1/workflows/{case_id}/cancel", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
