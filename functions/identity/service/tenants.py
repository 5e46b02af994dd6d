"""Tenants, and who belongs to them.

A principal's document says where to look for its places, and the tenant's member document whether
it has one. They lie in two tenants' documents, so no commit holds both: the pointer is written
first, and a crash in between leaves a pointer to nothing, which a repeat of the call completes."""

from datetime import datetime

from functions.identity.aggregates import CONTROLS, MEMBERS, PRINCIPALS, RUN, SLUGS, TENANTS
from functions.identity.rules import deputy
from functions.identity.rules import tenant as tenants
from functions.identity.rules.principal import Principal, point_to
from functions.identity.rules.tenant import (
    Member,
    MemberChange,
    SlugClaim,
    Tenant,
    TenantBody,
    check_current,
)
from functions.identity.service.people import display_names
from functions.identity.service.platform import on_platform
from functions.identity.views.members import MemberDetail, MemberPage, MemberView
from functions.identity.views.tenants import Me, TenantsView, TenantView
from shared.aggregates import Command, Transition
from shared.aggregates.command import not_found
from shared.kit.callers import Caller
from shared.kit.control import ID, Control
from shared.kit.errors import Forbidden, NotFound, VersionConflict
from shared.kit.ids import new_id
from shared.kit.plans import Plan
from shared.quotas.plans import plan_of
from shared.runtime.entitlements import in_force
from shared.storage.idempotency import IdempotencyKey


async def create_tenant(caller: Caller, key: IdempotencyKey, body: TenantBody) -> TenantView:
    """The new tenant; the caller is its admin and its governor. Raises VersionConflict for a short
    name that is taken, Forbidden for callers who did not sign in."""
    claim = await _claim(caller, key, body)
    founder = Caller.acting(caller.principal, claim.tenant_id, caller.received_at)

    async def use_case(work: Command) -> TenantView:
        known = await work.find(TENANTS, claim.tenant_id)
        if known is not None:
            return TenantView.of(known)
        saved = await work.save(
            *tenants.found(claim.tenant_id, body, caller.principal, claim.claimed_at)
        )
        return TenantView.of(saved[0])

    return await RUN.command(founder, use_case, TenantView)


async def list_tenants(caller: Caller) -> TenantsView:
    """The tenants that the caller belongs to."""
    principal = await _principal_of(caller)
    found = [await place_of(caller.principal, id, caller.received_at) for id in principal.tenants]
    items = (TenantView.of(tenant) for tenant, member in found if tenant and member)
    return TenantsView(items=tuple(items))


async def show_me(caller: Caller) -> Me:
    """Who the caller is. Raises NotFound for callers that never signed in here."""
    principal = await _principal_of(caller)
    tenant = None
    if TENANTS.may_be_id(caller.tenant_id):
        tenant, _ = await place_of(caller.principal, caller.tenant_id, caller.received_at)
    return Me(
        principal_id=principal.principal_id,
        name=principal.name,
        mail=principal.mail,
        tenant=TenantView.of(tenant) if tenant is not None else None,
        plan=_plan_of(caller) if tenant is not None else None,
        workspace_id=caller.workspace_id,
        roles=tuple(sorted(caller.roles)),
        scopes=tuple(sorted(caller.scopes)),
        passkeys=principal.passkeys,
    )


def _plan_of(caller: Caller) -> Plan:
    return plan_of(in_force(caller.control), caller.received_at)


async def show_tenant(caller: Caller, tenant_id: str) -> TenantView:
    """The tenant that the caller's token is for. Raises NotFound for any other."""
    if tenant_id != caller.tenant_id:
        raise await not_found(RUN.outbox, caller, TENANTS, tenant_id)
    return TenantView.of(await RUN.read(caller, TENANTS, tenant_id))


async def list_members(caller: Caller, limit: int, cursor: str | None) -> MemberPage:
    """The members of the tenant with their names, newest first."""
    page = await RUN.page(caller, MEMBERS, order_by=("joined_at",), limit=limit, cursor=cursor)
    names = await display_names(caller.tenant_id, page.items)
    return page.shown(MemberPage, lambda each: MemberDetail.named(each, names))


async def show_member(caller: Caller, principal: str) -> MemberDetail:
    """One member with their name. Raises NotFound."""
    member = await RUN.read(caller, MEMBERS, principal)
    return MemberDetail.named(member, await display_names(caller.tenant_id, [member]))


async def change_roles(
    caller: Caller, key: IdempotencyKey, principal: str, roles: tuple[str, ...]
) -> MemberView:
    """The member with other roles. Raises NotFound, Forbidden where the caller lost a role of its
    token (who may is the route's question), VersionConflict where the tenant would have no admin or
    no governor."""

    async def use_case(work: Command) -> MemberView:
        member = await work.get(MEMBERS, principal)
        tenant = await administered(work)
        if not member.is_here:
            raise VersionConflict("the member left; invite them again")
        control = await control_of(work)
        steps = tenants.change_roles(tenant, control, member, roles, work.at)
        return MemberView.of(await work.save_change(member, *steps))

    return await RUN.command(caller, use_case, MemberView, key=key, about=(MEMBERS, principal))


