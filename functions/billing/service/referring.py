"""Gives a tenant a code to refer others by, and looks at the code that another one brings."""

import secrets

from functions.billing.aggregates import REFERRALS, RUN
from functions.billing.rules import referral as rules
from functions.billing.rules.referral import Referral
from functions.billing.rules.subscription import Subscription
from functions.billing.service.subscriptions import follow, known_to, show
from functions.billing.views import ReferralView
from shared.aggregates.command import Command
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.models import Data
from shared.storage.firestore import TenantStore

# As `identity`, who writes them and lies beside this function, names them.
_TENANTS = "tenant_records"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16


class _Owned(Data):
    """A tenant's own document, as far as it is read here."""

    created_by: str = ""
    admins: tuple[str, ...] = ()


async def refer(caller: Caller) -> ReferralView:
    """The code that the tenant refers others by, always the same. Each step can be done again after
    a crash. Raises VersionConflict for a tenant that pays for nothing, Unknown, Unavailable."""
    await follow(caller)

    async def keep(work: Command) -> Subscription:
        known = await known_to(work)
        fresh = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        return await work.save_change(known, *rules.keep_code(known, fresh))

    code = (await RUN.command(caller, keep, Subscription)).referral_code

    async def claim(work: Command) -> Referral:
        known = await work.find(REFERRALS, code)
        steps = rules.claim_code(known, code, caller.tenant_id, caller.principal, work.at)
        made = Referral(
            code=code, tenant_id=caller.tenant_id, made_by=caller.principal, made_at=work.at
        )
        return await work.save_change(known or made, *steps)

    platform = Caller.acting("service:billing", PLATFORM_TENANT, caller.received_at)
    await RUN.command(platform, claim, Referral)
    return ReferralView.of(code)


async def check_code(caller: Caller, code: str) -> None:
    """Raises VersionConflict and Invalid where the tenant may not come by that code, Unavailable.
    Who owns either tenant is read now: whoever founded it, its admins, and who asked for the code
    or buys by it."""
    platform = Caller.acting("service:billing", PLATFORM_TENANT, caller.received_at)
    found = await RUN.find(platform, REFERRALS, code)
    known = await show(caller)
    referrer, theirs = None, set[str]()
    if found is not None:
        other = Caller.acting("service:billing", found.tenant_id, caller.received_at)
        referrer = await show(other)
        theirs = {found.made_by, *await _owners(found.tenant_id)}
    owners = {caller.principal, *await _owners(caller.tenant_id)}
    rules.check_referral(known, owners, found, referrer, theirs)


async def _owners(tenant_id: str) -> set[str]:
    document = await TenantStore(tenant_id).get(_TENANTS, tenant_id)
    state = document.data.get("state") if document is not None else None
    owned = _Owned.model_validate_json(state or "{}")
    return {each for each in (owned.created_by, *owned.admins) if each}
