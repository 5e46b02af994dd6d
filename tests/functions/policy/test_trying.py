"""What a draft would do: validated, tested, compared and replayed over the API."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.policy.aggregates import DECISIONS
from functions.policy.service import replay
from shared.kit.instants import format_instant
from shared.messaging.log import EVENT_LOG
from shared.policy.slices import SLICES
from shared.policy.sources import LONGEST_SOURCE
from shared.storage.batches import Batch
from tests.functions.policy.worlds import PERMIT_EXPORTS, World

FORBIDDEN = """
@id("harmless")
permit (principal in Role::"end_user", action == Action::"audit.exports.create", resource);

@id("tools-for-all")
permit (principal in Role::"developer", action == Action::"tools.call", resource)
when { !(principal in Role::"service_runtime") };
"""


def _request(world: World, role: str = "end_user", action: str = "audit.exports.create") -> Any:
    tenant = {"type": "Tenant", "id": world.tenant}
    return {
        "principal": {"type": "Principal", "id": "ada"},
        "action": action,
        "resource": tenant,
        "context": {"at": 1, "hour": 12, "weekday": 3},
        "entities": [
            {
                "uid": {"type": "Principal", "id": "ada"},
                "attrs": {"tenant": {"__entity": tenant}, "has_role": True},
                "parents": [{"type": "Role", "id": role}],
            },
            {"uid": tenant, "attrs": {"is_alone": False}, "parents": []},
        ],
    }


SPAN = {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
# What each call about one version takes.
BODIES: dict[str, Callable[[World], Any]] = {
    **dict.fromkeys(("validate", "compare", "publish", "withdraw"), lambda world: None),
    "test": lambda world: {"cases": [{"request": _request(world), "expect": "deny"}]},
    "replay": lambda world: SPAN,
}


async def _findings(world: World, source: str) -> Any:
    drafted = await world.draft(source=source)
    answer = await world.post(f"/v1/policies/{drafted['policy_id']}/validate")
    assert answer.status_code == 200, answer.text
    assert answer.json()["valid"] is (answer.json()["findings"] == [])
    return answer.json()["findings"]


async def test_a_policy_that_fits_has_no_findings(world: World) -> None:
    assert await _findings(world, PERMIT_EXPORTS) == []


@pytest.mark.parametrize(
    ("source", "line", "column", "said"),
    [
        ("permit (principal, action, resource) when { context.hour > };", 1, 60, "unexpected"),
        ("permit (principal, action, resource);\npermit (principal", 2, 9, "unexpected end"),
        ("// why\npermit (principal, action, rsource);", 2, 28, "rsource"),
        ("permit (principal, action, resource)\nwhen { context.hours > 3 };", 2, 16, "hours"),
        ('permit (principal, action == Action::"nothing", resource);', 1, 38, "nothing"),
        ('permit (principal is Person, action, resource);', 1, 22, "Person"),
        ("@always\npermit (principal, action, resource);", 1, 1, "only the platform's"),
        ("permit (principal == ?principal, action, resource);", 1, 1, "template"),
    ],
)  # fmt: skip
async def test_each_finding_says_where(
    world: World, source: str, line: int, column: int, said: str
) -> None:
    first = (await _findings(world, source))[0]
    assert said in first["message"]
    assert (first["line"], first["column"], first["severity"]) == (line, column, "error")


async def test_a_permit_that_the_platform_forbids_is_a_finding(world: World) -> None:
    (found,) = await _findings(world, FORBIDDEN)
    assert (found["policy"], found["line"]) == ("tenant/exports/tools-for-all", 5)
    assert "no tenant's permit beats a forbid of the platform" in found["message"]
    assert "platform/constitution/tool-calls" in found["message"]


async def test_cases_are_decided_as_if_the_version_were_published(world: World) -> None:
    drafted = await world.draft()
    cases = [
        {"request": _request(world), "expect": "allow"},
        {"request": _request(world, "architect", "tools.call"), "expect": "allow"},
    ]
    answer = await world.post(f"/v1/policies/{drafted['policy_id']}/test", {"cases": cases})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["passed"], report["failed"]) == (1, 1)
    assert report["results"][0]["determining"] == ["tenant/exports/analysts-export"]
    assert report["results"][1]["effect"] == "deny"


async def test_a_comparison_shows_the_change_and_proves_its_absence(world: World) -> None:
    drafted = await world.draft()
    found = (await world.post(f"/v1/policies/{drafted['policy_id']}/compare")).json()
    (example,) = found["newly_allowed"]
    assert (found["equivalent"], found["newly_denied"], found["undecided"]) == (False, [], [])
    assert (example["before"]["effect"], example["after"]["effect"]) == ("deny", "allow")
    # The example is a case of a test, and a question, as it is.
    case = {"request": example["request"], "expect": "allow"}
    tested = await world.post(f"/v1/policies/{drafted['policy_id']}/test", {"cases": [case]})
    assert tested.json()["results"][0]["errors"] == []
    assert tested.json()["passed"] == 1
    decided = (await world.post("/v1/decisions", example["request"])).json()
    assert (decided["effect"], decided["errors"]) == ("deny", [])
    await world.publish()
    again = await world.draft(source=PERMIT_EXPORTS.replace("in Role", "is Principal in Role"))
    found = (await world.post(f"/v1/policies/{again['policy_id']}/compare")).json()
    assert found == {"equivalent": True, "newly_allowed": [], "newly_denied": [], "undecided": []}


async def test_what_cannot_be_compared_is_refused_by_its_name(world: World) -> None:
    source = '@id("odd")' + PERMIT_EXPORTS.replace('@id("analysts-export")', "").replace(
        "resource\n);", 'resource\n) when { decimal("1.0").lessThan(decimal("2.0")) };'
    )
    drafted = await world.draft(source=source)
    answer = await world.post(f"/v1/policies/{drafted['policy_id']}/compare")
    assert (answer.status_code, answer.json()["code"]) == (422, "policy_invalid")
    assert "tenant/exports/odd: `lessThan`" in answer.json()["detail"]


async def test_a_decision_is_answered_and_recorded_with_its_entities(world: World) -> None:
    answer = await world.post("/v1/decisions", _request(world))
    assert answer.status_code == 200, answer.text
    decided = answer.json()
    assert (decided["effect"], decided["determining"]) == ("deny", [])
    (listed,) = (await world.get("/v1/decisions")).json()["items"]
    assert listed["decision_id"] == decided["decision_id"]
    assert {each["uid"]["type"] for each in listed["entities"]} == {"Principal", "Tenant"}
    assert (await world.at(f"{world.tenant}-other").get("/v1/decisions")).json()["items"] == []


@pytest.mark.parametrize(
    ("fields", "place"),
    [({"action": "x.y"}, "action"), ({"entities": [{"uid": 1}]}, "entities.0.uid")],
)
async def test_a_question_that_the_schema_does_not_know_is_refused_and_not_recorded(
    world: World, fields: Any, place: str
) -> None:
    answer = await world.post("/v1/decisions", {**_request(world), **fields})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, place)
    assert (await world.get("/v1/decisions")).json()["items"] == []


def _hidden(body: Any, other: str) -> Any:
    uid = {"__entity": {"type": "Tenant", "id": other}}
    return {**body, "entities": [{"uid": uid, "attrs": {"is_alone": True}, "parents": []}]}


@pytest.mark.parametrize(
    "about",
    [
        lambda world, other: _request(world.at(other)),
        lambda world, other: _hidden(_request(world), other),
        lambda world, other: {**_request(world), "resource": {"type": "Tenant", "id": other}},
        lambda world, other: {**_request(world.at(other)), "resource": _request(world)["resource"]},
    ],
)
async def test_entities_of_another_tenant_are_refused(world: World, about: Any) -> None:
    body = about(world, "somebody-elses")
    answer = await world.post("/v1/decisions", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert (await world.get("/v1/decisions")).json()["items"] == []
    drafted = await world.draft()
    case = {"cases": [{"request": body, "expect": "deny"}]}
    answer = await world.post(f"/v1/policies/{drafted['policy_id']}/test", case)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"][0]["field"].startswith("cases.0.request.")


async def test_a_replay_sees_no_other_tenants_decisions(world: World) -> None:
    other = world.at(f"{world.tenant}-other")
    for each in (world, other):
        for _ in range(2):
            assert (await each.post("/v1/decisions", _request(each))).status_code == 200
    theirs = (await other.get("/v1/decisions", limit=1)).json()
    mine = await world.get("/v1/decisions", cursor=theirs["next_cursor"])
    assert theirs["items"][0]["decision_id"] not in mine.text
    assert other.tenant not in mine.text
    drafted = await world.draft()
    path = f"/v1/policies/{drafted['policy_id']}/replay"
    for cursor in (theirs["next_cursor"], "x", "\u8a9e", "e30"):
        answer = await world.post(path, {**SPAN, "cursor": cursor})
        assert answer.status_code in (200, 422), answer.text
        assert answer.json().get("replayed", 0) <= 2
        said = {each["decision_id"] for each in answer.json().get("flips", [])}
        assert theirs["items"][0]["decision_id"] not in said


async def test_a_replay_of_a_time_that_ends_before_it_begins_is_refused(world: World) -> None:
    drafted = await world.draft()
    path = f"/v1/policies/{drafted['policy_id']}/replay"
    answer = await world.post(path, {"from": SPAN["to"], "to": SPAN["from"]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "to")


@pytest.mark.parametrize(
    ("name", "source", "status"),
    [
        ("exports", "x" * LONGEST_SOURCE, 201),
        ("exports", "x" * (LONGEST_SOURCE + 1), 422),
        ("exports", "", 422),
        ("exports", "// " + "\u8a9e\U0001f512" * 9, 201),
        ("exports", "// \ud800", 422),
        ("\u0435xports", PERMIT_EXPORTS, 422),
        ("exports\n", PERMIT_EXPORTS, 422),
        ("Exports", PERMIT_EXPORTS, 422),
        ("ex", PERMIT_EXPORTS, 422),
        ("x" * 61, PERMIT_EXPORTS, 422),
    ],
)
async def test_a_draft_has_a_plain_name_and_a_bounded_text(
    world: World, name: str, source: str, status: int
) -> None:
    answer = await world.post("/v1/policies", {"name": name, "source": source})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 20_000,
        "true &&" * 100 + "true",
        "1 +" * 2_000 + "1 > 3",
        "context has " + "a." * 4_000 + "a",
        "//\r" + "(" * 7_000,
    ],
)
async def test_a_text_that_would_stop_the_process_is_told_by_every_call(
    world: World, condition: str
) -> None:
    source = f"permit (principal, action, resource) when {{ {condition} }};"
    drafted = await world.draft(source=source)
    path = f"/v1/policies/{drafted['policy_id']}"
    answer = await world.post(f"{path}/validate")
    assert (answer.status_code, answer.json()["valid"]) == (200, False)
    for verb in ("test", "replay", "compare", "publish"):
        answer = await world.post(f"{path}/{verb}", BODIES[verb](world))
        assert (answer.status_code, answer.json()["code"]) == (422, "policy_invalid"), verb


async def test_a_replay_finds_what_would_be_decided_otherwise(world: World) -> None:
    asked = [_request(world), _request(world, "tenant_admin"), _request(world)]
    ids = [(await world.post("/v1/decisions", each)).json()["decision_id"] for each in asked]
    await _forget_action(world, ids[2])
    drafted = await world.draft()
    path = f"/v1/policies/{drafted['policy_id']}/replay"
    found = (await world.post(path, SPAN)).json()
    # The draft itself is the third.
    assert (found["replayed"], found["flipped"], found["next_cursor"]) == (3, 1, None)
    assert found["not_replayable"] == {"does_not_fit": 1}
    (flip,) = found["flips"]
    assert (flip["decision_id"], flip["was"], flip["now"]) == (ids[0], "deny", "allow")
    assert flip["because"] == ["tenant/exports/analysts-export"]
    await _erase(world, ids[0])
    found = (await world.post(path, SPAN)).json()
    # The third was decided on the same slice.
    assert (found["replayed"], found["not_replayable"]) == (2, {"erased": 2})
    early = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}
    assert (await world.post(path, early)).json()["replayed"] == 0


async def _forget_action(world: World, decision_id: str) -> None:
    """As if a later release had no such action any more."""
    document = await world.store.get(DECISIONS.collection, decision_id)
    assert document is not None
    state = DECISIONS.read(document).state
    assert state is not None
    batch = Batch()
    altered = state.but(action="x.y").model_dump_json()
    batch.replace(document, {**document.data, "state": altered})
    await world.store.commit(batch)


async def _slice_of(world: World, decision_id: str) -> str:
    document = await world.store.get(DECISIONS.collection, decision_id)
    assert document is not None
    state = DECISIONS.read(document).state
    assert state is not None
    return str(state.slice_hash)


async def _erase(world: World, decision_id: str) -> None:
    batch = Batch()
    batch.delete(SLICES, await _slice_of(world, decision_id))
    await world.store.commit(batch)


async def test_a_slice_is_stored_once_and_sealed(world: World) -> None:
    asked = [_request(world)] * 2 + [_request(world, "tenant_admin")]
    ids = [(await world.post("/v1/decisions", each)).json()["decision_id"] for each in asked]
    names = [await _slice_of(world, each) for each in ids]
    assert names[0] == names[1] != names[2]
    stored = {each.id: each.data async for each in world.store.find_all(SLICES)}
    assert stored.keys() == set(names)
    assert all(b"ada" not in each["sealed"] for each in stored.values())
    batch = Batch()
    batch.put(SLICES, names[0], stored[names[2]])
    await world.store.commit(batch)
    listed = (await world.get("/v1/decisions")).json()["items"]
    assert [each["entities"] is None for each in listed] == [False, True, True]
    drafted = await world.draft()
    found = (await world.post(f"/v1/policies/{drafted['policy_id']}/replay", SPAN)).json()
    assert found["not_replayable"] == {"altered": 2}


def _role(id: str) -> Any:
    return {"uid": {"type": "Role", "id": id}, "attrs": {}, "parents": []}


async def test_a_list_of_decisions_on_long_slices_is_told_in_pages(world: World) -> None:
    long = {**_request(world), "entities": [_role("x" * 60_000)]}
    for number in range(16):
        entities = [*long["entities"], _role(str(number))]
        answer = await world.post("/v1/decisions", {**long, "entities": entities})
        assert answer.status_code == 200, answer.text
    first = await world.get("/v1/decisions", limit=100)
    assert len(first.content) <= 1_000_000
    second = (await world.get("/v1/decisions", cursor=first.json()["next_cursor"])).json()
    items = [*first.json()["items"], *second["items"]]
    assert len({each["decision_id"] for each in items}) == len(items) == 16
    assert second["next_cursor"] is None


async def test_a_commands_record_lies_in_its_commit_with_what_it_was_decided_on(
    world: World,
) -> None:
    """Who asked once for all their commands; the approval beside the decision about it."""
    await world.publish()
    await world.draft("others")
    entries = [each.data async for each in world.store.find_all(EVENT_LOG)]
    told = {each["type"]: each for each in entries if "decision" in each}
    assert told.keys() == {
        "assent.policy.drafted.v1",
        "assent.policy.approval_needed.v1",
        "assent.approval.approved.v1",
    }
    assert all(each["decided_at"] == each["time"] for each in told.values())
    beside = {name: "decision_slice" in each for name, each in told.items()}
    assert [name for name, found in beside.items() if found] != []
    assert b"gala" not in told["assent.approval.approved.v1"]["decision_slice"]
    names = {json.loads(each["decision"])["s"] for each in told.values()}
    stored = {each.id async for each in world.store.find_all(SLICES)}
    assert names == stored
    assert len(stored) == 2, "one of devin, one of gala"


async def test_commands_are_replayed_as_they_were_decided(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their records in the log, of this function and of another."""
    monkeypatch.setattr(replay, "_PAGE", 2)
    await world.publish()
    freeze = 'forbid (principal, action, resource is Approval) when { resource.risk == "high" };'
    drafted = await world.draft(source=f"{PERMIT_EXPORTS}\n{freeze}")
    path = f"/v1/policies/{drafted['policy_id']}/replay"
    found = (await world.post(path, SPAN)).json()
    # Two drafts, a request to publish, and the decision about it.
    assert (found["replayed"], found["not_replayable"]) == (4, {}), found
    assert (await world.post("/v1/decisions", _request(world))).status_code == 200
    none = 'forbid (principal, action in Action::"amend_policies", resource);'
    drafted = await world.draft(source=none)
    path = f"/v1/policies/{drafted['policy_id']}/replay"
    monkeypatch.setattr(replay, "MOST_REPLAYED", 2)
    pages = [(await world.post(path, SPAN)).json()]
    while pages[-1]["next_cursor"]:
        body = {**SPAN, "cursor": pages[-1]["next_cursor"]}
        pages.append((await world.post(path, body)).json())
    assert [each["replayed"] for each in pages] == [2, 2, 1, 1]
    flips = [flip for each in pages for flip in each["flips"]]
    assert [each["action"] for each in flips] == [
        *("policies.create", "policies.create", "policies.publish", "policies.create"),
        "audit.exports.create",
    ]
    events = {each.id: each for each in await world.log()}
    at = {each["decision_id"]: each["at"] for each in flips[:-1]}
    assert at == {each: format_instant(events[each].time) for each in at}
    assert {(each["principal"], each["was"], each["now"]) for each in flips[:-1]} == {
        ('Principal::"devin"', "allow", "deny")
    }


