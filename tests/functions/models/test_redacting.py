"""A tenant's policy decides which routes are told placeholders, and programs see the values."""

import json
from typing import Any

import httpx
from pydantic import BaseModel

from functions.identity.aggregates import MEMBERS, PRINCIPALS
from functions.identity.rules.principal import Principal
from functions.identity.rules.tenant import Member
from functions.models.rules.redaction import PLACEHOLDER
from functions.models.service import names
from shared.aggregates.aggregate import Aggregate
from shared.kit import clock
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.functions.models.worlds import World, until

MAIL = "ann.lee@clinic.example"
TEXT = f"write to {MAIL}, or call +49 151 23456789"
HIDES = """@id("hide") @redact("open") permit (principal, action in
  [Action::"models.complete", Action::"models.embed", Action::"models.message"], resource);"""


async def _asked(world: World, goal: str, **more: Any) -> httpx.Response:
    said = [{"role": "user", "content": goal}, {"role": "user", "content": TEXT}]
    body = {"model": "small", "messages": said, "max_tokens": 50, **more}
    path = "/v1/messages" if more.get("model") == "claude" else "/v1/chat/completions"
    answer = await world.send("POST", path, body)
    assert answer.status_code == 200, answer.text
    return answer


async def _told(world: World, goal: str) -> str:
    return json.dumps([each["messages"] for each in await world.asked(goal)])


def _words(answer: httpx.Response) -> str:
    lines = [each[6:] for each in answer.text.splitlines() if each.startswith("data: {")]
    return "".join(
        each["delta"].get("text", "")
        if "choices" not in each
        else "".join(choice["delta"].get("content", "") for choice in each["choices"])
        for each in map(json.loads, lines)
        if "choices" in each or each["type"] == "content_block_delta"
    )


async def test_a_route_of_that_privacy_is_told_placeholders_and_the_program_sees_values(
    world: World,
) -> None:
    await world.policy(HIDES)
    await world.script("hide", {"repeats": True}, {"repeats": True, "pieces": 5})
    answer = await _asked(world, "hide")
    assert answer.json()["choices"][0]["message"]["content"] == TEXT
    streamed = await _asked(world, "hide", stream=True)
    assert _words(streamed) == TEXT
    told = await _told(world, "hide")
    assert MAIL not in told
    assert "23456789" not in told
    assert len(set(PLACEHOLDER.findall(told))) == 4  # two values in each of two calls
    await until(world.is_settled)
    assert [each.redacted for each in await world.calls()] == [2, 2]


async def _joins(world: World, principal: str, name: str, **more: Any) -> None:
    """A member as `identity` keeps one."""
    member = Member(principal_id=principal, roles=(), joined_at=clock.now(), **more)
    person = Principal(
        principal_id=principal, kind="human", provider="p", created_at=clock.now(), name=name
    )
    kept: tuple[tuple[str, Aggregate[Any], BaseModel], ...] = (
        (world.tenant, MEMBERS, member),
        (PLATFORM_TENANT, PRINCIPALS, person),
    )
    for tenant, aggregate, state in kept:
        batch = Batch()
        batch.put(aggregate.collection, principal, aggregate.fields(state, 1, None))
        await TenantStore(tenant).commit(batch)


async def test_names_of_members_are_hidden_and_those_of_others_are_told(world: World) -> None:
    await world.policy(HIDES)
    await _joins(world, f"user_a-{world.tenant}", "Zoë Müller")
    await _joins(world, f"user_b-{world.tenant}", "Gone Person", removed_at=clock.now())
    await _joins(world, f"user_c-{world.tenant}", "Will")
    names.forget()
    await world.script("who", {"repeats": True})
    text = "Zoë Müller, Gone Person, Will, and Max Mustermann"
    said = [{"role": "user", "content": "who"}, {"role": "user", "content": text}]
    sent = {"model": "small", "messages": said, "max_tokens": 50}
    answer = await world.send("POST", "/v1/chat/completions", sent)
    assert answer.json()["choices"][0]["message"]["content"] == text
    (told,) = [each["messages"][1]["content"] for each in await world.asked("who")]
    assert PLACEHOLDER.sub("…", told) == "…, Gone Person, Will, and Max Mustermann"


async def test_the_wire_of_anthropic_likewise(world: World) -> None:
    await world.policy(HIDES)
    await world.route("claude", provider="anthropic")
    await world.script("hidden", {"repeats": True}, {"repeats": True, "pieces": 3})
    whole = await _asked(world, "hidden", model="claude")
    assert whole.json()["content"][0]["text"] == TEXT
    assert _words(await _asked(world, "hidden", model="claude", stream=True)) == TEXT
    assert MAIL not in await _told(world, "hidden")


async def test_a_more_private_route_and_a_tenant_without_such_a_policy_tell_all(
    world: World,
) -> None:
    await world.script("tell", {"repeats": True}, {"repeats": True})
    await _asked(world, "tell")
    await world.policy(HIDES)
    await world.route("small", privacy="own")
    await _asked(world, "tell")
    assert (await _told(world, "tell")).count(MAIL) == 2
    assert [each.redacted for each in await world.calls()] == [None, None]


async def test_an_open_route_is_told_placeholders_and_its_more_private_fallback_values(
    world: World,
) -> None:
    await world.policy(HIDES)
    await world.route("mine", privacy="own", model="mine")
    await world.route("small", fallbacks=["mine"])
    await world.script("fall", {"status": 503}, {"repeats": True})
    answer = await _asked(world, "fall")
    assert answer.json()["choices"][0]["message"]["content"] == TEXT
    first, second = await world.asked("fall")
    assert MAIL not in json.dumps(first)
    assert (second["model"], MAIL in json.dumps(second)) == ("mine", True)
    (call,) = await world.calls()
    assert (call.answered_by, call.redacted) == ("mine", None)


async def test_what_a_kept_answer_says_is_restored_and_kept_sealed(world: World) -> None:
    await world.policy(HIDES)
    await world.route("small", cache_seconds=60)
    await world.script("keep", {"repeats": True})
    first = await _asked(world, "keep", temperature=0)
    again = await _asked(world, "keep", temperature=0)
    assert again.content == first.content
    assert again.json()["choices"][0]["message"]["content"] == TEXT
    assert len(await world.asked("keep")) == 1


async def test_placeholders_that_make_the_body_longer_are_held_for(world: World) -> None:
    many = " ".join(f"10.0.0.{number}" for number in range(200))
    await world.script("long", {"text": "yes"}, {"text": "yes"})
    said = [{"role": "user", "content": "long"}, {"role": "user", "content": many}]
    sent = {"model": "small", "messages": said, "max_tokens": 50}
    await world.send("POST", "/v1/chat/completions", sent)
    await world.policy(HIDES)
    await world.send("POST", "/v1/chat/completions", sent)
    plain, hidden = sorted(await world.calls(), key=lambda each: each.called_at)
    told = json.dumps((await world.asked("long"))[1]["messages"])
    grew = len(told) - len(json.dumps(said))
    assert grew > 1_000
    assert hidden.reserved_usd_micros - plain.reserved_usd_micros == 2 * grew
