"""Prompts: versions that never change, who lets them be used, and calls that use them."""

from dataclasses import replace
from typing import Any

import openai
import pytest

from events.model_messages import ModelMessage
from events.prompts import PromptContent, prompt_id
from functions.models.aggregates import PROMPTS
from functions.models.rules.prompt import draft, rendered
from shared.kit import clock
from shared.kit.errors import Invalid
from shared.storage.batches import Batch, Removed
from tests.functions.models.worlds import World

SUM_UP = {
    "name": "sum-up",
    "version": 1,
    "messages": [
        {"role": "system", "content": "You write for ${{ variables.reader }}."},
        {"role": "user", "content": "${{ variables.text }}"},
    ],
    "variables": {"text": "string", "reader": {"type": "string", "default": "editors"}},
}


def _user(content: str) -> dict[str, str]:
    return {"role": "user", "content": content}


AGAIN = [_user("${{ variables.text }}" * 30)] * 50


async def _written(world: World, *, active: bool = True, **changed: Any) -> dict[str, Any]:
    answer = await world.send("POST", "/v1/prompts", {**SUM_UP, **changed})
    assert answer.status_code == 201, answer.text
    shown = dict(answer.json())
    if active:
        assert (await _moved(world, "activate", shown["version"])).status_code == 200
    return shown


async def _moved(world: World, move: str, version: int = 1, by: str = "gala") -> Any:
    return await world.send("POST", f"/v1/prompts/sum-up/versions/{version}/{move}", {}, by)


def _uses(variables: dict[str, Any], version: int = 1) -> dict[str, Any]:
    return {"name": "sum-up", "version": version, "variables": variables}


async def test_a_version_is_written_once_and_never_changes(world: World) -> None:
    written = await _written(world, active=False)
    assert (written["status"], written["version"]) == ("draft", 1)
    assert written["variables"]["text"] == {"type": "string"}
    again = await world.send("POST", "/v1/prompts", SUM_UP)
    assert (again.status_code, again.json()["checksum"]) == (201, written["checksum"])
    other = {**SUM_UP, "messages": [{"role": "user", "content": "another"}]}
    refused = await world.send("POST", "/v1/prompts", other)
    assert (refused.status_code, refused.json()["code"]) == (409, "version_conflict")
    assert "write the next version" in refused.json()["detail"]
    await _written(world, active=False, version=2, messages=other["messages"])
    listed = (await world.send("GET", "/v1/prompts")).json()["items"]
    assert [(each["name"], each["version"]) for each in listed] == [("sum-up", 2), ("sum-up", 1)]
    of_one = (await world.send("GET", "/v1/prompts?name=sum-up&limit=1")).json()
    assert [each["version"] for each in of_one["items"]] == [2]
    rest = f"/v1/prompts?name=sum-up&limit=1&cursor={of_one['next_cursor']}"
    assert [each["version"] for each in (await world.send("GET", rest)).json()["items"]] == [1]
    assert (await world.send("GET", "/v1/prompts?name=sum")).json()["items"] == []
    shown = await world.send("GET", "/v1/prompts/sum-up/versions/1")
    assert shown.json()["messages"] == SUM_UP["messages"]
    assert (await world.send("GET", "/v1/prompts/sum-up/versions/3")).status_code == 404


async def _listed(world: World, name: str, limit: int) -> list[int]:
    """The versions of the prompt, page by page."""
    found: list[int] = []
    cursor = ""
    while cursor is not None:
        path = f"/v1/prompts?name={name}&limit={limit}&cursor={cursor}".removesuffix("&cursor=")
        page = (await world.send("GET", path)).json()
        assert all(each["name"] == name for each in page["items"])
        found += [each["version"] for each in page["items"]]
        cursor = page["next_cursor"]
    return found


