"""API keys: made, listed, rotated, revoked."""

from functions.identity.aggregates import KEYS, MEMBERS, RUN
from functions.identity.rules import api_key
from functions.identity.rules.api_key import KeyBody, WrittenKey
from functions.identity.rules.secrets import new_secret
from functions.identity.rules.tenant import check_current
from functions.identity.views import KeyPage, KeyView, NewKey
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.storage.idempotency import IdempotencyKey


async def make_key(caller: Caller, body: KeyBody) -> NewKey:
    """A new key, with its secret. Raises Forbidden, Invalid. An idempotency key would have to keep
    the secret, so the call takes none."""
    secret = new_secret()

    async def use_case(work: Command) -> KeyView:
        member = await work.find(MEMBERS, caller.principal)
        check_current(caller.actor, member)
        step = api_key.make(new_id("key", work.at), body, secret, member, work.at)
        work.rely_on(MEMBERS, caller.principal)
        await work.save(step)
        return KeyView.of(step.state)

    view = await RUN.command(caller, IdempotencyKey(caller), use_case, KeyView)
    return _with_secret(caller, view, secret)


async def list_keys(caller: Caller, limit: int, cursor: str | None) -> KeyPage:
    """The tenant's keys without their secrets, newest first."""
    page = await RUN.page(caller, KEYS, order_by=("created_at",), limit=limit, cursor=cursor)
    items = tuple(KeyView.of(each) for each in page.items)
    return KeyPage(items=items, next_cursor=page.next_cursor)


async def rotate_key(caller: Caller, key_id: str) -> NewKey:
    """The key with another secret; the earlier one is taken for 24 hours. Raises NotFound,
    Forbidden for all but its maker, VersionConflict."""
    secret = new_secret()

    async def use_case(work: Command) -> KeyView:
        key = await work.get(KEYS, key_id)
        step = api_key.rotate(key, secret, caller.principal, work.at)
        await work.save(step)
        return KeyView.of(step.state)

    about = (KEYS, key_id)
    view = await RUN.command(caller, IdempotencyKey(caller), use_case, KeyView, about=about)
    return _with_secret(caller, view, secret)


async def revoke_key(caller: Caller, key: IdempotencyKey, key_id: str) -> KeyView:
    """The revoked key. Raises NotFound, Forbidden for all but its maker and admins."""

    async def use_case(work: Command) -> KeyView:
        found = await work.get(KEYS, key_id)
        if found.principal_id != caller.principal:
            check_current(caller.actor, await work.find(MEMBERS, caller.principal))
        saved = await work.save(*api_key.revoke(found, caller.principal, work.at))
        return KeyView.of(saved[-1] if saved else found)

    return await RUN.command(caller, key, use_case, KeyView, about=(KEYS, key_id))


def _with_secret(caller: Caller, view: KeyView, secret: str) -> NewKey:
    text = WrittenKey(caller.tenant_id, view.key_id, secret).text
    return NewKey(**view.model_dump(), secret=text)
