"""Embeds what of a document has no vector of the current model."""

from functions.knowledge.meaning import model_of, vectors_of, written
from functions.knowledge.store import Place, keep_vectors, unembedded

TOGETHER = 32


async def embed_missing(place: Place) -> bytes:
    """Embeds some passages at a time, and keeps each lot: a process that dies loses one lot. What
    has a vector of another model gets one of this. The model's SHA-256. Raises Unavailable."""
    model = await model_of()
    while left := await unembedded(place, model, TOGETHER):
        vectors = await vectors_of([each.text for each in left])
        lot = [(each.chunk_id, written(vector)) for each, vector in zip(left, vectors, strict=True)]
        await keep_vectors(place, model, lot)
    return model