@pytest.mark.parametrize(("kept", "limit"), [((), 25), ((3,), 25), ((3,), 1), ((2, 3), 2)])
async def test_versions_from_before_lists_were_asked_by_name_are_found(
    world: World, kept: tuple[int, ...], limit: int
) -> None:
    for version in (1, 2, 3):
        await _written(world, active=False, version=version)
    # No version of this one, though its name begins alike.
    await _written(world, active=False, name="sum-up-2")
    for version in {1, 2, 3} - {*kept}:
        # As the release before stored it: without the field.
        batch = Batch()
        batch.merge(PROMPTS.collection, prompt_id("sum-up", version), {"name": Removed()})
        await world.store.commit(batch)
    assert await _listed(world, "sum-up", limit) == [3, 2, 1]
    assert await _listed(world, "sum-up-2", limit) == [1]
    assert await _listed(world, "sum", limit) == []
    assert (await world.send("GET", "/v1/prompts?name=a/b")).json()["items"] == []
    # They are found by the query from now on, also by who has never looked for them.
    page = await world.store.find(PROMPTS.collection, where=[("name", "==", "sum-up")])
    assert len(page.items) == 3
    activated = await _moved(world, "activate")
    assert activated.status_code == 200, activated.text


async def test_only_a_governor_lets_a_version_be_used_and_ends_it(world: World) -> None:
    await _written(world, active=False)
    assert (await _moved(world, "activate", by="ada")).status_code == 403
    for _ in range(2):
        active = (await _moved(world, "activate")).json()
        assert (active["status"], active["activated_by"]) == ("active", "gala")
    assert (await _moved(world, "deprecate", by="ada")).status_code == 403
    assert (await _moved(world, "deprecate")).json()["status"] == "deprecated"
    assert (await _moved(world, "deprecate")).status_code == 200
    assert (await _moved(world, "activate")).status_code == 409


async def test_a_preview_says_what_a_call_would_and_stores_nothing(world: World) -> None:
    content = {name: SUM_UP[name] for name in ("messages", "variables")}
    text = "${{ variables.reader }}"
    shown = await world.send("POST", "/v1/prompts/preview", {**content, "values": {"text": text}})
    assert (shown.status_code, shown.json()["messages"]) == (
        200,
        [
            {"role": "system", "content": "You write for editors."},
            {"role": "user", "content": text},
        ],
    )
    assert (await world.send("GET", "/v1/prompts")).json()["items"] == []


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"values": {}}, "values", "does not keep required"),
        ({"values": {"text": 1}}, "values", "text: does not keep"),
        ({"messages": [_user("${{ variables.b }}")]}, "messages.0.content", "not declared"),
        ({"messages": AGAIN, "values": {"text": "x" * 9_000}}, "values", "write shorter ones"),
    ],
)
async def test_a_preview_refuses_what_cannot_be_written_or_said(
    world: World, changed: Any, field: str, words: str
) -> None:
    content = {name: SUM_UP[name] for name in ("messages", "variables")}
    body = {**content, "values": {"text": "a"}, **changed}
    refused = await world.send("POST", "/v1/prompts/preview", body)
    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert (error["field"], words in error["message"]) == (field, True), error


async def test_another_tenant_finds_no_prompt(world: World) -> None:
    await _written(world)
    other = replace(world, tenant=f"{world.tenant}-2")
    await other.route("small")
    place = "/v1/prompts/sum-up/versions/1"
    assert (await other.send("GET", place)).status_code == 404
    assert (await other.send("GET", "/v1/prompts")).json()["items"] == []
    for move in ("activate", "deprecate"):
        assert (await other.send("POST", f"{place}/{move}", {}, "gala")).status_code == 404
    used = await other.chat("echo", prompt=_uses({"text": "a"}))
    assert "there is no sum-up@1" in used.json()["error"]["message"]


