"""A small model on this machine answers calls on OpenAI's wire: free, counted by its own tokenizer,
and in a process of its own. `make language` fetches it; where it is absent, the refusals say so."""

import json
import os
import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from functions.models.rules.call import ModelCall
from functions.models.service import language_models
from shared.inference.loading import ModelAbsentError
from shared.language import small
from shared.language.files import FOLDER, MODEL
from shared.language.making.__main__ import fetch_model
from shared.language.small import SMALL_MODEL, check_model, small_model
from tests.functions.models.worlds import World, until

HERE: dict[str, Any] = {"provider": "local", "model": "smollm2"}
CALL: dict[str, Any] = {
    "model": "here",
    "messages": [{"role": "user", "content": "What is the capital of France?"}],
    "max_tokens": 12,
    "temperature": 0,
}


@pytest.fixture
def language() -> None:
    """The model, which is 92 MB: fetched where it is not there."""
    pytest.importorskip("xllamacpp")
    if not (FOLDER / MODEL).is_file():
        fetch_model(FOLDER)


async def test_a_route_to_an_absent_model_is_refused_with_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(language_models, "check_model", partial(check_model, tmp_path))
    answer = await world.send("PUT", "/v1/model-routes/here", HERE, "gala")
    assert answer.status_code == 422, answer.text
    assert "cannot be local" in answer.text


def test_another_file_in_its_place_is_not_the_model(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    with pytest.raises(ModelAbsentError, match=r"model\.gguf\): make language fetches it"):
        small_model(tmp_path).serve()
    (tmp_path / MODEL).write_bytes(b"GGUF")
    with pytest.raises(ModelAbsentError, match="is another file than smollm2"):
        small_model(tmp_path).serve()


def test_a_process_that_ends_at_once_leaves_the_model_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("xllamacpp")
    (tmp_path / MODEL).write_bytes(b"GGUF")
    monkeypatch.setattr(small, "SHA256", small._sha256(tmp_path / MODEL))
    with pytest.raises(ModelAbsentError, match="does not start"):
        small_model(tmp_path).serve()


@pytest.mark.nightly
@pytest.mark.usefixtures("language")
async def test_it_answers_whole_and_streamed_costs_nothing_and_counts_tokens(
    world: World,
) -> None:
    route = (await world.send("PUT", "/v1/model-routes/here", HERE, "gala")).json()
    assert (route["privacy"], route["most_tokens_out"]) == ("own", 512)
    assert set(route["prices"].values()) == {0, None}
    answer = await world.send("POST", "/v1/chat/completions", CALL)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["model"] == "smollm2"
    assert said["usage"]["completion_tokens"] == 12
    call = await _call_of(world, answer.headers["assent-model-call"])
    assert (call.status, call.cost_usd_micros, call.tokens.tokens_out) == ("answered", 0, 12)
    assert call.tokens.tokens_in == said["usage"]["prompt_tokens"] > 10
    streamed = await world.send("POST", "/v1/chat/completions", {**CALL, "stream": True})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    events = [each.removeprefix("data: ") for each in streamed.text.split("\n\n") if each.strip()]
    assert events[-1] == "[DONE]"
    parts = [json.loads(each)["choices"][0]["delta"].get("content") for each in events[:-1]]
    assert "".join(part or "" for part in parts) == said["choices"][0]["message"]["content"]
    call = await _call_of(world, streamed.headers["assent-model-call"])
    assert (call.status, call.cost_usd_micros, call.tokens.tokens_out) == ("answered", 0, 12)
    # Whatever its process died of, the next call has another.
    assert SMALL_MODEL._process is not None
    os.kill(SMALL_MODEL._process.pid, signal.SIGKILL)
    SMALL_MODEL._process.wait()
    again = await world.send("POST", "/v1/chat/completions", CALL)
    assert again.status_code == 200, again.text
    SMALL_MODEL.stop()


@pytest.mark.nightly
@pytest.mark.usefixtures("language")
async def test_what_it_does_not_take_and_its_absence_are_told_to_the_program(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await world.send("PUT", "/v1/model-routes/here", HERE, "gala")
    answer = await world.send("POST", "/v1/chat/completions", {**CALL, "tools": []})
    assert answer.status_code == 400, answer.text
    assert "tools" in answer.text
    long = {**CALL, "messages": [{"role": "user", "content": "a b " * 2_000}]}
    answer = await world.send("POST", "/v1/chat/completions", long)
    assert answer.status_code == 400, answer.text
    assert "context" in answer.text
    SMALL_MODEL.stop()
    monkeypatch.setattr(SMALL_MODEL, "serve", small_model(tmp_path).serve)
    answer = await world.send("POST", "/v1/chat/completions", CALL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_absent")
    answer = await world.send("POST", "/v1/messages", CALL)
    assert answer.status_code == 400, answer.text


async def _call_of(world: World, call_id: str) -> ModelCall:
    """The call, once it is settled."""
    await until(world.is_settled)
    return next(each for each in await world.calls() if each.call_id == call_id)
