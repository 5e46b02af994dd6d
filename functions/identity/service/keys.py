"""API keys: made, listed, rotated, revoked."""

from functions.identity.aggregates import KEYS, MEMBERS, RUN
from functions.identity.rules import api_key, service_principal
from functions.identity.rules.api_key import KeyBody, WrittenKey
from functions.identity.rules.secrets import new_secret
from functions.identity.rules.tenant import check_current
from functions.identity.service.tenants import control_of
from functions.identity.views.keys import KeyPage, KeyView, NewKey
from shared.agents import read_agent_alone
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.ids import is_id, new_id
from shared.storage.idempotency import IdempotencyKey


async def make_key(caller: Caller, body: KeyBody) -> NewKey:
    """A new key, with its secret: the caller's own, or, from an admin, that of a new service or of
    one that there is. With a token for a workspace the key belongs to that workspace, and so does a
    new service. Raises Forbidden, also for scopes that the caller's token does not have, and
    Invalid. An idempotency key would have to keep the secret, so the call takes none."""
    secret = new_secret()

    async def use_case(work: Command) -> KeyView:
        member = await work.find(MEMBERS, caller.principal)
        check_current(caller.actor, member, work.at, caller.workspace_id)
        await _check_agent(work, body.agent_id)
        key_id = new_id("key", work.at)
        if service_principal.concerns_service(body):
            steps = await _of_service(work, key_id, body, secret)
        else:
            within = caller.workspace_id
            steps = [api_key.make(key_id, body, secret, member, caller.scopes, work.at, within)]
        work.rely_on(MEMBERS, caller.principal)
        saved = await work.save(*steps)
        return KeyView.of(saved[-1])

    view = await RUN.command(caller, use_case, KeyView)
    return _with_secret(caller, view, secret)


async def list_keys(caller: Caller, limit: int, cursor: str | None) -> KeyPage:
    """The keys that the caller's token opens, without their secrets, newest first."""
    page = await RUN.page(caller, KEYS, order_by=("created_at",), limit=limit, cursor=cursor)
    return page.shown(KeyPage, KeyView.of)


async def rotate_key(caller: Caller, key_id: str) -> NewKey:
    """The key with another secret; the earlier one is taken for 24 hours. Raises NotFound,
    Forbidden for all but its maker, or admins where it is a service's, and for a token that does
    not have all scopes of the key; VersionConflict."""
    secret = new_secret()

    async def use_case(work: Command) -> KeyView:
        key = await work.get(KEYS, key_id)
        by = caller.principal
        if service_principal.is_service(key.principal_id):
            service_principal.check_admin(caller.actor)
            check_current(caller.actor, await work.find(MEMBERS, by), work.at, caller.workspace_id)
            work.rely_on(MEMBERS, by)
            by = key.principal_id
        step = api_key.rotate(key, secret, by, caller.scopes, work.at)
        await work.save(step)
        return KeyView.of(step.state)

    about = (KEYS, key_id)
    view = await RUN.command(caller, use_case, KeyView, about=about)
    return _with_secret(caller, view, secret)


async def revoke_key(caller: Caller, key: IdempotencyKey, key_id: str) -> KeyView:
    """The revoked key. Raises NotFound, Forbidden for all but its maker and admins."""

    async def use_case(work: Command) -> KeyView:
        found = await work.get(KEYS, key_id)
        if found.principal_id != caller.principal:
            member = await work.find(MEMBERS, caller.principal)
            check_current(caller.actor, member, work.at, caller.workspace_id)
        control = await control_of(work)
        steps = api_key.revoke(found, control, caller.principal, work.at)
        return KeyView.of(await work.save_change(found, *steps))

    return await RUN.command(caller, use_case, KeyView, key=key, about=(KEYS, key_id))


async def _of_service(
    work: Command, key_id: str, body: KeyBody, secret: str
) -> list[service_principal.Step]:
    service_principal.check_admin(work.caller.actor)
    given, within = work.caller.scopes, work.caller.workspace_id
    if body.principal_id is None:
        new = new_id(service_principal.PREFIX, work.at)
        return service_principal.make(new, key_id, body, secret, given, work.at, within)
    service = await work.find(MEMBERS, body.principal_id)
    work.rely_on(MEMBERS, body.principal_id)
    return service_principal.add_key(key_id, body, secret, service, given, work.at, within)


async def _check_agent(work: Command, agent_id: str | None) -> None:
    """Raises Invalid for an agent that lies elsewhere than the key would, or nowhere."""
    if agent_id is None:
        return
    agent = await read_agent_alone(work.store, agent_id) if is_id("agt", agent_id) else None
    if agent is None or agent.state.workspace_id != work.caller.workspace_id:
        told = "is no agent here: send the id of one, as GET /v1/agents lists them"
        raise Invalid(FieldError("agent_id", told))


def _with_secret(caller: Caller, view: KeyView, secret: str) -> NewKey:
    text = WrittenKey(caller.tenant_id, view.key_id, secret).text
    return NewKey(**view.model_dump(), secret=text)
