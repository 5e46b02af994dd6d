"""Models that an operator brings answer beside those of Assent; without them the answer says so."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.models.service import local
from tests.functions.models.absent import without_recognition
from tests.functions.models.brought import bringing
from tests.functions.models.test_local import REDACTIONS, SAID, SUMMARIES
from tests.functions.models.test_local_rules import TEXT
from tests.functions.models.worlds import World
from tests.shared.inference.random_models import bring_labeller, bring_writer

# A word that only the brought model takes for a name.
SMALL = "the bill pays."


async def test_without_a_folder_the_answer_names_what_is_absent_and_what_answered(
    world: World,
) -> None:
    said = (await world.send("POST", REDACTIONS, {"text": SAID})).json()
    assert said["models"] == ["rampart"]
    assert said["absent"] == [_absent("distilbert-ner", "rampart")]
    said = (await world.send("POST", SUMMARIES, {"text": TEXT, "written": True})).json()
    assert said["written"] is None
    assert said["absent"] == [_absent("bart", "textrank")]
    assert said["sentences"]
    said = (await world.send("POST", SUMMARIES, {"text": TEXT})).json()
    assert said["absent"] == []


async def test_a_brought_model_recognises_names_beside_the_one_that_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = (await world.send("POST", REDACTIONS, {"text": SMALL})).json()
    assert before["found"] == []
    bring_labeller(tmp_path / "distilbert-ner")
    with bringing(monkeypatch, tmp_path):
        said = (await world.send("POST", REDACTIONS, {"text": SMALL})).json()
        mixed = (await world.send("POST", REDACTIONS, {"text": SAID})).json()
    assert said["models"] == ["rampart", "distilbert-ner"]
    assert said["absent"] == []
    assert [SMALL[each["start"] : each["end"]] for each in said["found"]] == ["bill"]
    assert [each["kind"] for each in mixed["found"]] == ["name", "address", "iban", "name"]


async def test_a_brought_model_stands_in_where_the_other_is_absent(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bring_labeller(tmp_path / "distilbert-ner")
    (tmp_path / "empty").mkdir()
    with (
        without_recognition(monkeypatch, tmp_path / "empty"),
        bringing(monkeypatch, tmp_path),
    ):
        said = (await world.send("POST", REDACTIONS, {"text": SMALL})).json()
    assert said["models"] == ["distilbert-ner"]
    assert said["absent"] == [_absent("rampart", "distilbert-ner")]
    assert len(said["found"]) == 1


async def test_a_brought_model_writes_a_summary_beside_the_sentences(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bring_writer(tmp_path / "bart")
    with bringing(monkeypatch, tmp_path):
        said = (await world.send("POST", SUMMARIES, {"text": TEXT, "written": True})).json()
        with local._WRITING, monkeypatch.context() as changed:
            changed.setattr(local, "WAITED_SECONDS", 0.01)
            busy = (await world.send("POST", SUMMARIES, {"text": TEXT, "written": True})).json()
    assert said["written"] == {
        "text": "ada lovelace pays the bill .",
        "model": "random summaries",
        "tokens_in": 16,
        "tokens_out": 6,
        "ended": "stop",
    }
    assert said["by"] == "textrank"
    assert said["sentences"]
    assert busy["absent"] == [_absent("bart", "textrank", "model_busy")]


async def test_files_that_are_not_what_their_manifest_says_are_not_used_and_the_list_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = bring_labeller(tmp_path / "distilbert-ner")
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"\0")
    bring_writer(tmp_path / "bart")
    with bringing(monkeypatch, tmp_path):
        items = (await world.send("GET", "/v1/local-models")).json()["items"]
        said = (await world.send("POST", REDACTIONS, {"text": SMALL})).json()
    listed = {each["name"]: each for each in items}
    assert listed["distilbert-ner"]["present"] is False
    assert "model.onnx has the SHA-256" in listed["distilbert-ner"]["refused"]
    assert listed["bart"]["present"] is True
    assert listed["bart"]["licence"] == "Apache-2.0"
    manifest = (tmp_path / "bart" / "manifest.json").read_bytes()
    assert listed["bart"]["sha256"] == hashlib.sha256(manifest).hexdigest()
    assert said["absent"] == [_absent("distilbert-ner", "rampart", "model_refused")]


def _of_another_architecture(folder: Path, said: dict[str, Any]) -> None:
    (folder / "manifest.json").unlink()
    bring_writer(folder)
    said.update(json.loads((folder / "manifest.json").read_text()), labels=["O"])


def _without_a_shape(folder: Path, said: dict[str, Any]) -> None:
    said["graphs"]["model"]["outputs"][0]["shape"] = []


def _longer_than_its_file(folder: Path, said: dict[str, Any]) -> None:
    # A field of 2**63 bytes: no place in any file.
    (folder / "model.onnx").write_bytes(b"\x0a" + b"\x80" * 9 + b"\x01")
    said["files"]["model.onnx"] = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()


def _never_read(folder: Path, said: dict[str, Any]) -> None:
    # A file that even root cannot read from its beginning.
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").symlink_to("/proc/self/mem")


def _for_one_length(folder: Path, said: dict[str, Any]) -> None:
    (folder / "manifest.json").unlink()
    bring_labeller(folder, tokens=4)
    said.update(json.loads((folder / "manifest.json").read_text()))


@pytest.mark.parametrize(
    ("breaks", "why"),
    [
        (_of_another_architecture, "labels: token_classification has them"),
        (_without_a_shape, "labels: there is one for each score"),
        (_longer_than_its_file, "more follows than the file has"),
        (_never_read, "cannot be read"),
        (_for_one_length, None),
    ],
)
async def test_a_model_that_is_broken_in_any_way_stops_no_redaction(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    breaks: Callable[[Path, dict[str, Any]], None],
    why: str | None,
) -> None:
    folder = bring_labeller(tmp_path / "distilbert-ner")
    said = json.loads((folder / "manifest.json").read_text())
    breaks(folder, said)
    (folder / "manifest.json").write_text(json.dumps(said))
    with bringing(monkeypatch, tmp_path):
        answer = await world.send("POST", REDACTIONS, {"text": SAID})
        items = (await world.send("GET", "/v1/local-models")).json()["items"]
    assert answer.status_code == 200, answer.text
    assert answer.json()["absent"] == [_absent("distilbert-ner", "rampart", "model_refused")]
    assert {"name", "address", "iban"} <= {each["kind"] for each in answer.json()["found"]}
    (refused,) = (each["refused"] for each in items if each["name"] == "distilbert-ner")
    assert refused is None if why is None else why in refused


def _absent(model: str, answered_by: str, because: str = "model_absent") -> dict[str, str]:
    return {"model": model, "because": because, "answered_by": answered_by}
