"""Gives a tenant its referral code, and checks the code that another tenant sends."""

import secrets

from functions.billing.aggregates import REFERRALS, RUN
from functions.billing.rules import referral as rules
from functions.billing.rules.referral import Referral
from functions.billing.rules.subscription import Subscription
from functions.billing.service.platform import for_tenant, on_platform
from functions.billing.service.subscriptions import known_to, refresh_subscription, show
from functions.billing.views import ReferralView
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.members.tenants import read_tenant
from shared.storage.firestore import TenantStore

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16


async def refer(caller: Caller) -> ReferralView:
    """The tenant's referral code, always the same. Each step can be repeated after a crash. Raises
    VersionConflict for a tenant that does not pay, Unknown, Unavailable."""
    await refresh_subscription(caller)

    async def keep(work: Command) -> Subscription:
        known = await known_to(work)
        fresh = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        return await work.save_change(known, *rules.keep_code(known, fresh))

    code = (await RUN.command(caller, keep, Subscription)).referral_code

    async def claim(work: Command) -> Referral:
        known = await work.find(REFERRALS, code)
        made = Referral(
            code=code, tenant_id=caller.tenant_id, made_by=caller.principal, made_at=work.at
        )
        return await work.save_change(known or made, *rules.claim_code(known, made))

    await RUN.command(on_platform(caller.received_at), claim, Referral)
    return ReferralView.of(code)


async def check_code(caller: Caller, code: str) -> None:
    """Raises VersionConflict and Invalid where the tenant may not use that code, Unavailable. Reads
    the owners of both tenants now: who founded it, its admins, who asked for the code, and the
    caller."""
    found = await RUN.find(on_platform(caller.received_at), REFERRALS, code)
    known = await show(caller)
    referrer, theirs = None, set[str]()
    if found is not None:
        referrer = await show(for_tenant(found.tenant_id, caller.received_at))
        theirs = {found.made_by, *await _owners(found.tenant_id)}
    owners = {caller.principal, *await _owners(caller.tenant_id)}
    rules.check_referral(known, owners, found, referrer, theirs)


async def _owners(tenant_id: str) -> set[str]:
    tenant = await read_tenant(TenantStore(tenant_id))
    return {each for each in (tenant.created_by, *tenant.admins) if each}
