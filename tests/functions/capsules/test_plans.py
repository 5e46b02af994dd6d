"""A published capsule becomes a plan, whose content lies under its hash, and is rehearsed."""

import asyncio
from typing import Any

import pytest

from events.plan_content import PlanContent
from events.plans import PLANS, PlanState, verify_plan
from functions.agents.rules.agent import Timer
from shared.kit.canonical import content_hash
from shared.kit.errors import SignatureInvalid
from shared.messaging.contents import read_contents
from shared.policy import published
from shared.policy.published import COLLECTION, PUBLISHED, Published
from shared.policy.sources import Source
from shared.storage.batches import Batch
from shared.storage.secrets import public_keys
from tests.functions.capsules.agents import LONG_AGO, deploy, spec_of
from tests.functions.capsules.worlds import COUNT_AND_LIST, World


async def test_a_published_capsule_becomes_a_plan_that_is_rehearsed(world: World) -> None:
    published = await world.publish()
    assert published["status"] == "published"
    plan = await world.plan()
    assert (plan["status"], plan["needs_assent"]) == ("compiled", False)
    assert [each["assent"] for each in plan["content"]["steps"]] == ["none", "step"]
    prediction = await world.rehearse(plan["plan_hash"])
    assert prediction["passes"], prediction
    assert prediction["point_of_no_return"] == "list"
    shown = (await world.get(f"/v1/plans/{plan['plan_hash']}")).json()
    assert (shown["status"], shown["prediction"]) == ("rehearsed", prediction)
    assert await world.events() == [
        "assent.capsule.drafted.v1",
        "assent.capsule.published.v1",
        "assent.plan.compiled.v1",
        "assent.plan.rehearsed.v1",
    ]


async def test_the_content_lies_under_the_hash_and_the_document_is_signed(world: World) -> None:
    await world.publish()
    plan = await world.plan()
    await world.rehearse(plan["plan_hash"])
    contents = await read_contents(world.store, [plan["plan_hash"]])
    value = contents.value(plan["plan_hash"])
    assert content_hash(value) == plan["plan_hash"]
    assert PlanContent.model_validate(value).model_dump(mode="json") == value
    document = await world.store.get(PLANS, plan["plan_hash"])
    assert document is not None
    plan_state = PlanState.model_validate_json(document.data["state"])
    keys = await public_keys("capsules-public-keys", to_verify=[plan_state.signature or ""])
    verify_plan(plan_state, world.tenant, keys)
    for forged in (
        plan_state.but(needs_assent=not plan_state.needs_assent),
        plan_state.but(prediction_hash=None),
        plan_state.but(plan_hash="0" * 64),
    ):
        with pytest.raises(SignatureInvalid):
            verify_plan(forged, world.tenant, keys)
    with pytest.raises(SignatureInvalid):
        verify_plan(plan_state, "another-clinic", keys)


async def test_the_same_is_the_same_plan_and_is_compiled_once(world: World) -> None:
    await world.publish()
    first = await world.plan()
    assert (await world.plan())["plan_hash"] == first["plan_hash"]
    assert (await world.plan(amount=4))["plan_hash"] != first["plan_hash"]
    assert (await world.events()).count("assent.plan.compiled.v1") == 2


async def test_of_two_at_once_one_is_compiled(world: World) -> None:
    await world.publish()
    answers = await asyncio.gather(*(world.compile() for _ in range(4)))
    assert [each.status_code for each in answers] == [201] * 4
    assert len({each.json()["plan_hash"] for each in answers}) == 1
    assert (await world.events()).count("assent.plan.compiled.v1") == 1


async def test_what_does_not_compile_names_the_place_in_the_source(world: World) -> None:
    await world.publish()
    answer = await world.compile(amount="three")
    assert (answer.status_code, answer.json()["code"]) == (422, "capsule_invalid")
    assert answer.json()["errors"][0]["field"] == "inputs.amount"
    assert "(line 6, column 3)" in answer.json()["errors"][0]["message"]


