"""Phi-3, where an operator brings it, answers calls of a route as any provider's model does; where
it is absent, refused or busy, a fallback on this machine answers, and the answer names it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.models.rules.turns import OF_TENANT
from functions.models.service import language_models
from functions.models.service.language_models import MODELS
from shared.language.process import LanguageModel
from shared.language.small import SMALL_MODEL
from tests.functions.models.brought import bringing
from tests.functions.models.worlds import World, until
from tests.shared.inference.random_decoder import bring_decoder

PHI_3: dict[str, Any] = {"provider": "local", "model": "phi-3"}
CALL: dict[str, Any] = {
    "model": "phi",
    "messages": [{"role": "user", "content": "Who paid?"}],
    "max_tokens": 12,
    "temperature": 0,
}
ABSENT = "Assent-Model-Absent"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Where the operator's models are; its process ends with the test."""
    with bringing(monkeypatch, tmp_path):
        yield tmp_path
        MODELS["phi-3"].stop()


@pytest.fixture
def smollm2(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Another model in the place of the small one, whose weights are not everywhere."""
    folder = tmp_path_factory.mktemp("other")
    bring_decoder(folder / "phi-3")
    other = LanguageModel("other", lambda: ("-m", "shared.language.chat_server", str(folder)))
    monkeypatch.setattr(SMALL_MODEL, "serve", other.serve)
    monkeypatch.setattr(language_models, "check_model", lambda: None)
    yield
    other.stop()


async def _put(world: World, name: str, **said: Any) -> httpx.Response:
    return await world.send("PUT", f"/v1/model-routes/{name}", {**PHI_3, **said}, "gala")


async def _ask(world: World, **said: Any) -> httpx.Response:
    return await world.send("POST", "/v1/chat/completions", {**CALL, **said})


async def test_it_answers_whole_and_streamed_for_nothing_with_its_tokens_counted(
    world: World, folder: Path
) -> None:
    bring_decoder(folder / "phi-3")
    route = (await _put(world, "phi")).json()
    assert (route["privacy"], route["most_tokens_out"]) == ("own", 512)
    answer = await _ask(world)
    assert answer.status_code == 200, answer.text
    assert ABSENT not in answer.headers
    said = answer.json()
    assert said["usage"]["completion_tokens"] == 12
    await until(world.is_settled)
    (call,) = await world.calls()
    assert (call.status, call.cost_usd_micros, call.tokens.tokens_out) == ("answered", 0, 12)
    assert call.tokens.tokens_in == said["usage"]["prompt_tokens"]
    streamed = await _ask(world, stream=True)
    events = [each.removeprefix("data: ") for each in streamed.text.split("\n\n") if each.strip()]
    assert events.pop() == "[DONE]"
    parts = [json.loads(each)["choices"][0]["delta"].get("content") or "" for each in events]
    assert "".join(parts) == said["choices"][0]["message"]["content"]
    refused = await _ask(world, tools=[])
    assert refused.status_code == 400, refused.text
    long = await _ask(world, messages=[{"role": "user", "content": "x" * 500}])
    assert (long.status_code, long.json()["error"]["code"]) == (400, "context_length_exceeded")


async def test_a_route_to_what_is_not_there_is_refused_with_why(world: World, folder: Path) -> None:
    answer = await _put(world, "phi")
    assert answer.status_code == 422, answer.text
    assert "phi-3 is not there" in answer.text
    with (bring_decoder(folder / "phi-3") / "model.onnx").open("ab") as file:
        file.write(b"\0")
    answer = await _put(world, "phi")
    assert answer.status_code == 422, answer.text
    assert "has the SHA-256" in answer.text
    items = (await world.send("GET", "/v1/local-models")).json()["items"]
    (listed,) = (each for each in items if each["name"] == "phi-3")
    assert (listed["present"], listed["task"]) == (False, "language")
    assert "smollm2" in listed["without_it"]


@pytest.mark.usefixtures("smollm2")
async def test_where_its_files_went_the_call_is_refused_or_a_fallback_answers_and_is_named(
    world: World, folder: Path
) -> None:
    bring_decoder(folder / "phi-3")
    await _put(world, "phi")
    (folder / "phi-3").rename(folder / "gone")
    refused = await _ask(world)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "model_absent")
    assert "phi-3 is not there" in refused.text
    assert "No fallback" in refused.text
    (folder / "gone").rename(folder / "phi-3")
    await _put_both(world)
    (folder / "phi-3").rename(folder / "gone")
    for streamed in (False, True):
        answer = await _ask(world, stream=streamed)
        assert answer.status_code == 200, answer.text
        assert answer.headers[ABSENT] == "phi-3; because=model_absent; answered-by=here"
    await until(world.is_settled)
    answered = [each for each in await world.calls() if each.status == "answered"]
    assert [(each.answered_by, each.cost_usd_micros) for each in answered] == [("here", 0)] * 2


@pytest.mark.usefixtures("smollm2")
async def test_where_its_files_are_others_the_fallback_says_that(
    world: World, folder: Path
) -> None:
    bring_decoder(folder / "phi-3")
    await _put_both(world)
    with (folder / "phi-3" / "tokenizer.json").open("ab") as file:
        file.write(b" ")
    for _ in range(2):
        answer = await _ask(world)
        assert answer.headers[ABSENT] == "phi-3; because=model_refused; answered-by=here"


@pytest.mark.usefixtures("smollm2")
async def test_where_its_graph_does_not_do_what_it_should_the_fallback_answers(
    world: World, folder: Path
) -> None:
    bring_decoder(folder / "phi-3", forgets=True)
    await _put_both(world)
    answer = await _ask(world)
    assert answer.status_code == 200, answer.text
    assert answer.headers[ABSENT] == "phi-3; because=model_refused; answered-by=here"


@pytest.mark.usefixtures("smollm2")
async def test_while_its_places_are_taken_the_fallback_answers(world: World, folder: Path) -> None:
    bring_decoder(folder / "phi-3")
    await _put_both(world)
    places = language_models.TURNS.here()["phi-3"]._places
    for _ in range(OF_TENANT):
        await places.take(world.tenant)
    try:
        answer = await _ask(world)
    finally:
        for _ in range(OF_TENANT):
            places.leave(world.tenant)
    assert answer.headers[ABSENT] == "phi-3; because=model_busy; answered-by=here"


async def _put_both(world: World) -> None:
    """A route to the small model, and that to Phi-3 with it as the fallback."""
    answer = await _put(world, "here", model="smollm2")
    assert answer.status_code == 200, answer.text
    answer = await _put(world, "phi", fallbacks=["here"])
    assert answer.status_code == 200, answer.text