async def test_records_that_cannot_be_read_are_counted(world: World) -> None:
    await world.draft()
    await world.draft("others")
    drafted = await world.draft("third")
    entries = [each async for each in world.store.find_all(EVENT_LOG)]
    batch = Batch()
    for entry, fields in zip(
        entries, ({"decision": "x"}, {"decision": '{"a":"x","d":[]}'}, {}), strict=True
    ):
        batch.replace(entry, {**entry.data, **fields})
    await world.store.commit(batch)
    found = (await world.post(f"/v1/policies/{drafted['policy_id']}/replay", SPAN)).json()
    assert found["not_replayable"] == {"altered": 1, "not_recorded": 1}
    assert found["replayed"] == 1


async def test_only_those_who_write_policies_try_them(world: World) -> None:
    drafted = await world.draft()
    path = f"/v1/policies/{drafted['policy_id']}"
    stranger = world.of("ann", "analyst")
    for verb, body in BODIES.items():
        answer = await stranger.post(f"{path}/{verb}", body(world))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), verb
    answer = await stranger.post("/v1/policies", {"name": "mine", "source": PERMIT_EXPORTS})
    assert answer.status_code == 403
    assert (await stranger.get(path)).status_code == 200


async def test_another_tenants_policy_is_not_found(world: World) -> None:
    drafted = await world.draft()
    other = world.at(f"{world.tenant}-other")
    path = f"/v1/policies/{drafted['policy_id']}"
    answers = [await other.get(path)]
    answers += [await other.post(f"{path}/{verb}", body(other)) for verb, body in BODIES.items()]
    assert {each.status_code for each in answers} == {404}
