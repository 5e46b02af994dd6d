"""Embeds texts with all-MiniLM-L6-v2."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.embeddings.files import FOLDER, MODEL, TOKENIZER, TOKENIZER_SHA256
from shared.inference.loading import (
    ModelAbsentError,
    find_file,
    open_session,
    open_tokenizer,
    processors,
    whole,
)

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
_UNKNOWN = "[UNK]"


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
        """The embedder of this process, loaded at the first call (0.3 s, 80 MB). Raises
        ModelAbsentError if `make setup` has not made the files."""
        return _loaded(FOLDER)

    def embed(self, text: str) -> "NDArray[numpy.float32]":
        """The vector of a text, float32 (384), of length 1; the same for the same text whatever
        else is embedded. Only the first 256 tokens (some 1,000 characters of English) count, so
        split a longer text before. The model was trained on English; of other languages it knows
        little more than names."""
        import numpy

        found = self._tokenizer.encode(whole(text[:_CHARACTERS]))
        inputs = {
            "input_ids": numpy.array([found.ids], dtype=numpy.int64),
            "attention_mask": numpy.ones((1, len(found.ids)), dtype=numpy.int64),
        }
        # One text a call: the numbers that the graph is computed in depend on all texts of one.
        (vectors,) = self._session.run(["embedding"], inputs)
        vector: NDArray[numpy.float32] = vectors[0]
        return vector

    def words_and_pieces(self, text: str) -> tuple[int, int]:
        """How many words a text has, and how many pieces of the model's vocabulary they take, those
        that it does not know counted twice: of nearly all English sentences at most 1.5 pieces a
        word, of other languages more. Counts the first 256 tokens."""
        found = self._tokenizer.encode(whole(text[:_CHARACTERS]), add_special_tokens=False)
        pieces: dict[int | None, list[str]] = {}
        for word, piece in zip(found.word_ids, found.tokens, strict=True):
            pieces.setdefault(word, []).append(piece)
        words = [each for each in pieces.values() if any(map(str.isalpha, "".join(each)))]
        return len(words), sum(len(each) + (_UNKNOWN in each) for each in words)

    def embed_all(self, texts: Sequence[str]) -> "NDArray[numpy.float32]":
        """The vectors of the texts, float32 (texts, 384), in their order: each is what `embed`
        gives. As many are embedded at once as this process has processors."""
        import numpy

        if not texts:
            return numpy.empty((0, self.width), dtype=numpy.float32)
        with ThreadPoolExecutor(processors()) as pool:
            return numpy.stack(list(pool.map(self.embed, texts)))


@cache
def _loaded(folder: Path) -> Embedder:
    model = find_file(folder / MODEL, "embeddings")
    words = find_file(folder / TOKENIZER, "embeddings").read_bytes()
    # One thread for each text embeds short texts sooner than all threads for one text after the
    # other.
    session = open_session(model, threads=1)
    expected = session.get_modelmeta().custom_metadata_map.get(TOKENIZER_SHA256)
    if hashlib.sha256(words).hexdigest() != expected:
        raise ModelAbsentError(
            f"{folder / TOKENIZER} is not the tokenizer of the model beside it: remove the folder "
            "and say make setup."
        )
    tokenizer = open_tokenizer(words, LONGEST)
    with model.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return Embedder(session, tokenizer, sha256)
