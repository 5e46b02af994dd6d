"""Keeps answers for the same call again: `tenants/{tenant}/model_answers/{name}`, sealed under the
key of whoever called, and removed by Firestore some time after they end."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from functions.models.aggregates import ANSWERS
from functions.models.rules.cache import MOST_KEPT_BYTES, is_current
from functions.models.rules.route import ModelRoute
from shared.kit.callers import Caller
from shared.kit.instants import format_instant, parse_instant
from shared.kit.sealing import ERASED, SealBroken
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.subject_keys import opened, sealed

_log = logging.getLogger(__name__)


class Kept(NamedTuple):
    """An answer that was kept: its bytes, the call that it was given to first, and the hash of what
    the provider answered that."""

    body: bytes
    call_id: str
    answer_sha256: str


async def find_kept(caller: Caller, name: str, route: ModelRoute, at: datetime) -> Kept | None:
    """The answer of that name, where the route gives it still, its key was not erased and its seal
    holds. One read. Raises Unavailable."""
    document = await TenantStore(caller.tenant_id).get(ANSWERS.name, name)
    if document is None or not is_current(parse_instant(document.data["kept_at"]), route, at):
        return None
    try:
        text = await opened(caller.tenant_id, document.data["sealed"])
    except SealBroken:
        _log.exception("a kept answer cannot be opened: %s", name)
        return None
    if text == ERASED:
        return None
    return Kept(text.encode(), document.data["call_id"], document.data["answer_sha256"])


async def answer_to_keep(
    caller: Caller,
    name: str,
    route: ModelRoute,
    answer: bytes,
    at: datetime,
    *,
    call_id: str,
    answer_sha256: str,
) -> Batch:
    """The write that keeps the answer; none for one that is too long. Raises Unavailable."""
    batch = Batch()
    if len(answer) > MOST_KEPT_BYTES or route.cache_seconds is None:
        return batch
    fields = {
        "sealed": await sealed(caller.tenant_id, caller.principal, answer.decode(), at),
        "call_id": call_id,
        "answer_sha256": answer_sha256,
        "kept_at": format_instant(at),
        "expire_at": at + timedelta(seconds=route.cache_seconds),
    }
    batch.put(ANSWERS.name, name, fields)
    return batch
