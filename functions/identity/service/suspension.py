"""Suspending, resuming and closing a tenant: each is one commit of its record, its control document
and the event."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from functions.identity.aggregates import CONTROLS, RUN, TENANTS
from functions.identity.rules import suspension
from functions.identity.rules.suspension import SuspensionBody, check_platform_admin
from functions.identity.rules.tenant import NameBody, Tenant, rename
from functions.identity.service.tenants import administered, control_of
from functions.identity.views.tenants import TenantView
from shared.aggregates import Command, Transition, UnitOfWork
from shared.aggregates.command import not_found
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Actor, Caller
from shared.kit.control import ID, Control
from shared.kit.errors import NotFound
from shared.storage.idempotency import IdempotencyKey

Rule = Callable[[Tenant, Control, datetime], Sequence[Transition[Any]]]


async def suspend_tenant(
    caller: Caller, key: IdempotencyKey, tenant_id: str, body: SuspensionBody
) -> TenantView:
    """The suspended tenant. Raises Forbidden for all but platform admins, NotFound,
    VersionConflict for one that is closed."""
    check_platform_admin(on_platform_only(caller))

    def rule(tenant: Tenant, control: Control, at: datetime) -> Sequence[Transition[Any]]:
        return suspension.suspend(tenant, control, body.reason, at)

    return await _from_platform(caller, key, tenant_id, rule)


async def resume_tenant(caller: Caller, key: IdempotencyKey, tenant_id: str) -> TenantView:
    """The tenant that is open again: a platform admin lifts a suspension, an admin of the tenant
    its closing. Raises Forbidden, NotFound, VersionConflict for one that is closed, and for an
    admin of one that is suspended."""
    if caller.tenant_id == PLATFORM_TENANT:
        check_platform_admin(on_platform_only(caller))
        return await _from_platform(caller, key, tenant_id, suspension.lift)
    return await _from_within(caller, key, tenant_id, suspension.stay)


async def close_tenant(caller: Caller, key: IdempotencyKey, tenant_id: str) -> TenantView:
    """The tenant that closes in thirty days. Raises Forbidden where the caller lost a role of its
    token (who may is the route's question), NotFound, VersionConflict for one that is closed."""
    return await _from_within(caller, key, tenant_id, suspension.close)


async def rename_tenant(
    caller: Caller, key: IdempotencyKey, tenant_id: str, body: NameBody
) -> TenantView:
    """The tenant with another name. Raises NotFound, Forbidden where the caller lost a role of its
    token; who may is the route's question."""

    def rule(tenant: Tenant, control: Control, at: datetime) -> Sequence[Transition[Any]]:
        return rename(tenant, body.name)

    return await _from_within(caller, key, tenant_id, rule)


async def end_tenant(work: UnitOfWork, tenant: Tenant) -> None:
    """Closes the tenant for good once its thirty days are over."""
    control = await work.find(CONTROLS, ID) or Control()
    await work.save(*suspension.end(tenant, control, work.at))


async def _from_platform(
    caller: Caller, key: IdempotencyKey, tenant_id: str, rule: Rule
) -> TenantView:
    if not TENANTS.may_be_id(tenant_id):
        raise _unknown()
    actor = Caller.acting(caller.principal, tenant_id, caller.received_at)
    return await _change(actor, key.of(actor), rule, _found)


async def _from_within(
    caller: Caller, key: IdempotencyKey, tenant_id: str, rule: Rule
) -> TenantView:
    if tenant_id != caller.tenant_id:
        raise await not_found(RUN.outbox, caller, TENANTS, tenant_id)
    return await _change(caller, key, rule, administered)


async def _change(
    actor: Caller,
    key: IdempotencyKey,
    rule: Rule,
    tenant_of: Callable[[Command], Awaitable[Tenant]],
) -> TenantView:
    async def use_case(work: Command) -> TenantView:
        tenant = await tenant_of(work)
        work.is_about(TENANTS, tenant.tenant_id)
        saved = await work.save(*rule(tenant, await control_of(work), work.at))
        return TenantView.of(saved[0] if saved else tenant)

    return await RUN.command(actor, use_case, TenantView, key=key)


async def _found(work: Command) -> Tenant:
    await work.prefetch((TENANTS, work.caller.tenant_id), (CONTROLS, ID))
    tenant = await work.find(TENANTS, work.caller.tenant_id)
    if tenant is None:
        raise _unknown()
    return tenant


def on_platform_only(caller: Caller) -> Actor:
    """The caller with the roles that it has on the platform: none with a tenant's token."""
    is_tenants = caller.tenant_id != PLATFORM_TENANT
    return Actor(caller.principal, frozenset()) if is_tenants else caller.actor


def _unknown() -> NotFound:
    return NotFound("there is no such tenant, or your token is for another one")
