"""Models of a few kilobytes with random weights, as an operator would bring them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

WORDS = ("[UNK]", "[CLS]", "[SEP]", "ada", "lovelace", "pays", "the", "bill", ".")
WIDTH = 4
LABELS = ("O", "B-PER", "I-PER")
OPSET = 17
TOKENIZER = "tokenizer.json"
INT, FLOAT = TensorProto.INT64, TensorProto.FLOAT


def word_tokenizer() -> Tokenizer:
    """A tokenizer of these words, one token each."""
    vocabulary = {word: place for place, word in enumerate(WORDS)}
    made = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = BertPreTokenizer()
    marks = [(each, vocabulary[each]) for each in ("[CLS]", "[SEP]")]
    made.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=marks)
    made.add_special_tokens(["[CLS]", "[SEP]", "[UNK]"])
    return made


def bring_labeller(folder: Path, tokens: int | str = "n") -> Path:
    """What labels `ada` and `bill` B-PER and `lovelace` I-PER: its weights say so, and are else
    random. It reads any number of tokens, or that one alone."""
    random = np.random.default_rng(7)
    table = random.normal(0, 0.1, (len(WORDS), len(LABELS))).astype(np.float32)
    table[:, 0] += 9
    for word in ("ada", "bill"):
        table[WORDS.index(word)] = (0, 9, 0)
    table[WORDS.index("lovelace")] = (0, 0, 9)
    mask = [
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
        helper.make_node("Mul", ["looked_up", "column"], ["logits"]),
    ]
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["looked_up"]), *mask],
        "labels",
        [_info("input_ids", INT, tokens), _info("attention_mask", INT, tokens)],
        [_info("logits", FLOAT, tokens, len(LABELS))],
        [_weights("table", table), _weights("last", np.array([2], dtype=np.int64))],
    )
    _save(folder, "model.onnx", graph)
    return write_manifest(
        folder,
        name="random labels",
        architecture="token_classification",
        labels=LABELS,
        graphs={
            "model": {
                "file": "model.onnx",
                "opset": OPSET,
                "inputs": [_ids("input_ids"), _ids("attention_mask")],
                "outputs": [_floats("logits", len(LABELS))],
            }
        },
    )


def _encoder(random: np.random.Generator) -> onnx.GraphProto:
    """One whose states are random, and those of the tokens that it is to read."""
    return helper.make_graph(
        [
            helper.make_node("Gather", ["embedded", "input_ids"], ["looked_up"]),
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=FLOAT),
            helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
            helper.make_node("Mul", ["looked_up", "column"], ["last_hidden_state"]),
        ],
        "encoder",
        [_info("input_ids", INT, "n"), _info("attention_mask", INT, "n")],
        [_info("last_hidden_state", FLOAT, "n", WIDTH)],
        [
            _weights("embedded", random.normal(0, 1, (len(WORDS), WIDTH)).astype(np.float32)),
            _weights("last", np.array([2], dtype=np.int64)),
        ],
    )


def _decoder() -> onnx.GraphProto:
    """One whose scores are those of its last token's row in a table, and the mean of the states."""
    follows = np.zeros((len(WORDS), len(WORDS)), dtype=np.float32)
    for word, following in zip((2, 3, 4, 5, 6, 7, 8), (3, 4, 5, 6, 7, 8, 2), strict=True):
        follows[word, following] = 9
    return helper.make_graph(
        [
            helper.make_node("Gather", ["follows", "input_ids"], ["rows"]),
            helper.make_node("ReduceMean", ["encoder_hidden_states"], ["mean"], keepdims=1),
            helper.make_node("Cast", ["encoder_attention_mask"], ["mask"], to=FLOAT),
            helper.make_node("ReduceMean", ["mask"], ["read"], keepdims=1),
            helper.make_node("Mul", ["mean", "read"], ["shift"]),
            helper.make_node("Reshape", ["shift", "one"], ["scalar"]),
            helper.make_node("Add", ["rows", "scalar"], ["logits"]),
        ],
        "decoder",
        [
            _info("input_ids", INT, "m"),
            _info("encoder_attention_mask", INT, "n"),
            _info("encoder_hidden_states", FLOAT, "n", WIDTH),
        ],
        [_info("logits", FLOAT, "m", len(WORDS))],
        [_weights("follows", follows), _weights("one", np.array([1], dtype=np.int64))],
    )


def bring_writer(folder: Path, **generation: Any) -> Path:
    """An encoder and a decoder. The decoder's scores are those of its last token's row in a table,
    so that it writes `ada lovelace pays the bill .` and ends, and the mean of the encoder's states,
    which are random."""
    _save(folder, "encoder.onnx", _encoder(np.random.default_rng(11)))
    _save(folder, "decoder.onnx", _decoder())
    states = _floats("encoder_hidden_states", WIDTH)
    return write_manifest(
        folder,
        name="random summaries",
        architecture="encoder_decoder",
        generation={"start": [2], "end": [2], "most_tokens": 20, **generation},
        graphs={
            "encoder": {
                "file": "encoder.onnx",
                "opset": OPSET,
                "inputs": [_ids("input_ids"), _ids("attention_mask")],
                "outputs": [_floats("last_hidden_state", WIDTH)],
            },
            "decoder": {
                "file": "decoder.onnx",
                "opset": OPSET,
                "inputs": [_ids("input_ids"), _ids("encoder_attention_mask"), states],
                "outputs": [_floats("logits", len(WORDS))],
            },
        },
    )


def write_manifest(folder: Path, *, tokenizer: Tokenizer | None = None, **said: Any) -> Path:
    """The manifest of all files of the folder, with a tokenizer, and with what is said beside."""
    (tokenizer or word_tokenizer()).save(str(folder / TOKENIZER))
    files = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.iterdir()}
    whole = {
        "licence": "Apache-2.0",
        "source": "made by a test",
        "tokenizer": TOKENIZER,
        "longest": 16,
        "files": files,
        **said,
    }
    (folder / "manifest.json").write_text(json.dumps(whole))
    return folder


def _save(folder: Path, name: str, graph: onnx.GraphProto) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / name))


def _info(name: str, kind: int, *sizes: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, [1, *sizes])


def _weights(name: str, values: Any) -> onnx.TensorProto:
    return numpy_helper.from_array(values, name)


def _ids(name: str) -> dict[str, Any]:
    return {"name": name, "type": "int64", "shape": [1, "any"]}


def _floats(name: str, width: int) -> dict[str, Any]:
    return {"name": name, "type": "float", "shape": [1, "any", width]}
