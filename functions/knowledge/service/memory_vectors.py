"""Vectors of facts and questions, where the model of embeddings is there."""

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from functions.knowledge.embeddings import embedder
from functions.knowledge.rules.vectors import packed
from shared.kit.errors import Unavailable
from shared.runtime import logs

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray


class Embedding(NamedTuple):
    """A vector, and the SHA-256 of the model that made it: those of two models say nothing of each
    other."""

    vector: "NDArray[numpy.float32]"
    model: str

    @property
    def text(self) -> str:
        """The vector as a shelf keeps it."""
        return packed(self.vector)


async def embed(text: str) -> Embedding | None:
    """The text's vector; None in a process without the model: what is kept meanwhile is compared
    once there is one."""
    try:
        model = await embedder()
    except Unavailable as absent:
        logs.note(embeddings=absent.detail)
        return None
    return Embedding(await asyncio.to_thread(model.embed, text), model.model_sha256)
