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


def _graph(*, positions: bool, forgets: bool) -> onnx.GraphProto:
    random = np.random.default_rng(23)
    nodes: list[onnx.NodeProto] = []
    weights: dict[str, Any] = {
        "embedded": random.normal(0, 1, (len(VOCABULARY), SIZE)),
        "placed": random.normal(0, 1, (LONGEST * 2, SIZE)),
        "out": random.normal(0, 3, (SIZE, len(VOCABULARY))),
        "letters": np.full(len(VOCABULARY), -200.0),
        "far": np.array(-1e9),
        "scale": np.array(WIDTH**0.5),
    }
    weights["letters"][_LETTERS] = 0.0
    whole = {
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

    def add(kind: str, inputs: str, output: str, **more: Any) -> None:
        nodes.append(helper.make_node(kind, inputs.split(), [output], **more))

    # The place of each token that it looks at, and of each that it reads.
    add("CumSum", "attention_mask axis", "counted")
    add("Add", "counted minus", "key_places")
    if positions:
        add("Identity", "position_ids", "places")
    else:
        add("Shape", "input_ids", "shape")
        add("Gather", "shape place", "read")
        add("Sub", "nothing read", "first")
        add("Slice", "key_places first end one", "places")
    add("Unsqueeze", "key_places one", "keys_row")
    add("Unsqueeze", "places two", "places_column")
    add("LessOrEqual", "keys_row places_column", "before")
    add("Unsqueeze", "before one", "seen")
    add("Gather", "embedded input_ids", "words")
    add("Gather", "placed places", "of_places")
    add("Add", "words of_places", "x0")
    for layer in range(LAYERS):
        for name in ("q", "k", "v", "o"):
            weights[f"{name}{layer}"] = random.normal(0, 0.7, (SIZE, SIZE))
        for name in ("q", "k", "v"):
            add("MatMul", f"x{layer} {name}{layer}", f"{name}_flat{layer}")
            add("Reshape", f"{name}_flat{layer} heads", f"{name}_heads{layer}")
            add("Transpose", f"{name}_heads{layer}", f"{name}_new{layer}", perm=[0, 2, 1, 3])
        for name, kind in (("k", "key"), ("v", "value")):
            past, present = f"past_key_values.{layer}.{kind}", f"present.{layer}.{kind}"
            add("Concat", f"{past} {name}_new{layer}", f"{name}_all{layer}", axis=2)
            given = f"{name}_new{layer}" if forgets else f"{name}_all{layer}"
            add("Identity", given, present)
        add("Transpose", f"k_all{layer}", f"turned{layer}", perm=[0, 1, 3, 2])
        add("MatMul", f"q_new{layer} turned{layer}", f"near{layer}")
        add("Div", f"near{layer} scale", f"scaled{layer}")
        add("Where", f"seen scaled{layer} far", f"masked{layer}")
        add("Softmax", f"masked{layer}", f"shares{layer}", axis=-1)
        add("MatMul", f"shares{layer} v_all{layer}", f"mixed{layer}")
        add("Transpose", f"mixed{layer}", f"mixed_heads{layer}", perm=[0, 2, 1, 3])
        add("Reshape", f"mixed_heads{layer} flat", f"joined{layer}")
        add("MatMul", f"joined{layer} o{layer}", f"told{layer}")
        add("Add", f"x{layer} told{layer}", f"sum{layer}")
        add("Tanh", f"sum{layer}", f"x{layer + 1}")
    add("MatMul", f"x{LAYERS} out", "free")
    add("Add", "free letters", "logits")
    used = {name for node in nodes for name in node.input}
    held = [
        *(
            numpy_helper.from_array(np.asarray(each, np.float32), name)
            for name, each in weights.items()
        ),
        *(
            numpy_helper.from_array(np.asarray(each, np.int64), name)
            for name, each in whole.items()
        ),
    ]
    return helper.make_graph(
        nodes,
        "decoder",
        [*_takes(positions), *_cache("past_key_values", "past")],
        [
            helper.make_tensor_value_info("logits", _FLOAT, ["batch", "sequence", len(VOCABULARY)]),
            *_cache("present", "total"),
        ],
        [each for each in held if each.name in used],
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
