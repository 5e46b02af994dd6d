"""What texts mean, as vectors: by the model of this process, in a thread of its own."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.embeddings.embedder import Embedder
from shared.inference.loading import ModelAbsentError
from shared.kit.errors import Unavailable
from shared.kit.last_used import LastUsed

if TYPE_CHECKING:
    from numpy import floating
    from numpy.typing import NDArray

# By tenant and question: nobody learns by the time of an answer what others asked.
_remembered: "LastUsed[tuple[str, str], NDArray[floating]]" = LastUsed(1_000)


async def embedder(instead: str = "search in the mode text") -> Embedder:
    """The model, loaded once. Raises Unavailable where this deployment has none, which says what
    to do `instead`."""
    try:
        return await asyncio.to_thread(Embedder.load)
    except ModelAbsentError as error:
        raise Unavailable(f"the model of embeddings is not there: {instead}") from error


async def model_of() -> bytes:
    """The SHA-256 of the model. Raises Unavailable."""
    return bytes.fromhex((await embedder()).model_sha256)


async def vector_of(tenant_id: str, text: str) -> "NDArray[floating]":
    """The vector of a tenant's question. Raises Unavailable."""
    key = (tenant_id, text)
    if (known := _remembered.find(key)) is not None:
        return known
    model = await embedder()
    return _remembered.keep(key, await asyncio.to_thread(model.embed, text))


async def vectors_of(texts: Sequence[str]) -> "NDArray[floating]":
    """The vectors of chunks, a row for each. Raises Unavailable."""
    model = await embedder()
    return await asyncio.to_thread(model.embed_all, list(texts))


def written(vector: "NDArray[floating]") -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{each:.6f}" for each in vector.tolist()) + "]"
