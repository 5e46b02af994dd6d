"""Definitions of other products over HTTP: drafted, judged, refused; nothing is stored."""

import json
import random
from typing import Any, get_args

import pytest

from shared.definitions import Format
from tests.functions.agents.worlds import World
from tests.shared.definitions.test_definitions_claude import REVIEWER
from tests.shared.definitions.test_definitions_crewai import NEWSROOM
from tests.shared.definitions.test_definitions_drafts import KNOWN

PATH = "/v1/agents/import"
PIECES = (
    "",
    "\n---\n",
    "[",
    "{",
    '"',
    "\ud800",
    "\\ud800",
    "\u202e",
    "é",
    "&a ",
    "*a ",
    ": ",
    "9e999",
)
DEFINITION = {"format": "claude", "definition": REVIEWER}


async def drafted(world: World, **body: Any) -> dict[str, Any]:
    answer = await world.post(PATH, {**DEFINITION, **body})
    assert answer.status_code == 200, answer.text
    draft: dict[str, Any] = answer.json()
    return draft


async def test_the_draft_has_the_findings_that_submitting_it_has(world: World) -> None:
    draft = await drafted(world)
    assert draft["ignored"] == ["model"]
    assert {"path", "value", "why"} == set(draft["assumptions"][0])
    submitted = await world.post("/v1/agents", draft["spec"])
    assert submitted.status_code == 202, submitted.text
    found = [each for each in submitted.json()["findings"] if each["check"] != "unique_name"]
    assert draft["findings"] == found
    stopping = {each["stage"] for each in found if each["verdict"] != "pass"}
    assert stopping == {2, 3, 4, 5}


async def test_it_reads_stores_and_publishes_nothing(world: World) -> None:
    for _ in range(2):
        answer = await world.post(PATH, DEFINITION)
        assert answer.status_code == 200
        assert "firestore" not in answer.headers.get("assent-cost", "")
        assert "pubsub" not in answer.headers.get("assent-cost", "")
    agents = await world.get("/v1/agents")
    assert agents.json()["items"] == []


async def test_the_same_definition_gets_the_same_answer_with_any_key(world: World) -> None:
    answers = [await world.post(PATH, DEFINITION, key=key) for key in ("", "once", "once", "again")]
    assert len({answer.content for answer in answers}) == 1
    other = {"format": "crewai", "definition": NEWSROOM, "agent": "editor"}
    assert (await world.post(PATH, other, key="once")).status_code == 200


async def test_of_several_agents_the_answer_names_them(world: World) -> None:
    answer = await world.post(PATH, {"format": "crewai", "definition": NEWSROOM})
    assert answer.status_code == 422
    told = "must name one agent of the definition: editor or fact_finder"
    assert answer.json()["errors"] == [{"field": "agent", "message": told}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"format": "autogen"}, "format"),
        ({"definition": ""}, "definition"),
        ({"definition": "x" * 64_001}, "definition"),
        ({"definition": "no front matter"}, "definition"),
        ({"definition": "---\nname: by\u200bpass\n---\n"}, "definition"),
        ({"definition": '---\nname: "by\\u200bpass"\n---\n'}, "definition.name"),
        ({"definition": None}, "definition"),
        ({"agent": "x"}, "agent"),
        ({"submit": True}, "submit"),
        ({"format": "a2a", "definition": '{"name": "x"}'}, "definition"),
    ],
)
async def test_what_cannot_be_translated_is_422_with_its_field(
    world: World, body: dict[str, Any], field: str
) -> None:
    answer = await world.post(PATH, {**DEFINITION, **body})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_spec_that_is_too_large_is_422(world: World) -> None:
    texts = {"instructions": "😀" * 32_000, "description": "😀" * 2_000}
    definition = json.dumps(texts, ensure_ascii=False)
    answer = await world.post(PATH, {"format": "openai", "definition": definition})
    told = (answer.status_code, answer.json().get("errors"))
    message = "makes a spec that must be at most 131072 bytes"
    assert told == (422, [{"field": "definition", "message": message}])


@pytest.mark.parametrize("format", get_args(Format))
async def test_any_definition_is_200_or_422(world: World, format: Format) -> None:
    choice = random.Random(format)
    for _ in range(60):
        _, definition = choice.choice(KNOWN)
        start = choice.randrange(len(definition))
        piece = choice.choice(PIECES) * choice.choice((1, 1, 500))
        body = {"format": format, "definition": definition[:start] + piece + definition[start:]}
        answer = await world.post(PATH, body)
        assert answer.status_code in (200, 422), answer.text[:500]


async def test_it_needs_the_scope_of_a_submission(world: World) -> None:
    answer = await world.with_scopes("agents:read").post(PATH, DEFINITION)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_yaml_is_no_media_type_of_it(world: World) -> None:
    answer = await world.post(PATH, b"format: claude", media_type="application/yaml")
    assert answer.status_code == 415