async def change_deputy(
    caller: Caller, key: IdempotencyKey, principal: str, change: MemberChange
) -> MemberView:
    """The member as the governors' deputy for a time, or no more. Raises NotFound, Forbidden for
    all but governors and admins, Invalid, VersionConflict for a member who left, who decides
    anyway, or who is no person."""

    async def use_case(work: Command) -> MemberView:
        member = await work.get(MEMBERS, principal)
        await administered(work)
        if not member.is_here:
            raise VersionConflict("the member left; invite them again")
        control = await control_of(work)
        steps = deputy.name(control, member, change, caller.principal, work.at)
        return MemberView.of(await work.save_change(member, *steps))

    return await RUN.command(caller, use_case, MemberView, key=key, about=(MEMBERS, principal))


async def remove_member(caller: Caller, key: IdempotencyKey, principal: str) -> MemberView:
    """The removed member. Raises NotFound, Forbidden for all but admins and the member itself,
    VersionConflict where the tenant would have no admin or no governor."""

    async def use_case(work: Command) -> MemberView:
        member = await work.get(MEMBERS, principal)
        leaves = principal == caller.principal
        tenant = await _tenant(work) if leaves else await administered(work)
        control = await control_of(work)
        steps = tenants.remove(tenant, control, member, work.at)
        return MemberView.of(await work.save_change(member, *steps))

    return await RUN.command(caller, use_case, MemberView, key=key, about=(MEMBERS, principal))


async def end_sessions(caller: Caller, key: IdempotencyKey, principal: str) -> MemberView:
    """The member, who signs in again for this tenant. Raises NotFound, Forbidden where the caller
    lost a role of its token; who may is the route's question."""

    async def use_case(work: Command) -> MemberView:
        member = await work.get(MEMBERS, principal)
        await administered(work)
        steps = tenants.sign_out(await control_of(work), member, work.at)
        return MemberView.of(await work.save_change(member, *steps))

    return await RUN.command(caller, use_case, MemberView, key=key, about=(MEMBERS, principal))


async def administered(work: Command) -> Tenant:
    """The caller's tenant, in which it still has the roles of its token. Raises Forbidden,
    NotFound."""
    await work.prefetch(
        (TENANTS, work.caller.tenant_id), (MEMBERS, work.caller.principal), (CONTROLS, ID)
    )
    check_current(work.caller.actor, await work.find(MEMBERS, work.caller.principal), work.at)
    work.rely_on(MEMBERS, work.caller.principal)
    return await _tenant(work)


async def control_of(work: Command) -> Control:
    """The control document of the caller's tenant. One read, unless it was read before. Raises
    Unavailable."""
    return await work.find(CONTROLS, ID) or Control()


async def place_of(
    principal: str, tenant_id: str, at: datetime
) -> tuple[Tenant | None, Member | None]:
    """The tenant, and the principal's place in it where it has one. One round trip."""
    work = RUN.reading(tenant_id, at)
    await work.prefetch((TENANTS, tenant_id), (MEMBERS, principal))
    member = await work.find(MEMBERS, principal)
    is_here = member is not None and member.is_here
    return await work.find(TENANTS, tenant_id), member if is_here else None


async def point(caller: Caller, tenant_id: str) -> None:
    """Lets the caller's own document name a tenant. Raises Forbidden for callers who did not sign
    in here, VersionConflict for more than a hundred tenants."""
    actor = on_platform(caller.principal, caller.received_at)

    async def use_case(work: Command) -> Principal:
        principal = await _signed_in(work, caller)
        return await work.save_change(principal, *point_to(principal, tenant_id))

    await RUN.command(actor, use_case, Principal)


async def _claim(caller: Caller, key: IdempotencyKey, body: TenantBody) -> SlugClaim:
    actor = on_platform(caller.principal, caller.received_at)

    async def use_case(work: Command) -> SlugClaim:
        principal = await _signed_in(work, caller)
        known = await work.find(SLUGS, body.slug)
        if known is not None:
            if known.principal_id != caller.principal or await _is_founded(known, work.at):
                raise VersionConflict(f"the short name {body.slug} is taken; choose another")
            return known
        tenant_id = new_id("ten", work.at)
        claim = SlugClaim(
            slug=body.slug,
            tenant_id=tenant_id,
            principal_id=caller.principal,
            claimed_at=work.at,
        )
        await work.save(*point_to(principal, tenant_id), Transition(claim))
        return claim

    return await RUN.command(actor, use_case, SlugClaim, key=key.of(actor))


async def _is_founded(claim: SlugClaim, at: datetime) -> bool:
    return await RUN.reading(claim.tenant_id, at).find(TENANTS, claim.tenant_id) is not None


async def _signed_in(work: Command, caller: Caller) -> Principal:
    principal = await work.find(PRINCIPALS, caller.principal)
    if principal is None:
        raise Forbidden("only somebody who signed in here may do this")
    return principal


async def _principal_of(caller: Caller) -> Principal:
    actor = on_platform(caller.principal, caller.received_at)
    principal = await RUN.find(actor, PRINCIPALS, caller.principal)
    if principal is None:
        raise NotFound("you never signed in here, so there is nothing to show")
    return principal


async def _tenant(work: Command) -> Tenant:
    tenant = await work.find(TENANTS, work.caller.tenant_id)
    if tenant is None:
        raise NotFound("your token is for a tenant that did not sign up here")
    return tenant
