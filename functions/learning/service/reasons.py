"""Reads why people refused, and groups it by meaning where the model of embeddings is there."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from functions.learning.rules.reasons import (
    Reasons,
    Refusal,
    reasons_of,
    refusals_in,
    wordings_of,
)
from shared.approvals.past import PastApproval
from shared.embeddings.embedder import Embedder
from shared.inference.loading import ModelAbsentError
from shared.kit.sealing import open_all, subjects_in
from shared.runtime import logs
from shared.storage.firestore import TenantStore
from shared.storage.subject_keys import keys_to_open

if TYPE_CHECKING:
    from functions.learning.rules.groups import Vectors


async def group_reasons(store: TenantStore, approvals: Iterable[PastApproval]) -> Reasons:
    """Why people refused, in groups. `approvals` are the newest first. What was erased is not
    compared; reasons are told sealed, as they are stored. One read for each person whose key this
    process does not know. Raises Unavailable, SealBroken."""
    refusals = await _opened(store, refusals_in(approvals))
    return await asyncio.to_thread(_grouped, refusals)


async def _opened(store: TenantStore, refusals: Sequence[Refusal]) -> list[Refusal]:
    subjects = {whose for each in refusals for whose in subjects_in(each.stored)}
    keys = await keys_to_open(store, subjects) if subjects else {}
    return [each._replace(reason=open_all(each.stored, keys)) for each in refusals]


def _grouped(refusals: Sequence[Refusal]) -> Reasons:
    wordings = wordings_of(refusals)
    return reasons_of(refusals, wordings, _vectors_of(list(wordings)))


def _vectors_of(texts: Sequence[str]) -> "Vectors | None":
    try:
        return Embedder.load().embed_all(texts)
    except ModelAbsentError as absent:
        logs.note(embeddings=str(absent))
        return None
