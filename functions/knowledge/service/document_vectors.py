"""Embeds what of a document has no vector of the current model."""

from typing import NamedTuple

from functions.knowledge.embeddings import model_of, vectors_of, written
from functions.knowledge.store import DocumentPlace, keep_vectors, unembedded

TOGETHER = 32
# A delivery ends within minutes, also on a slow processor.
MOST_LOTS = 100


class EmbeddingProgress(NamedTuple):
    """The SHA-256 of the model, and whether all chunks have its vectors."""

    model: bytes
    is_whole: bool


async def embed_missing(place: DocumentPlace, most_lots: int = MOST_LOTS) -> EmbeddingProgress:
    """Embeds some chunks at a time, and keeps each lot: a process that dies loses one lot. What
    has a vector of another model gets one of this. Raises Unavailable."""
    model = await model_of()
    for _ in range(most_lots):
        left = await unembedded(place, model, TOGETHER)
        if not left:
            return EmbeddingProgress(model, is_whole=True)
        vectors = await vectors_of([each.text for each in left])
        lot = [(each.chunk_id, written(vector)) for each, vector in zip(left, vectors, strict=True)]
        await keep_vectors(place, model, lot)
    return EmbeddingProgress(model, is_whole=False)
