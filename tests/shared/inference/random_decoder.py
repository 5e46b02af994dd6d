"""A decoder of a few kilobytes with random weights and a real cache, as an operator would bring
Phi-3: what it reads it adds to what it was given, and looks at both."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel

from tests.shared.inference.random_models import OPSET, write_manifest

LAYERS, HEADS, WIDTH = 2, 2, 4
SIZE = HEADS * WIDTH
MARKS = ("<s>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
BYTES = sorted(ByteLevel.alphabet())
VOCABULARY = {each: place for place, each in enumerate([*BYTES, *MARKS])}
# As much as it reads, and more than any test lets it read at once.
LONGEST = 400
_INT, _FLOAT = TensorProto.INT64, TensorProto.FLOAT
_NUMBERS = {
    "one": [1],
    "two": [2],
    "minus": -1,
    "end": [2**31],
    "heads": [1, -1, HEADS, WIDTH],
    "flat": [1, -1, SIZE],
    "axis": 1,
    "place": [1],
    "nothing": [0],
}
_LETTERS = [VOCABULARY[each] for each in "abcdefghijklmnopqrstuvwxyz"]


def decoder_tokenizer(*, takes_right: bool = True, lacks: str = "") -> Tokenizer:
    """A tokenizer of bytes, one token each, and the marks of Phi-3's template, which are no text
    and, as those of Phi-3, take the spaces behind them."""
    made = Tokenizer(BPE(vocab=dict(VOCABULARY), merges=[]))
    made.pre_tokenizer = ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = ByteDecoder()
    made.add_special_tokens(
        [AddedToken(each, rstrip=takes_right, special=True) for each in MARKS if each != lacks]
    )
    return made


def bring_decoder(
    folder: Path,
    *,
    positions: bool = True,
    forgets: bool = False,
    takes_right: bool = True,
    lacks: str = "",
    longest: int = LONGEST,
    **generation: Any,
) -> Path:
    """The decoder with its tokenizer and manifest. It writes letters, and which ones depends on all
    that it has read. It takes `position_ids`, or counts the mask; where it `forgets`, it gives back
    only what it read last."""
    folder.mkdir(parents=True, exist_ok=True)
    graph = _graph(positions=positions, forgets=forgets)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))
    write_manifest(
        folder,
        tokenizer=decoder_tokenizer(takes_right=takes_right, lacks=lacks),
        name="random decoder",
        architecture="decoder",
        longest=longest,
        generation={
            "start": [VOCABULARY["<s>"]],
            "end": [VOCABULARY["<|end|>"]],
            "most_tokens": 60,
            **generation,
        },
        graphs={
            "model": {
                "file": "model.onnx",
                "opset": OPSET,
                "inputs": [_said(each) for each in graph.input],
                "outputs": [_said(each) for each in graph.output],
            }
        },
    )
    return folder


class _Nodes:
    """The nodes of a decoder in their order, with the weights that they read."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(23)
        self.made: list[onnx.NodeProto] = []
        self.weights: dict[str, Any] = {
            "embedded": self.random.normal(0, 1, (len(VOCABULARY), SIZE)),
            "placed": self.random.normal(0, 1, (LONGEST * 2, SIZE)),
            "out": self.random.normal(0, 3, (SIZE, len(VOCABULARY))),
            "letters": np.full(len(VOCABULARY), -200.0),
            "far": np.array(-1e9),
            "scale": np.array(WIDTH**0.5),
        }
        self.weights["letters"][_LETTERS] = 0.0

    def add(self, kind: str, inputs: str, output: str, **more: Any) -> None:
        self.made.append(helper.make_node(kind, inputs.split(), [output], **more))

    def add_places(self, *, positions: bool) -> None:
        """The place of each token that it looks at, and of each that it reads: `seen` says which
        come before which."""
        self.add("CumSum", "attention_mask axis", "counted")
        self.add("Add", "counted minus", "key_places")
        if positions:
            self.add("Identity", "position_ids", "places")
        else:
            self.add("Shape", "input_ids", "shape")
            self.add("Gather", "shape place", "read")
            self.add("Sub", "nothing read", "first")
            self.add("Slice", "key_places first end one", "places")
        self.add("Unsqueeze", "key_places one", "keys_row")
        self.add("Unsqueeze", "places two", "places_column")
        self.add("LessOrEqual", "keys_row places_column", "before")
        self.add("Unsqueeze", "before one", "seen")

    def add_layer(self, at: int, *, forgets: bool) -> None:
        """From `x0` to `x1`, for the first one."""
        add = self.add
        for name in ("q", "k", "v", "o"):
            self.weights[f"{name}{at}"] = self.random.normal(0, 0.7, (SIZE, SIZE))
        for name in ("q", "k", "v"):
            add("MatMul", f"x{at} {name}{at}", f"{name}_flat{at}")
            add("Reshape", f"{name}_flat{at} heads", f"{name}_heads{at}")
            add("Transpose", f"{name}_heads{at}", f"{name}_new{at}", perm=[0, 2, 1, 3])
        for name, kind in (("k", "key"), ("v", "value")):
            past, present = f"past_key_values.{at}.{kind}", f"present.{at}.{kind}"
            add("Concat", f"{past} {name}_new{at}", f"{name}_all{at}", axis=2)
            given = f"{name}_new{at}" if forgets else f"{name}_all{at}"
            add("Identity", given, present)
        add("Transpose", f"k_all{at}", f"turned{at}", perm=[0, 1, 3, 2])
        add("MatMul", f"q_new{at} turned{at}", f"near{at}")
        add("Div", f"near{at} scale", f"scaled{at}")
        add("Where", f"seen scaled{at} far", f"masked{at}")
        add("Softmax", f"masked{at}", f"shares{at}", axis=-1)
        add("MatMul", f"shares{at} v_all{at}", f"mixed{at}")
        add("Transpose", f"mixed{at}", f"mixed_heads{at}", perm=[0, 2, 1, 3])
        add("Reshape", f"mixed_heads{at} flat", f"joined{at}")
        add("MatMul", f"joined{at} o{at}", f"told{at}")
        add("Add", f"x{at} told{at}", f"sum{at}")
        add("Tanh", f"sum{at}", f"x{at + 1}")

    @property
    def held(self) -> list[onnx.TensorProto]:
        """The weights and the numbers that a node reads."""
        found = [
            *(
                numpy_helper.from_array(np.asarray(v, np.float32), n)
                for n, v in self.weights.items()
            ),
            *(numpy_helper.from_array(np.asarray(v, np.int64), n) for n, v in _NUMBERS.items()),
        ]
        used = {name for node in self.made for name in node.input}
        return [each for each in found if each.name in used]


