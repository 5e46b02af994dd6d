"""Who may not act, and what is recorded of that."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.agents.stops import STOPS, AgentStops
from shared.capabilities.minting import mint
from shared.policy.published import COLLECTION, PUBLISHED, forget
from shared.storage.batches import Batch
from shared.storage.secrets import signing_key
from tests.functions.tools.worlds import AGENT, COUNTER, LEDGER, Call, World
from tests.shared.cloud import Mailbox

ADD, APPEND = Call(COUNTER), Call(LEDGER)
BOTH = pytest.mark.parametrize("call", [ADD, APPEND], ids=["idempotent", "not"])


async def _nothing_happened(world: World) -> None:
    assert await world.counter() == {"value": 0, "additions": 0}
    assert await world.lines() == []


async def _refused(world: World, body: Any, token: str, status: int, code: str) -> None:
    answer = await world.post(body, token)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    await _nothing_happened(world)


async def test_a_token_of_another_tenant_acts_in_that_tenant_only(world: World) -> None:
    other = world.at(f"{world.tenant}-other")
    await other.agent()
    assert (await world.invoke(ADD, await other.token(ADD)))["status"] == "confirmed"
    await _nothing_happened(world)
    assert await other.counter() == {"value": 3, "additions": 1}
    assert (await world.shown(ADD)).status_code == 404


@BOTH
async def test_a_token_does_one_call(world: World, call: Call) -> None:
    token = await world.token(call)
    for other in (
        Call(call.operation, {**call.said, next(iter(call.said)): "other"}),
        Call(call.operation, step="other"),
        Call(call.operation, iteration=1),
        Call(call.operation, run_id="run_01JD3B1M1B0000000000000009"),
        Call(LEDGER if call.operation == COUNTER else COUNTER),
    ):
        await _refused(world, other.body(), token, 403, "capability_refused")


async def test_a_token_used_twice_with_other_arguments_acts_once(world: World) -> None:
    token = await world.token(ADD)
    done = await world.invoke(ADD, token)
    other = {**ADD.body(), "arguments": {"counter": "visits", "amount": 4}}
    assert (await world.post(other, token)).status_code == 403
    assert await world.invoke(ADD, token) == done
    assert await world.counter() == {"value": 3, "additions": 1}


@BOTH
async def test_a_rehearsal_acts_nowhere(world: World, call: Call) -> None:
    token = await world.token(call, purpose="rehearse")
    await _refused(world, call.body(), token, 403, "capability_refused")


async def test_an_expired_token_acts_nowhere(world: World) -> None:
    earlier = datetime.now(UTC) - timedelta(seconds=200)
    deed = world.deed(ADD, expires_at=earlier + timedelta(seconds=199))
    token = mint(world.right(), deed, await signing_key("runs-signing-key"), now=earlier)
    await _refused(world, ADD.body(), token, 403, "capability_refused")


async def test_what_is_no_capability_token_opens_nothing(world: World, topic: Mailbox) -> None:
    approvals = await signing_key("approvals-signing-key")
    forged = mint(world.right(), world.deed(ADD), approvals, now=datetime.now(UTC))
    for token in ("", "nonsense", forged):
        await _refused(world, ADD.body(), token, 401, "unauthenticated")
    answer = await world.tools.post("/v1/invocations", json=ADD.body())
    assert answer.status_code == 401


async def test_a_body_that_says_a_thing_twice_or_is_no_json_acts_nowhere(world: World) -> None:
    token = f"Bearer {await world.token(ADD)}"
    twice = json.dumps(ADD.body())[:-1] + ', "operation": "assent/ledger.append"}'
    for body, media_type, status in (
        (twice, "application/json", 422),
        (json.dumps(ADD.body()), "text/plain", 415),
    ):
        headers = {"Authorization": token, "Content-Type": media_type}
        answer = await world.tools.post("/v1/invocations", content=body, headers=headers)
        assert answer.status_code == status, answer.text
    await _nothing_happened(world)


async def test_an_id_that_is_not_the_calls_is_refused(world: World) -> None:
    deed = world.deed(ADD, invocation_id=APPEND.id)
    key = await signing_key("runs-signing-key")
    token = mint(world.right(), deed, key, now=datetime.now(UTC))
    body = {**ADD.body(), "invocation_id": APPEND.id}
    await _refused(world, body, token, 422, "invalid")


async def test_an_operation_that_nobody_offers_is_refused(world: World) -> None:
    call = Call("assent/everything.do", {})
    await _refused(world, call.body(), await world.token(call), 422, "invalid")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": "suspended"}, "suspended"),
        ({"status": "deprecated"}, "deprecated"),
        ({"version": "1.1.0"}, "serves as 1.1.0"),
        ({"workspace_id": "wsp_1"}, "another workspace"),
    ],
)
@BOTH
async def test_an_agent_that_does_not_serve_so_acts_nowhere(
    world: World, call: Call, changed: dict[str, Any], reason: str
) -> None:
    await world.agent(**changed)
    answer = await world.invoke(call)
    assert answer["status"] == "refused"
    assert reason in f"{answer['reason']} {answer['detail']}"
    await _nothing_happened(world)
    assert (await world.shown(call)).json() == answer


async def test_an_agent_that_is_not_there_acts_nowhere(world: World) -> None:
    other = world.at(f"{world.tenant}-other")
    answer = await other.invoke(ADD)
    assert (answer["status"], answer["reason"]) == ("refused", "there is no such agent")


async def _stop(world: World, **stops: Any) -> None:
    batch = Batch()
    state = AgentStops(agent_id=AGENT, **stops).model_dump_json()
    batch.put(STOPS, AGENT, {"state": state})
    await world.store.commit(batch)


@BOTH
@pytest.mark.parametrize("stops", [{"whole": "rcl_1"}, {"versions": {"1.0.0": "rcl_1"}}], ids=str)
async def test_a_recalled_agent_acts_nowhere(world: World, call: Call, stops: Any) -> None:
    await _stop(world, **stops)
    answer = await world.invoke(call)
    assert (answer["status"], answer["reason"]) == ("refused", "the agent was recalled")
    await _nothing_happened(world)


async def test_another_version_than_the_recalled_one_acts(world: World) -> None:
    await _stop(world, versions={"0.9.0": "rcl_1"})
    assert (await world.invoke(ADD))["status"] == "confirmed"


async def test_what_undoes_acts_though_the_agent_was_recalled_and_suspended(world: World) -> None:
    await _stop(world, whole="rcl_1")
    await world.agent(status="suspended", version="2.0.0")
    undoing = await world.token(ADD, purpose="undo")
    assert (await world.invoke(ADD, undoing))["status"] == "confirmed"
    await world.agent(workspace_id="ws_" + "0" * 26)
    other = replace(ADD, step="another")
    refused = await world.invoke(other, await world.token(other, purpose="undo"))
    assert refused["reason"] == "the agent belongs to another workspace"


async def test_a_refused_call_is_tried_again_by_another_token_only(world: World) -> None:
    await world.agent(status="suspended")
    token = await world.token(ADD)
    refused = await world.invoke(ADD, token)
    assert refused["may_be_repeated"]
    await world.agent()
    assert await world.invoke(ADD, token) == refused
    await asyncio.sleep(1.1)
    assert (await world.invoke(ADD))["status"] == "confirmed"
    assert await world.counter() == {"value": 3, "additions": 1}


FORBID = """
@id("no-counting")
@because("nobody counts visits here")
forbid (principal, action == Action::"tools.invoke", resource is Invocation)
when { resource.operation == "assent/counter.add" };
"""


async def test_a_policy_of_the_tenant_forbids_a_call(world: World) -> None:
    batch = Batch()
    state = {"version": 1, "sources": [{"name": "no-counting", "text": FORBID}]}
    batch.put(COLLECTION.name, PUBLISHED, {"state": json.dumps(state)})
    await world.store.commit(batch)
    forget()
    answer = await world.invoke(ADD)
    assert answer["status"] == "refused"
    assert answer["reason"].startswith("the policies do not allow it: ")
    assert "no-counting forbids it" in answer["reason"]
    assert answer["detail"] == "nobody counts visits here"
    assert "no-counting" in answer["decision"]
    assert await world.counter() == {"value": 0, "additions": 0}
    assert (await world.invoke(APPEND))["status"] == "confirmed"


async def test_what_allowed_a_call_lies_in_its_record(world: World) -> None:
    decision = json.loads((await world.invoke(ADD))["decision"])
    assert decision["a"] == "tools.invoke"
    assert decision["r"] == ["Invocation", ADD.id]
    assert decision["d"] == ["platform/roles.tools"] or decision["d"]
    assert await world.store.get("slices", decision["s"]) is not None


async def test_nothing_acts_in_a_tenant_that_is_suspended(world: World) -> None:
    batch = Batch()
    batch.put("control", "control", {"state": json.dumps({"status": "suspended"})})
    await world.store.commit(batch)
    answer = await world.post(ADD.body(), await world.token(ADD))
    assert (answer.status_code, answer.json()["code"]) == (403, "tenant_suspended")
    await _nothing_happened(world)


@pytest.mark.parametrize(
    "arguments",
    [
        {"counter": "visits"},
        {"counter": "visits", "amount": "3"},
        {"counter": "visits", "amount": 3, "more": 1},
        {"counter": "", "amount": 3},
        {"counter": "visits", "amount": 10_000_000},
    ],
)
async def test_arguments_that_the_operation_does_not_take_are_refused(
    world: World, arguments: dict[str, Any]
) -> None:
    answer = await world.invoke(Call(COUNTER, arguments))
    assert answer["status"] == "refused"
    assert answer["reason"] == "the arguments are not what the operation takes"
    assert answer["detail"].startswith("arguments")
    assert not answer["may_be_repeated"]
    await _nothing_happened(world)


async def test_a_person_of_another_tenant_sees_nothing(world: World) -> None:
    await world.invoke(ADD)
    other = world.at(f"{world.tenant}-other")
    assert (await other.shown(ADD)).status_code == 404
