"""Covers new entries by checkpoints: each hour one for every tenant that has some."""

import asyncio
import logging
from datetime import datetime

from functions.audit import store
from functions.audit.rules.chain import lost_since
from functions.audit.rules.checkpoints import kept, opened
from shared.kit.errors import AssentError, SignatureInvalid
from shared.messaging.envelope import Envelope
from shared.storage.secrets import public_keys, signing_key

SIGNING_KEY = "audit-signing-key"
PUBLIC_KEYS = "audit-public-keys"
# What an instance covers well within the time of one request; the next run continues.
MOST_TENANTS = 2_000
AT_ONCE = 8

_log = logging.getLogger(__name__)


class ChainBroken(AssentError):
    """A chain is not what its newest checkpoint says. No retry mends it; a person must look."""

    code = "audit_chain_broken"
    title = "An audit chain is not what was covered"


async def cover_new_entries(schedule: Envelope) -> None:
    """Signs and stores one checkpoint for each tenant with entries that none covers, those that
    wait longest first. A tenant that fails does not stop the others; the first failure is raised at
    the end. Raises Unavailable, ChainBroken."""
    waiting = await store.uncovered_tenants(MOST_TENANTS)
    free = asyncio.Semaphore(AT_ONCE)

    async def one(tenant_id: str) -> None:
        async with free:
            await cover(tenant_id, schedule.received_at)

    outcomes = await asyncio.gather(*map(one, waiting), return_exceptions=True)
    failures = [each for each in outcomes if isinstance(each, BaseException)]
    for failure in failures:
        _log.error("entries of the audit log were not covered", exc_info=failure)
    if failures:
        raise failures[0]


async def cover(tenant_id: str, at: datetime) -> None:
    """Covers a tenant's entries up to the last one, unless the chain contradicts the newest
    checkpoint: to sign what replaced it would hide that. Raises ChainBroken, Unavailable."""
    newest = await store.newest_checkpoint(tenant_id)
    head, hash = await store.read_head_and_hash(tenant_id, newest.number if newest else 0)
    if newest is not None:
        keys = await public_keys(PUBLIC_KEYS, to_verify=[newest.signature])
        try:
            lost = lost_since(opened(newest, tenant_id, keys), hash)
        except SignatureInvalid as error:
            raise ChainBroken(f"{tenant_id}: {error.detail}") from error
        if lost is not None:
            raise ChainBroken(f"{tenant_id}: entry {lost.number}: {lost.why}")
    if newest is None or newest.number < head.number:
        key = await signing_key(SIGNING_KEY)
        await store.store_checkpoint(tenant_id, kept(tenant_id, head.number, head.hash, at, key))
    await store.note_covered(tenant_id, head.number)