@pytest.mark.by_day(2)
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "suspended"}, "stock-keeper is suspended"),
        ({"status": "draft"}, "stock-keeper is draft"),
        ({"status": "paused"}, "stock-keeper is paused"),
        ({"status": "deprecated"}, "stock-keeper is deprecated"),
        ({"status": "go_live_pending"}, "stock-keeper is go_live_pending"),
        (
            {"status": "trial", "timer": Timer(type="assent.trial.due.v1", at=LONG_AGO)},
            "the trial of stock-keeper is over",
        ),
    ],
)
async def test_with_an_agent_that_does_not_serve_nothing_compiles_or_passes(
    world: World, fields: dict[str, Any], words: str
) -> None:
    await world.publish()
    plan = await world.plan()
    await deploy(world.tenant, spec_of(), **fields)
    answer = await world.compile(amount=9)
    assert (answer.status_code, answer.json()["code"]) == (422, "capsule_invalid")
    assert words in answer.json()["errors"][0]["message"]
    prediction = await world.rehearse(plan["plan_hash"])
    assert not prediction["passes"]
    assert words in prediction["denials"][0]["detail"]
    shown = (await world.get(f"/v1/plans/{plan['plan_hash']}")).json()
    assert (shown["status"], shown["prediction"]) == ("compiled", None)


async def test_an_unknown_agent_is_refused_at_its_line(world: World) -> None:
    await world.publish(COUNT_AND_LIST.replace("agent: stock-keeper", "agent: nobody-here"))
    answer = await world.compile()
    assert "there is no agent nobody-here here (line 3, column 1)" in answer.json()["detail"]


async def test_a_rehearsal_of_another_mode_keeps_nothing(world: World) -> None:
    await world.publish()
    plan = await world.plan()
    for mode in ("fast", "security"):
        assert (await world.rehearse(plan["plan_hash"], mode))["passes"]
    assert "assent.plan.rehearsed.v1" not in await world.events()


async def test_a_capsule_runs_another_as_a_plan_of_its_own(world: World) -> None:
    await world.publish()
    outer = (
        "capsule: the-morning\nversion: 1.0.0\nagent: stock-keeper\n"
        "inputs: {shelf: string, amount: integer}\n"
        "steps:\n  - id: count\n    capsule: count-stock@1.0.0\n"
        "    with: {shelf: '${{ inputs.shelf }}', amount: '${{ inputs.amount }}'}\n"
    )
    await world.publish(outer)
    answer = await world.compile("the-morning")
    assert answer.status_code == 201, answer.text
    inner = answer.json()["content"]["steps"][0]["does"]["plan_hash"]
    assert inner == (await world.plan())["plan_hash"]
    assert (await world.get(f"/v1/plans/{inner}")).status_code == 200
    prediction = await world.rehearse(answer.json()["plan_hash"])
    assert (prediction["passes"], prediction["steps"][0]["calls"]) == (True, 2)


async def test_an_unrelated_policy_changes_no_hash_and_one_about_calls_does(world: World) -> None:
    await world.publish()
    first = (await world.plan())["plan_hash"]
    unrelated = 'forbid (principal, action == Action::"agents.change", resource);'
    await _publish_policy(world, 1, unrelated)
    assert (await world.plan())["plan_hash"] == first
    about = (
        'forbid (principal, action == Action::"tools.invoke", resource)'
        ' when { resource.operation == "assent/counter.add" && !resource.assented };'
    )
    await _publish_policy(world, 2, about)
    changed = await world.plan()
    assert changed["plan_hash"] != first
    prediction = await world.rehearse(changed["plan_hash"])
    assert not prediction["passes"]
    (denial,) = prediction["steps"][0]["denials"]
    assert denial["detail"] == "the policy tenant/x/0 forbids assent/counter.add"
    assert denial["change"] == "write `approval: required` at the step"
    assert prediction["steps"][1]["denials"] == []


async def test_expressions_that_take_too_long_are_refused(world: World) -> None:
    nested = "inputs.all.map(a, inputs.all.map(b, inputs.all.map(c, a)))"
    await world.publish(
        "capsule: too-slow\nversion: 1.0.0\nagent: stock-keeper\n"
        "inputs: {all: {type: array, items: integer}}\nsteps:\n"
        "  - id: a\n    use: assent/transform.apply\n"
        f"    with: {{data: '${{{{ {nested} }}}}', expression: 'data'}}\n"
    )
    body = {"capsule": "too-slow", "version": "1.0.0", "inputs": {"all": list(range(2000))}}
    answer = await world.post("/v1/plans", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "capsule_invalid")
    assert "give shorter lists" in answer.json()["detail"]


async def _publish_policy(world: World, version: int, text: str) -> None:
    held = Published(version=version, sources=(Source("tenant/x", text),))
    batch = Batch()
    batch.put(COLLECTION.name, PUBLISHED, {"state": held.model_dump_json()})
    await world.store.commit(batch)
    published.forget()
