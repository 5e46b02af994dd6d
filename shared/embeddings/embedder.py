"""Embeds texts with all-MiniLM-L6-v2."""

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.embeddings.files import FOLDER, MODEL, TOKENIZER, TOKENIZER_SHA256

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

# The model was trained on texts of up to so many tokens, its two marks included
# (https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2).
LONGEST = 256
# Beyond these a text is not read: no 256 tokens are longer.
_CHARACTERS = 256 * 200


class ModelAbsentError(RuntimeError):
    """The files of the model are not there, or do not belong together."""


class Embedder:
    """Embeds texts on the processor, without a call to anybody. Any number of threads may use one.

    Vectors of two models cannot be compared: keep `model_sha256` beside each vector. It is the hash
    of the graph and of the tokenizer."""

    width = 384

    def __init__(self, session: "InferenceSession", tokenizer: "Tokenizer", sha256: str) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self.model_sha256 = sha256

    @staticmethod
    def load() -> "Embedder":
        """The embedder of this process, loaded at the first call (0.3 s, 100 MB). Raises
        ModelAbsentError if `make setup` has not made the files."""
        return _loaded(FOLDER)

    def embed(self, text: str) -> "NDArray[numpy.float32]":
        """The vector of a text, float32 (384), of length 1; the same for the same text whatever
        else is embedded. Only the first 256 tokens (some 1,000 characters of English) count, so
        split a longer text before. The model was trained on English; of other languages it knows
        little more than names."""
        import numpy

        found = self._tokenizer.encode(text[:_CHARACTERS])
        inputs = {
            "input_ids": numpy.array([found.ids], dtype=numpy.int64),
            "attention_mask": numpy.ones((1, len(found.ids)), dtype=numpy.int64),
        }
        # One text a call: the numbers that the graph is computed in depend on all texts of one.
        (vectors,) = self._session.run(["embedding"], inputs)
        vector: NDArray[numpy.float32] = vectors[0]
        return vector

    def embed_all(self, texts: Sequence[str]) -> "NDArray[numpy.float32]":
        """The vectors of the texts, float32 (texts, 384), in their order: each is what `embed`
        gives."""
        import numpy

        if not texts:
            return numpy.empty((0, self.width), dtype=numpy.float32)
        return numpy.stack([self.embed(text) for text in texts])


@cache
def _loaded(folder: Path) -> Embedder:
    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer

    try:
        model, words = (folder / MODEL).read_bytes(), (folder / TOKENIZER).read_bytes()
    except FileNotFoundError as missing:
        raise ModelAbsentError(
            f"The model of embeddings is not there ({missing.filename}): make setup makes it."
        ) from missing
    options = SessionOptions()
    options.intra_op_num_threads = _processors()
    # A thread that waits for the next call by looping takes the processor of whoever makes it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
    expected = session.get_modelmeta().custom_metadata_map.get(TOKENIZER_SHA256)
    if hashlib.sha256(words).hexdigest() != expected:
        raise ModelAbsentError(
            f"{folder / TOKENIZER} is not the tokenizer of the model beside it: remove the folder "
            "and say make setup."
        )
    tokenizer = Tokenizer.from_buffer(words)
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return Embedder(session, tokenizer, hashlib.sha256(model).hexdigest())


def _processors() -> int:
    """How many this process may use: onnxruntime takes as many threads as the machine has cores."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
