"""A model that an operator brings is loaded where it is what its manifest says, and else refused
with what is wrong."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from shared.inference.brought import (
    BART,
    DISTILBERT_NER,
    ModelRefusedError,
    load_brought,
    read_manifest,
)
from shared.inference.loading import ModelAbsentError
from shared.inference.opset import NoGraph, opset_of
from shared.inference.writing import rewrite
from tests.shared.inference.random_models import OPSET, bring_labeller, bring_writer

Change = Callable[[dict[str, Any]], None]


def test_a_model_is_loaded_once_it_is_what_its_manifest_says(tmp_path: Path) -> None:
    bring_labeller(tmp_path / "distilbert-ner")
    brought = load_brought(str(tmp_path), DISTILBERT_NER)
    assert brought.manifest.licence == "Apache-2.0"
    assert load_brought(str(tmp_path), DISTILBERT_NER) is brought


@pytest.mark.parametrize("folder", ["", "/nowhere"])
def test_without_a_folder_or_the_model_in_it_the_model_is_absent(folder: str) -> None:
    for load in (read_manifest, load_brought):
        with pytest.raises(ModelAbsentError, match="distilbert-ner is not") as refused:
            load(folder, DISTILBERT_NER)
        assert not isinstance(refused.value, ModelRefusedError)


def _opset(said: dict[str, Any]) -> None:
    said["graphs"]["model"]["opset"] = OPSET + 1


def _sha256(said: dict[str, Any]) -> None:
    said["files"]["model.onnx"] = "0" * 64


def _width(said: dict[str, Any]) -> None:
    said["graphs"]["model"]["outputs"][0]["shape"][2] = 5


def _rank(said: dict[str, Any]) -> None:
    said["graphs"]["model"]["outputs"][0]["shape"] = [1, 3]


def _type(said: dict[str, Any]) -> None:
    said["graphs"]["model"]["inputs"][0]["type"] = "int32"


def _fewer(said: dict[str, Any]) -> None:
    said["graphs"]["model"]["inputs"].pop()


def _more(said: dict[str, Any]) -> None:
    part = {"name": "token_type_ids", "type": "int64", "shape": [1, "any"]}
    said["graphs"]["model"]["inputs"].append(part)


def _cached(said: dict[str, Any]) -> None:
    part = {"name": "past_key_values.0.key", "type": "float", "shape": [1, "any"]}
    said["graphs"]["model"]["inputs"].append(part)


def _causal(said: dict[str, Any]) -> None:
    said["architecture"] = "causal"


def _elsewhere(said: dict[str, Any]) -> None:
    said["tokenizer"] = "../tokenizer.json"


def _unnamed(said: dict[str, Any]) -> None:
    del said["files"]["tokenizer.json"]


def _architecture(said: dict[str, Any]) -> None:
    said["architecture"] = "encoder_decoder"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_opset, r"model\.onnx has the opset 17"),
        (_sha256, r"model\.onnx has the SHA-256 (?!0{64})"),
        (_width, "labels: there is one for each score"),
        (_rank, r"gives logits: float \(1, n, 3\)"),
        (_type, r"takes input_ids: int64 \(1, n\)"),
        (_fewer, "attention_mask is missing"),
        (_more, "takes no token_type_ids"),
        (_cached, r"nobody gives or takes past_key_values\.0\.key"),
        (_causal, "architecture: Input should be"),
        (_elsewhere, "tokenizer: String should match"),
        (_unnamed, "tokenizer.json is missing: add it with its SHA-256"),
        (_architecture, "encoder_decoder has encoder and decoder"),
    ],
)
def test_a_model_that_is_another_than_its_manifest_says_is_refused(
    tmp_path: Path, change: Change, why: str
) -> None:
    file = bring_labeller(tmp_path / "distilbert-ner") / "manifest.json"
    said = json.loads(file.read_text())
    change(said)
    file.write_text(json.dumps(said))
    with pytest.raises(ModelRefusedError, match=why):
        load_brought(str(tmp_path), DISTILBERT_NER)


def test_a_file_that_nobody_named_is_refused_because_a_graph_could_read_it(tmp_path: Path) -> None:
    folder = bring_labeller(tmp_path / "distilbert-ner")
    (folder / "weights.bin").write_bytes(b"0")
    with pytest.raises(ModelRefusedError, match=r"has weights\.bin, which its manifest does not"):
        read_manifest(str(tmp_path), DISTILBERT_NER)


def test_a_graph_reads_no_weights_outside_of_its_folder(tmp_path: Path) -> None:
    folder = bring_labeller(tmp_path / "distilbert-ner")
    model = onnx.load(str(folder / "model.onnx"))
    (tmp_path / "outside.bin").write_bytes(model.graph.initializer[0].raw_data)
    table = model.graph.initializer[0]
    table.ClearField("raw_data")
    table.data_location = onnx.TensorProto.EXTERNAL
    table.external_data.add(key="location", value="../outside.bin")
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    file = folder / "manifest.json"
    said = json.loads(file.read_text())
    said["files"]["model.onnx"] = _digest(folder / "model.onnx")
    file.write_text(json.dumps(said))
    with pytest.raises(ModelRefusedError, match="cannot be loaded"):
        load_brought(str(tmp_path), DISTILBERT_NER)


def test_what_is_no_graph_and_no_tokenizer_is_refused(tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        folder = bring_labeller(tmp_path / name / "distilbert-ner")
        (folder / name).write_bytes(b"\x08\x08nothing")
        file = folder / "manifest.json"
        said = json.loads(file.read_text())
        said["files"][name] = _digest(folder / name)
        file.write_text(json.dumps(said))
        with pytest.raises(ModelRefusedError, match=f"{name}( is|: )"):
            load_brought(str(tmp_path / name), DISTILBERT_NER)


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 20, b"{}", b"\x42\xff\xff\xff\xff\x0f", b"\x0b"]
)
def test_a_file_without_operators_names_no_opset(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(NoGraph):
        opset_of(tmp_path / "model.onnx")


def test_a_text_is_written_anew_token_by_token_until_the_end(tmp_path: Path) -> None:
    bring_writer(tmp_path / "bart")
    written = rewrite(load_brought(str(tmp_path), BART), "The bill. " * 30, 10)
    assert written.text == "ada lovelace pays the bill ."
    assert written.ended == "stop"
    assert (written.tokens_in, written.tokens_out) == (16, 6)


@pytest.mark.parametrize(
    ("generation", "seconds", "ended", "tokens"),
    [({"most_tokens": 2}, 10, "length", 2), ({}, 0, "time", 0), ({"end": [0]}, 10, "length", 20)],
)
def test_writing_ends_by_its_tokens_and_its_time(
    tmp_path: Path, generation: dict[str, Any], seconds: float, ended: str, tokens: int
) -> None:
    bring_writer(tmp_path / "bart", **generation)
    written = rewrite(load_brought(str(tmp_path), BART), "the bill", seconds)
    assert (written.ended, written.tokens_out) == (ended, tokens)


def test_a_row_of_tokens_is_written_once_where_the_manifest_says_so(tmp_path: Path) -> None:
    bring_writer(tmp_path / "often" / "bart", end=[0], most_tokens=12)
    bring_writer(tmp_path / "once" / "bart", end=[0], most_tokens=12, no_repeat=2)
    often, once = (
        rewrite(load_brought(str(tmp_path / each), BART), "the bill", 10).text
        for each in ("often", "once")
    )
    assert often.count("ada lovelace") == 2
    assert once.count("ada lovelace") == 1


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
