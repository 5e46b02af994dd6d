"""Models in the process of the function find, condense and forecast; without them it says so."""

import hashlib
from pathlib import Path

import pytest

from functions.models.rules.redaction import PLACEHOLDER
from functions.models.views_local import MOST_REDACTED
from shared.embeddings import embedder
from shared.embeddings import files as embeddings
from tests.functions.models.absent import without_recognition
from tests.functions.models.test_local_rules import TEXT, WEEK
from tests.functions.models.worlds import World

SAID = (
    "Ada Lovelace, 12 Harley Street, London W1G 9PQ: pay DE89 3704 0044 0532 0130 00, "
    "ask Ada Lovelace."
)
REDACTIONS, SUMMARIES, FORECASTS = (
    f"/v1/local-models/{each}" for each in ("redactions", "summaries", "forecasts")
)


async def test_personal_data_has_placeholders_and_the_answer_says_where(world: World) -> None:
    answer = await world.send("POST", REDACTIONS, {"text": SAID})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["found_by"] == ["patterns", "recognition"]
    assert [each["kind"] for each in said["found"]] == ["name", "address", "iban", "name"]
    back = {each["placeholder"]: SAID[each["start"] : each["end"]] for each in said["found"]}
    assert len(back) == 3
    assert PLACEHOLDER.sub(lambda found: back[found[0]], said["text"]) == SAID
    assert "Lovelace" not in said["text"]


async def test_without_the_model_patterns_find_what_has_a_form_and_the_answer_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with without_recognition(monkeypatch, tmp_path):
        said = (await world.send("POST", REDACTIONS, {"text": SAID})).json()
    assert said["found_by"] == ["patterns"]
    assert [each["kind"] for each in said["found"]] == ["iban"]


async def test_a_summary_has_sentences_of_the_text_and_where_they_are(world: World) -> None:
    said = (await world.send("POST", SUMMARIES, {"text": TEXT, "sentences": 2})).json()
    assert said["by"] == "textrank"
    assert [TEXT[each["start"] : each["end"]] for each in said["sentences"]] == [
        each["text"] for each in said["sentences"]
    ]
    assert len(said["sentences"]) == 2


async def test_without_the_model_a_summary_is_the_first_sentences(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedder, "FOLDER", tmp_path)
    said = (await world.send("POST", SUMMARIES, {"text": TEXT, "sentences": 1})).json()
    assert said["by"] == "first_sentences"
    assert [each["start"] for each in said["sentences"]] == [0]


async def test_a_forecast_says_how_far_it_was_off_before(world: World) -> None:
    body = {"values": [10 + day + WEEK[day % 7] for day in range(42)], "season": 7, "horizon": 3}
    said = (await world.send("POST", FORECASTS, body)).json()
    assert said["method"] == "holt_winters"
    assert said["values"] == pytest.approx([52 + WEEK[0], 53 + WEEK[1], 54 + WEEK[2]], rel=0.03)
    assert set(said["errors"]) == {"holt_winters", "seasonal_naive"}
    assert said["held_out"] == 7


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        (REDACTIONS, {"text": ""}, "text"),
        (REDACTIONS, {"text": "x" * (MOST_REDACTED + 1)}, "text"),
        (REDACTIONS, {"text": "x", "regions": ["XX"]}, "'XX' is none: say two letters, such as DE"),
        (SUMMARIES, {"text": "…"}, "has no sentence: say one with words"),
        (
            SUMMARIES,
            {"text": "A b. " * 401},
            "has 401 sentences, of which 400 are compared: cut it",
        ),
        (SUMMARIES, {"text": "A b.", "sentences": 0}, "sentences"),
        (FORECASTS, {"values": [1] * 9}, "values"),
        (FORECASTS, {"values": [1] * 20, "season": 7}, "three seasons of 7 are 21 at least"),
        (FORECASTS, {"values": [1e16] * 20}, "values"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_what_to_write_instead(
    world: World, path: str, body: dict[str, object], said: str
) -> None:
    answer = await world.send("POST", path, body)
    assert answer.status_code == 422, answer.text
    assert said in answer.text


async def test_who_lists_the_models_sees_which_are_there_and_what_works_without(
    world: World,
) -> None:
    items = (await world.send("GET", "/v1/local-models")).json()["items"]
    tasks = ["recognition", "embeddings", "recognition", "summaries", "language", "language"]
    assert [each["task"] for each in items] == tasks
    assert all(each["present"] and each["licence"] for each in items[:2])
    assert all(not each["present"] and each["refused"] is None for each in items[2:4])
    assert all(each["without_it"] for each in items)
    file = embeddings.FOLDER / embeddings.MODEL
    assert items[1]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


async def test_a_policy_may_forbid_them(world: World) -> None:
    await world.policy(
        '@id("no") forbid (principal, action == Action::"local-models.redact", resource);'
    )
    assert (await world.send("POST", REDACTIONS, {"text": SAID})).status_code == 403
    assert (await world.send("POST", SUMMARIES, {"text": TEXT})).status_code == 200
