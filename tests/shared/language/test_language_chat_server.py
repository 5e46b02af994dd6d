"""A model that an operator brings is served on OpenAI's wire by a process of its own, whole and in
events, by the seed, within its context; files that are not what they should be end it with why."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.inference.brought import PHI_3, ModelRefusedError, load_brought
from shared.inference.chat import Chat, Message
from shared.inference.decoding import Sampling, Writing
from shared.inference.loading import ModelAbsentError
from shared.language.process import LanguageModel, ModelEndpoint
from tests.shared.inference.random_decoder import LONGEST, bring_decoder, decoder_tokenizer

SAID = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who paid?"}]
QUESTION: dict[str, Any] = {"model": "phi-3", "messages": SAID, "max_tokens": 20, "temperature": 0}


def _model(folder: Path) -> LanguageModel:
    return LanguageModel(PHI_3.name, lambda: ("-m", "shared.language.chat_server", str(folder)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    bring_decoder(folder / PHI_3.name)
    return folder


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[ModelEndpoint]:
    model = _model(folder)
    yield model.serve()
    model.stop()


def _asked(served: ModelEndpoint, **said: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {served.key}"}
    url = f"{served.url}/chat/completions"
    return httpx.post(url, json={**QUESTION, **said}, headers=headers, timeout=60)


def _text(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    text: str = answer.json()["choices"][0]["message"]["content"]
    return text


def _events(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [each.removeprefix("data: ") for each in answer.text.split("\n\n") if each]
    assert events.pop() == "[DONE]"
    return [json.loads(each) for each in events]


def test_the_answer_is_what_the_model_writes_with_its_tokens_counted(
    served: ModelEndpoint, folder: Path
) -> None:
    brought = load_brought(str(folder), PHI_3)
    tokens = Chat(brought).tokens([Message(each["role"], each["content"]) for each in SAID])
    how = Sampling(seed=0, temperature=0.0)
    written = [*Writing(brought, tokens, how, most_tokens=20, within_seconds=60)]
    answer = _asked(served)
    assert _text(answer) == decoder_tokenizer().decode(written)
    said = answer.json()
    assert (said["object"], said["model"]) == ("chat.completion", "phi-3")
    assert said["choices"][0]["finish_reason"] == "length"
    assert said["usage"] == {
        "prompt_tokens": len(tokens),
        "completion_tokens": 20,
        "total_tokens": len(tokens) + 20,
    }


def test_a_stream_has_the_same_text_in_parts(served: ModelEndpoint) -> None:
    options = {"include_usage": True}
    events = _events(_asked(served, stream=True, stream_options=options))
    *parts, last, usage = events
    deltas = [each["choices"][0]["delta"] for each in parts]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert "".join(each["content"] for each in deltas) == _text(_asked(served))
    assert len(deltas) == 21
    assert last["choices"][0]["finish_reason"] == "length"
    assert (usage["choices"], usage["usage"]["completion_tokens"]) == ([], 20)
    assert len({each["id"] for each in events}) == 1


def test_a_seed_gives_the_same_answer_again(served: ModelEndpoint) -> None:
    drawn = [_text(_asked(served, temperature=1, seed=each)) for each in (-5, -5, 6)]
    assert drawn[0] == drawn[1] != drawn[2]
    # Two of so few words may be alike by chance.
    unseeded = {_text(_asked(served, temperature=1)) for _ in range(8)}
    assert len(unseeded) >= 2


def test_an_answer_ends_before_a_stop(served: ModelEndpoint) -> None:
    text = _text(_asked(served))
    stop = text[5:7]
    answer = _asked(served, stop=stop)
    assert _text(answer) == text[: text.index(stop)]
    assert answer.json()["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        ({"messages": []}, "invalid", "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "invalid", "messages.0.role"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "invalid",
            "messages[0]: must have a text",
        ),
        ({"temperature": 3}, "invalid", "temperature"),
        ({"top_p": 0}, "invalid", "top_p"),
        ({"stop": ["a"] * 5}, "invalid", "stop"),
        (
            {"messages": [{"role": "user", "content": "x" * LONGEST}]},
            "context_length_exceeded",
            f"the context of the model has {LONGEST}",
        ),
    ],
)
def test_what_it_cannot_take_is_refused_with_what_is_wrong(
    served: ModelEndpoint, said: dict[str, Any], code: str, told: str
) -> None:
    answer = _asked(served, **said)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == code
    assert told in answer.json()["error"]["message"]


def test_parts_of_a_message_are_one_text(served: ModelEndpoint) -> None:
    parts = [{"type": "text", "text": each} for each in ("Who ", "paid?")]
    said = [SAID[0], {"role": "user", "content": parts}]
    assert _text(_asked(served, messages=said)) == _text(_asked(served))


def test_nobody_without_its_key_is_answered(served: ModelEndpoint) -> None:
    assert _asked(ModelEndpoint(served.url, "another")).status_code == 401


def test_files_that_are_not_what_their_manifest_says_are_told(tmp_path: Path) -> None:
    folder = bring_decoder(tmp_path / PHI_3.name)
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelRefusedError, match=r"model\.onnx has the SHA-256"):
        _model(tmp_path).serve()


def test_a_model_without_a_mark_of_the_template_is_refused(tmp_path: Path) -> None:
    bring_decoder(tmp_path / PHI_3.name, lacks="<|user|>")
    with pytest.raises(ModelRefusedError, match=r"no special token <\|user\|>"):
        _model(tmp_path).serve()


def test_a_graph_that_forgets_is_told_by_the_answer(tmp_path: Path) -> None:
    bring_decoder(tmp_path / PHI_3.name, forgets=True)
    model = _model(tmp_path)
    try:
        answer = _asked(model.serve())
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "model_refused")
    finally:
        model.stop()


def test_without_its_folder_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ModelAbsentError, match="does not start"):
        _model(tmp_path).serve()
