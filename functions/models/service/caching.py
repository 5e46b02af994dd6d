"""Keeps answers for the same call again: `tenants/{tenant}/model_answers/{name}`, sealed under the
key of whoever called, and removed by Firestore some time after they end."""

from datetime import datetime, timedelta
from typing import NamedTuple

from functions.models.aggregates import ANSWERS
from functions.models.rules.caching import MOST_KEPT_BYTES, is_current
from functions.models.rules.route import ModelRoute
from shared.kit.callers import Caller
from shared.kit.instants import format_instant, parse_instant
from shared.kit.sealing import ERASED
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.subject_keys import opened, sealed


class Kept(NamedTuple):
    """An answer that was kept: its bytes, and the call that it was given to first."""

    body: bytes
    call_id: str


async def find_kept(caller: Caller, name: str, route: ModelRoute, at: datetime) -> Kept | None:
    """The answer of that name, where the route gives it still and its key was not erased. One read.
    Raises Unavailable, SealBroken."""
    document = await TenantStore(caller.tenant_id).get(ANSWERS.name, name)
    if document is None or not is_current(parse_instant(document.data["kept_at"]), route, at):
        return None
    text = await opened(caller.tenant_id, document.data["sealed"])
    return None if text == ERASED else Kept(text.encode(), document.data["call_id"])


async def answer_to_keep(
    caller: Caller, name: str, route: ModelRoute, answer: bytes, call_id: str, at: datetime
) -> Batch:
    """The write that keeps the answer; none for one that is too long. Raises Unavailable."""
    batch = Batch()
    if len(answer) > MOST_KEPT_BYTES or route.cache_seconds is None:
        return batch
    fields = {
        "sealed": await sealed(caller.tenant_id, caller.principal, answer.decode(), at),
        "call_id": call_id,
        "kept_at": format_instant(at),
        "expire_at": at + timedelta(seconds=route.cache_seconds),
    }
    batch.put(ANSWERS.name, name, fields)
    return batch
