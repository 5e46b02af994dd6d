"""Versions of capsules: written once, signed where they are published, and never changed."""

import json
from dataclasses import replace

import pytest

from events.capsules import CapsuleState
from functions.capsules.aggregates import CAPSULES
from functions.capsules.rules.capsule import SignedCapsule
from shared.kit.signing import verify
from shared.storage.secrets import public_keys
from tests.functions.capsules.worlds import COUNT_AND_LIST, World

PATH = "/v1/capsules/count-stock/versions/1.0.0"
SKILL = """\
capsule: abc
version: 1.0.0
agent: abc
steps:
  - id: a
    with: {a: 1}
    output: integer
    skill: |
        def run(a):
"""


async def test_a_version_is_written_and_shown_as_it_was_sent(world: World) -> None:
    text = f"# What we do each morning\n{COUNT_AND_LIST}"
    written = (await world.write(text)).json()
    assert (written["name"], written["version"], written["status"]) == (
        "count-stock", "1.0.0", "draft",
    )  # fmt: skip
    assert written["findings"] == []
    shown = (await world.get(PATH)).json()
    assert (shown["source"], shown["checksum"]) == (text, written["checksum"])


async def test_json_is_read_too_and_doubts_have_their_places(world: World) -> None:
    step = {"id": "a", "use": "assent/ledger.append", "with": {"ledger": "a", "line": "b"}}
    body = {"capsule": "a-list", "version": "0.1.0", "agent": "stock-keeper", "steps": [step]}
    answer = await world.post("/v1/capsules", json.dumps(body, indent=1))
    assert answer.status_code == 201, answer.text
    (finding,) = answer.json()["findings"]
    assert (finding["path"], finding["line"]) == ("steps.0", 6)
    assert "approval: required" in finding["message"]


async def test_the_same_source_again_is_the_same_version_and_another_one_is_refused(
    world: World,
) -> None:
    first = (await world.write()).json()
    assert (await world.write()).json() == first
    other = await world.write(COUNT_AND_LIST + "# changed\n")
    assert (other.status_code, other.json()["code"]) == (409, "version_conflict")
    assert "write the next version" in other.json()["detail"]
    assert await world.events() == ["assent.capsule.drafted.v1"]


async def test_publishing_signs_what_was_written(world: World) -> None:
    published = await world.publish()
    document = await world.store.get(CAPSULES.collection, "count-stock@1.0.0")
    assert document is not None
    state = CapsuleState.model_validate_json(document.data["state"])
    keys = await public_keys("capsules-public-keys", to_verify=[published["signature"]])
    signed = SignedCapsule.model_validate(verify(published["signature"], keys))
    assert signed.tenant_id == world.tenant
    assert (signed.checksum, signed.version) == (state.checksum, "1.0.0")
    again = await world.post(f"{PATH}/publish")
    assert again.json() == published


async def test_only_what_is_published_is_compiled(world: World) -> None:
    await world.write()
    assert (await world.compile()).json()["code"] == "version_conflict"
    await world.publish()
    first = await world.plan()
    ended = await world.post(f"{PATH}/deprecate")
    assert ended.json()["status"] == "deprecated"
    assert (await world.compile()).status_code == 409
    assert (await world.post(f"{PATH}/publish")).status_code == 409
    # What was compiled stays.
    assert (await world.rehearse(first["plan_hash"]))["passes"]


async def test_the_same_key_again_gives_the_same_answer(world: World) -> None:
    first = await world.post(
        "/v1/capsules", COUNT_AND_LIST, key="k1", media_type="application/yaml"
    )
    again = await world.post(
        "/v1/capsules", COUNT_AND_LIST, key="k1", media_type="application/yaml"
    )
    assert (again.status_code, again.json()) == (201, first.json())
    other = await world.post(
        "/v1/capsules", COUNT_AND_LIST + "\n", key="k1", media_type="application/yaml"
    )
    assert other.json()["code"] == "idempotency_key_reused"


async def test_versions_are_listed_without_their_sources(world: World) -> None:
    await world.write()
    await world.write(COUNT_AND_LIST.replace("version: 1.0.0", "version: 1.1.0"))
    page = (await world.get("/v1/capsules", limit=1)).json()
    assert [each["version"] for each in page["items"]] == ["1.1.0"]
    assert "source" not in page["items"][0]
    rest = (await world.get("/v1/capsules", limit=5, cursor=page["next_cursor"])).json()
    assert [each["version"] for each in rest["items"]] == ["1.0.0"]


@pytest.mark.parametrize(
    ("source", "status", "code", "words"),
    [
        (
            COUNT_AND_LIST.replace("steps:", "tolerance_percent: 1001\nsteps:"),
            *(422, "invalid", "(line 7, column 1)"),
        ),
        ("capsule: [", 400, "malformed_request", "line 1, column"),
        (COUNT_AND_LIST.replace("1.0.0", "1.0.x"), 422, "invalid", "like 1.2.0 (line 2, column 1)"),
        (COUNT_AND_LIST.replace("count.output", "cnt.output"), 422, "capsule_invalid", "line 13"),
        (
            COUNT_AND_LIST.replace("use: assent/counter.add", "wait: {for: 1s}"),
            422,
            "capsule_invalid",
            "says nothing of a step with wait",
        ),
        (
            f"{SKILL}            return fetch(a)\n",
            422,
            "capsule_invalid",
            "line 2, column 12 of the skill: Name `fetch` used when not defined; a skill calls",
        ),
        (
            f"{SKILL}            yield a\n",
            422,
            "capsule_invalid",
            "line 2, column 5 of the skill: NotImplementedError",
        ),
        (
            "capsule: abc\nversion: 1.0.0\nagent: abc\nsteps: [{id: a, use: model/complete}]",
            422,
            "capsule_invalid",
            "line 4",
        ),
    ],
)
async def test_a_refused_source_says_line_column_and_what_to_write(
    world: World, source: str, status: int, code: str, words: str
) -> None:
    answer = await world.write(source)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert words in problem["detail"], problem
    assert await world.events() == []


async def test_another_tenant_finds_nothing(world: World) -> None:
    await world.publish()
    plan = await world.plan()
    stranger = replace(world, tenant=f"{world.tenant}-2")
    assert (await stranger.get(PATH)).status_code == 404
    assert (await stranger.get(f"/v1/plans/{plan['plan_hash']}")).status_code == 404
    assert (await stranger.post(f"{PATH}/publish")).status_code == 404
    assert (await stranger.compile()).status_code == 404
    answer = await stranger.post(f"/v1/plans/{plan['plan_hash']}/ghostrun", {})
    assert answer.status_code == 404
