"""Vectors of facts and questions, where the model of embeddings is there."""

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from functions.knowledge.rules.vectors import packed
from shared.runtime import logs

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


class Embedded(NamedTuple):
    """A vector, and the SHA-256 of the model that made it: those of two models say nothing of each
    other."""

    vector: "NDArray[numpy.float32]"
    model: str

    @property
    def text(self) -> str:
        """The vector as a shelf keeps it."""
        return packed(self.vector)


async def embed(text: str) -> Embedded | None:
    """The text's vector; None in a process without the model: what is kept meanwhile is compared
    once there is one."""
    return await asyncio.to_thread(_embedded, text)


def _embedded(text: str) -> Embedded | None:
    from shared.embeddings.embedder import Embedder, ModelAbsentError

    try:
        embedder = Embedder.load()
    except ModelAbsentError as absent:
        logs.note(embeddings=str(absent))
        return None
    return Embedded(embedder.embed(text), embedder.model_sha256)