def _graph(*, positions: bool, forgets: bool) -> onnx.GraphProto:
    nodes = _Nodes()
    nodes.add_places(positions=positions)
    nodes.add("Gather", "embedded input_ids", "words")
    nodes.add("Gather", "placed places", "of_places")
    nodes.add("Add", "words of_places", "x0")
    for layer in range(LAYERS):
        nodes.add_layer(layer, forgets=forgets)
    nodes.add("MatMul", f"x{LAYERS} out", "free")
    nodes.add("Add", "free letters", "logits")
    logits = helper.make_tensor_value_info("logits", _FLOAT, ["batch", "sequence", len(VOCABULARY)])
    return helper.make_graph(
        nodes.made,
        "decoder",
        [*_takes(positions), *_cache("past_key_values", "past")],
        [logits, *_cache("present", "total")],
        nodes.held,
    )


def _takes(positions: bool) -> Iterator[onnx.ValueInfoProto]:
    yield helper.make_tensor_value_info("input_ids", _INT, ["batch", "sequence"])
    yield helper.make_tensor_value_info("attention_mask", _INT, ["batch", "total"])
    if positions:
        yield helper.make_tensor_value_info("position_ids", _INT, ["batch", "sequence"])


def _cache(name: str, length: str) -> Iterator[onnx.ValueInfoProto]:
    for layer in range(LAYERS):
        for kind in ("key", "value"):
            shape: list[str | int | None] = ["batch", HEADS, length, WIDTH]
            yield helper.make_tensor_value_info(f"{name}.{layer}.{kind}", _FLOAT, shape)


def _said(info: onnx.ValueInfoProto) -> dict[str, Any]:
    found = info.type.tensor_type
    shape = [each.dim_param or each.dim_value for each in found.shape.dim]
    kind = "int64" if found.elem_type == _INT else "float"
    return {"name": info.name, "type": kind, "shape": shape}
