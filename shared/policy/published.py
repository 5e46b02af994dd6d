"""The policies that a tenant has published, kept prepared in each process for a few tenants."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable
from typing import NamedTuple

from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.models import Model
from shared.policy.engine import Policies
from shared.policy.platform import platform_policies, policies_with
from shared.policy.sources import Source
from shared.storage.collections import Collection
from shared.storage.firestore import TenantStore

# `functions/policy` alone writes it, in the commit that publishes.
COLLECTION = Collection("published_policies")
PUBLISHED = "current"
# In which a version is noticed of which the control document does not learn.
TRUSTED_SECONDS = 300.0
MOST_TENANTS = 64


class Published(Model):
    """What a tenant has published: all its policies, as their document holds them in `state`. Each
    publication has the next version."""

    version: int
    sources: tuple[Source, ...]

    @property
    def id(self) -> str:
        """One for each tenant."""
        return PUBLISHED


class _Known(NamedTuple):
    policies: Policies
    version: int
    # The version that was read, or the later one that was then asked for.
    up_to: int
    read_at: float

    def answers(self, at_least: int) -> bool:
        return at_least <= self.up_to and time.monotonic() - self.read_at < TRUSTED_SECONDS


_known: OrderedDict[str, _Known] = OrderedDict()
_reading: dict[tuple[str, int, asyncio.AbstractEventLoop], asyncio.Task[Policies]] = {}


async def policies_of(tenant_id: str, at_least: int) -> Policies:
    """The policies that hold in the tenant, of the version `at_least`, which its control document
    says, or a later one: read again for a version that this process does not hold, and after five
    minutes. A prepared set is kept until its version changes or other tenants need the room. Raises
    Unavailable, and PolicyInvalid where what is published does not fit this release: nothing is
    allowed then."""
    if tenant_id == PLATFORM_TENANT:
        return platform_policies()
    known = _known.get(tenant_id)
    if known is not None and known.answers(at_least):
        _known.move_to_end(tenant_id)
        return known.policies
    return await _once(tenant_id, at_least)


def forget() -> None:
    """Lets the next request read again."""
    _known.clear()


def _once(tenant_id: str, at_least: int) -> Awaitable[Policies]:
    """One reading for all requests that wait for one version; one that gives up ends nobody
    else's."""
    key = (tenant_id, at_least, asyncio.get_running_loop())
    task = _reading.get(key)
    if task is None:
        task = _reading[key] = asyncio.create_task(_read(tenant_id, at_least))
        task.add_done_callback(lambda _: _reading.pop(key, None))
    return asyncio.shield(task)


async def _read(tenant_id: str, at_least: int) -> Policies:
    read_at = time.monotonic()
    document = await TenantStore(tenant_id).get(COLLECTION.name, PUBLISHED)
    known = _known.get(tenant_id)
    if document is None:
        policies, version = platform_policies(), 0
    else:
        published = Published.model_validate_json(document.data["state"])
        version = published.version
        is_current = known is not None and known.version == version
        policies = known.policies if known and is_current else _prepared(published)
    # A reading that began earlier may end later.
    if known is None or known.read_at <= read_at:
        _known[tenant_id] = _Known(policies, version, max(version, at_least), read_at)
    _known.move_to_end(tenant_id)
    while len(_known) > MOST_TENANTS:
        _known.popitem(last=False)
    return policies


def _prepared(published: Published) -> Policies:
    return policies_with(published.sources, published.version)