async def test_a_program_uses_a_prompt_beside_its_own_messages(world: World) -> None:
    await _written(world)
    text = "what ${{ variables.reader }} means"
    await world.script(text, {"text": "done"})
    async with openai.AsyncOpenAI(
        base_url=f"{world.url}/v1", api_key=world.token(), max_retries=0
    ) as client:
        answer = await client.chat.completions.create(
            model="small",
            messages=[{"role": "user", "content": "briefly"}],
            extra_body={"prompt": _uses({"text": text})},
        )
    assert answer.choices[0].message.content == "done"
    (asked,) = await world.asked(text)
    assert "prompt" not in asked
    assert [(each["role"], each["content"]) for each in asked["messages"]] == [
        ("system", "You write for editors."),
        # What a variable holds is text, whatever it looks like.
        ("user", text),
        ("user", "briefly"),
    ]
    (call,) = await world.calls()
    assert (call.status, call.prompt) == ("answered", "sum-up@1")


async def test_what_a_prompt_says_is_held_for_and_needs_no_message_beside(world: World) -> None:
    await _written(world)
    await world.script("x" * 5_000, {"text": "done"})
    body = {"model": "small", "messages": [], "prompt": _uses({"text": "x" * 5_000})}
    answer = await world.send("POST", "/v1/chat/completions", body)
    assert answer.status_code == 200, answer.text
    (call,) = await world.calls()
    assert call.reserved_usd_micros > 5_000


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        (_uses({}), "does not keep required"),
        (_uses({"text": 1}), "text: does not keep"),
        (_uses({"text": "a", "more": "b"}), "additionalProperties"),
        (_uses({"text": "a"}, 2), "there is no sum-up@2"),
        (_uses({"text": "a"}, 3), "is a draft"),
        (_uses({"text": "a"}, 4), "is deprecated"),
        ({"name": "sum-up"}, "version"),
        ({**_uses({"text": "a"}), "label": "x"}, "label"),
        ("sum-up@1", "prompt"),
    ],
)
async def test_a_prompt_that_cannot_be_used_asks_nobody(
    world: World, prompt: Any, words: str
) -> None:
    await _written(world)
    await _written(world, active=False, version=3)
    await _written(world, version=4)
    await _moved(world, "deprecate", 4)
    answer = await world.chat("echo", prompt=prompt)
    assert answer.status_code in (400, 422), answer.text
    assert words in answer.json()["error"]["message"]
    assert await world.calls() == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "tool", "content": "a"}]}, "messages.0.role"),
        ({"version": 0}, "version"),
        ({"name": "Sum Up"}, "name"),
        ({"variables": {"model": "string"}}, "what a call says itself"),
        ({"variables": {"A": "string"}}, "variables"),
        ({"variables": {"text": {"type": "nothing"}}}, "variables.text"),
        ({"variables": {"text": {"type": "string", "default": 1}}}, "default"),
        ({"variables": {"text": "string"}}, "which is not declared"),
        ({"messages": [{"role": "user", "content": "${{ inputs.a }}"}]}, "variables.<name>"),
        ({"messages": [{"role": "user", "content": "${{ 1 +"}]}, "messages.0.content"),
    ],
)
async def test_a_prompt_that_says_nothing_sound_is_refused(
    world: World, changed: dict[str, Any], words: str
) -> None:
    answer = await world.send("POST", "/v1/prompts", {**SUM_UP, **changed})
    assert answer.status_code == 422
    assert words in str(answer.json()), answer.text


def test_an_expression_without_a_value_is_refused() -> None:
    said = PromptContent(
        messages=(ModelMessage(role="user", content="${{ variables.n / 0 }}"),),
        variables={"n": {"type": "integer"}},
    )
    assert draft(None, "a", 1, said, "ada", clock.now())
    with pytest.raises(Invalid, match="with these variables"):
        rendered(said, {"n": 1})


def test_a_message_that_is_one_expression_says_its_value_as_text() -> None:
    said = PromptContent(
        messages=(ModelMessage(role="user", content="${{ variables.list }}"),),
        variables={"list": {}},
    )
    assert rendered(said, {"list": [1, "a"]}) == [ModelMessage(role="user", content='[1,"a"]')]
