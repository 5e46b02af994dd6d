"""Invitations: their token names the tenant, so they are found in one read."""

from functions.identity.aggregates import CONTROLS, INVITATIONS, MEMBERS, RUN, TENANTS
from functions.identity.rules import invitation as invitations
from functions.identity.rules.invitation import InvitationBody
from functions.identity.rules.refusals import NoInvitation
from functions.identity.rules.secrets import new_secret
from functions.identity.rules.tenant import join
from functions.identity.service.seats import check_join
from functions.identity.service.tenants import administered, control_of, point
from functions.identity.views.members import Accepted, InvitationPage, InvitationView, NewInvitation
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.control import ID, Control
from shared.kit.ids import is_id, new_id
from shared.storage.idempotency import IdempotencyKey


async def invite(caller: Caller, body: InvitationBody) -> NewInvitation:
    """A new invitation, with its token. Raises Forbidden where the caller lost a role of its token
    (who may is the route's question), QuotaExhausted where every seat is taken."""
    secret = new_secret()

    async def use_case(work: Command) -> InvitationView:
        tenant = await administered(work)
        check_join(tenant, await control_of(work), work.at)
        step = invitations.invite(
            new_id("inv", work.at), body.roles, secret, caller.principal, work.at
        )
        await work.save(step)
        return InvitationView.of(step.state)

    view = await RUN.command(caller, use_case, InvitationView)
    token = f"{caller.tenant_id}.{view.invitation_id}.{secret}"
    return NewInvitation(**view.model_dump(), token=token)


async def list_invitations(caller: Caller, limit: int, cursor: str | None) -> InvitationPage:
    """The tenant's invitations, newest first."""
    page = await RUN.page(caller, INVITATIONS, order_by=("created_at",), limit=limit, cursor=cursor)
    return page.shown(InvitationPage, InvitationView.of)


async def revoke(caller: Caller, key: IdempotencyKey, invitation_id: str) -> InvitationView:
    """The revoked invitation. Raises NotFound, Forbidden, InvitationOver for one that was
    accepted."""

    async def use_case(work: Command) -> InvitationView:
        invitation = await work.get(INVITATIONS, invitation_id)
        await administered(work)
        steps = invitations.revoke(invitation)
        return InvitationView.of(await work.save_change(invitation, *steps))

    return await RUN.command(caller, use_case, InvitationView, key=key)


async def accept(caller: Caller, token: str) -> Accepted:
    """The tenant that the caller belongs to from now on; a repeat gets the same answer. Raises
    NoInvitation for a token that nobody was given, or whose tenant is not open, InvitationUsedUp
    for one that was used, revoked or is too old, VersionConflict for somebody who belongs to the
    tenant, Forbidden for callers who did not sign in here, QuotaExhausted where every seat is
    taken."""
    tenant_id, invitation_id, secret = _parts(token)
    guest = Caller.acting(caller.principal, tenant_id, caller.received_at)

    async def use_case(work: Command) -> Accepted:
        await work.prefetch(
            (INVITATIONS, invitation_id),
            (TENANTS, tenant_id),
            (MEMBERS, caller.principal),
            (CONTROLS, ID),
        )
        invitation = await work.find(INVITATIONS, invitation_id)
        tenant = await work.find(TENANTS, tenant_id)
        accepted = invitations.accept(invitation, secret, tenant, caller.principal, work.at)
        assert invitation is not None
        assert tenant is not None
        member = await work.find(MEMBERS, caller.principal)
        roles = invitation.roles
        answer = Accepted(tenant_id=tenant_id, roles=roles, status="accepted")
        if not accepted:
            invitations.check_stayed(member, invitation_id, tenant_id)
            return answer
        joined = join(tenant, member, caller.principal, roles, invitation_id, work.at)
        check_join(tenant, await work.find(CONTROLS, ID) or Control(), work.at)
        await point(caller, tenant_id)
        await work.save(*accepted, *joined)
        return answer

    return await RUN.command(guest, use_case, Accepted)


def _parts(token: str) -> tuple[str, str, str]:
    parts = token[:200].split(".")
    if len(parts) != 3 or not is_id("ten", parts[0]) or not is_id("inv", parts[1]):
        raise NoInvitation("unverified")
    return parts[0], parts[1], parts[2]
