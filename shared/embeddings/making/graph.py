"""Builds the ONNX graph of all-MiniLM-L6-v2 from its published weights."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

OPSET = 20
# The width of each of the twelve heads.
HEAD_WIDTH = 32
EPSILON = 1e-12


class _Graph:
    """Collects nodes; each method gives the name of the value that it adds."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._weights = weights
        self.width: int = weights["embeddings.LayerNorm.weight"].size
        self.layers = len({name.split(".")[2] for name in weights if name.startswith("encoder.")})
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}

    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        name = f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
        return name

    def weight(self, name: str, *, turned: bool = False) -> str:
        if name not in self.initializers:
            value = self._weights[name]
            self.initializers[name] = numpy_helper.from_array(
                np.ascontiguousarray(value.T if turned else value), name
            )
        return name

    def constant(self, value: object, kind: type = np.int64) -> str:
        name = f"constant_{len(self.initializers)}"
        self.initializers[name] = numpy_helper.from_array(np.array(value, dtype=kind), name)
        return name

    def dense(self, of: str, layer: str) -> str:
        product = self.add("MatMul", of, self.weight(f"{layer}.weight", turned=True))
        return self.add("Add", product, self.weight(f"{layer}.bias"))

    def normalised(self, of: str, layer: str) -> str:
        scale, shift = self.weight(f"{layer}.weight"), self.weight(f"{layer}.bias")
        return self.add("LayerNormalization", of, scale, shift, axis=-1, epsilon=EPSILON)

    def in_heads(self, of: str) -> str:
        """(batch, heads, tokens, width of a head)."""
        split = self.add("Reshape", of, self.constant([0, 0, self.width // HEAD_WIDTH, HEAD_WIDTH]))
        return self.add("Transpose", split, perm=[0, 2, 1, 3])


def build_graph(weights: Path) -> onnx.ModelProto:
    """The graph: `input_ids` and `attention_mask`, both int64 (batch, tokens), to `embedding`,
    float32 (batch, 384) of length 1."""
    graph = _Graph(load_file(weights))
    hidden = _embedded(graph)
    bias = _bias(graph)
    for number in range(graph.layers):
        hidden = _layer(graph, hidden, bias, f"encoder.layer.{number}")
    _pooled(graph, hidden)
    shape = ["batch", "tokens"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, shape)
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", graph.width])
    ]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, list(graph.initializers.values())
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=10,
    )
    onnx.checker.check_model(model)
    return model


def _embedded(graph: _Graph) -> str:
    words = graph.add("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    # Not Range and Gather, which onnxruntime breaks; all tokens are of the first type.
    count = graph.add("Shape", "input_ids", start=1, end=2)
    positions = graph.add(
        "Slice",
        graph.weight("embeddings.position_embeddings.weight"),
        graph.constant([0]),
        count,
        graph.constant([0]),
    )
    kind = graph.add(
        "Gather", graph.weight("embeddings.token_type_embeddings.weight"), graph.constant(0)
    )
    placed = graph.add("Add", graph.add("Add", words, positions), kind)
    return graph.normalised(placed, "embeddings.LayerNorm")


def _bias(graph: _Graph) -> str:
    """What is added to the scores: nothing for a token, a very low number for padding."""
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    wide = graph.add("Unsqueeze", mask, graph.constant([1, 2]))
    absent = graph.add("Sub", graph.constant(1.0, np.float32), wide)
    return graph.add("Mul", absent, graph.constant(-10000.0, np.float32))


def _layer(graph: _Graph, hidden: str, bias: str, layer: str) -> str:
    attention = f"{layer}.attention"
    query, key, value = (
        graph.in_heads(graph.dense(hidden, f"{attention}.self.{part}"))
        for part in ("query", "key", "value")
    )
    scores = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 1, 3, 2]))
    scaled = graph.add("Div", scores, graph.constant(HEAD_WIDTH**0.5, np.float32))
    weighed = graph.add("Softmax", graph.add("Add", scaled, bias), axis=-1)
    seen = graph.add("Transpose", graph.add("MatMul", weighed, value), perm=[0, 2, 1, 3])
    joined = graph.add("Reshape", seen, graph.constant([0, 0, graph.width]))
    attended = graph.add("Add", graph.dense(joined, f"{attention}.output.dense"), hidden)
    hidden = graph.normalised(attended, f"{attention}.output.LayerNorm")
    wide = graph.add("Gelu", graph.dense(hidden, f"{layer}.intermediate.dense"))
    narrow = graph.add("Add", graph.dense(wide, f"{layer}.output.dense"), hidden)
    return graph.normalised(narrow, f"{layer}.output.LayerNorm")


def _pooled(graph: _Graph, hidden: str) -> None:
    """The mean of the tokens, of length 1."""
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    wide = graph.add("Unsqueeze", mask, graph.constant([2]))
    axis = graph.constant([1])
    total = graph.add("ReduceSum", graph.add("Mul", hidden, wide), axis, keepdims=0)
    count = graph.add("ReduceSum", wide, axis, keepdims=0)
    mean = graph.add("Div", total, count)
    length = graph.add("ReduceL2", mean, graph.constant([1]), keepdims=1)
    graph.nodes.append(helper.make_node("Div", [mean, length], ["embedding"], name="embedding"))
