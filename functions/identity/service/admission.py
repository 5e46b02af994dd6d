"""Signing in at a tenant's own issuer: who somebody is there, their place, and their session.

The place is committed in the tenant first, under a principal whose id follows from the account; the
principal and its session with the platform afterwards. A crash in between leaves a place that the
next sign-in finds."""

from datetime import datetime

from functions.identity.aggregates import (
    LINKS,
    MEMBERS,
    NAMES,
    PRINCIPALS,
    RUN,
    SSO,
    TENANTS,
    USERS,
)
from functions.identity.rules import admission
from functions.identity.rules.admission import Admission
from functions.identity.rules.directory import DirectoryUser, name_id
from functions.identity.rules.id_token import Person
from functions.identity.rules.principal import SignInLink, create, link_id, update
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.sso import ID, Sso, check_person
from functions.identity.rules.tenant import Tenant
from functions.identity.service.platform import ITSELF, on_platform
from functions.identity.service.seats import check_join
from functions.identity.service.sessions import StartedSession, start_in_browser
from functions.identity.service.tenants import control_of
from shared.aggregates import Command, Transition
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.control import Control
from shared.kit.models import Model
from shared.quotas.refusals import FeatureNotInPlan, QuotaExhausted


class _Admitted(Model):
    principal_id: str


async def start_session_at_home(
    person: Person, sso: Sso, tenant_id: str, device: str, at: datetime
) -> str:
    """The id of a new session of the person, who is a member of the tenant and of no other. One
    commit, and one more where something of their place changes. Raises SignInRefused for a person
    who is not let in, Unavailable."""
    check_person(person, sso)
    id = link_id(person)
    principal_id = await _admitted(person, id, tenant_id, at)
    caller = on_platform(principal_id, at)

    async def use_case(work: Command) -> StartedSession:
        await work.prefetch((LINKS, id), (PRINCIPALS, principal_id))
        link, principal = await work.find(LINKS, id), await work.find(PRINCIPALS, principal_id)
        if principal is None:
            made, linked = create(principal_id, person, at, home=tenant_id)
            await work.save(made, *((linked,) if link is None else ()))
        else:
            await work.save(*update(principal, person))
        if link is not None and link.principal_id != principal_id:
            await work.save(Transition(link.but(principal_id=principal_id)))
        elif link is None and principal is not None:
            await work.save(Transition(SignInLink(link_id=id, principal_id=principal_id)))
        return await start_in_browser(work, principal_id, tenant_id, device)

    return (await RUN.command(caller, use_case, StartedSession)).session_id


async def _admitted(person: Person, id: str, tenant_id: str, at: datetime) -> str:
    """The principal that the person is, who has a place in the tenant now."""
    known = await RUN.reading(PLATFORM_TENANT, at).find(LINKS, id)
    caller = Caller.acting(ITSELF, tenant_id, at)

    async def use_case(work: Command) -> _Admitted:
        found = await _admission(work, person, id, known)
        await work.save(*found.steps)
        return _Admitted(principal_id=found.principal_id)

    answer = await RUN.command(caller, use_case, _Admitted)
    return answer.principal_id


async def _admission(work: Command, person: Person, id: str, known: SignInLink | None) -> Admission:
    named = name_id(DirectoryUser, person.mail)
    await work.prefetch((TENANTS, work.caller.tenant_id), (SSO, ID), (NAMES, named))
    tenant, sso = await work.find(TENANTS, work.caller.tenant_id), await work.find(SSO, ID)
    assert tenant is not None, "its issuer let the person in"
    assert sso is not None, "the person signed in at it"
    check_person(person, sso)
    own = known.principal_id if known is not None else admission.own_id(tenant, id)
    earlier = await work.find(MEMBERS, own)
    name = await work.find(NAMES, named)
    work.rely_on(NAMES, named)
    if name is not None and name.entry_id is not None:
        user = await work.find(USERS, name.entry_id)
        assert user is not None, "its name is its own"
        member = await work.find(MEMBERS, user.principal_id)
        admission.check_open(tenant, member, earlier)
        control = await control_of(work)
        return admission.by_directory(tenant, control, user, member, earlier, id, work.at)
    admission.check_open(tenant, earlier)
    found = admission.by_domain(tenant, sso, earlier, own, work.at)
    if found.steps:
        _check_join(tenant, await control_of(work), work.at)
    return found


def _check_join(tenant: Tenant, control: Control, at: datetime) -> None:
    """Whoever has a place signs in as ever. Raises SignInRefused for one more person than the plan
    lets in at the tenant's issuer."""
    try:
        check_join(tenant, control, at, "single-sign-on")
    except (FeatureNotInPlan, QuotaExhausted) as refusal:
        raise SignInRefused(None, f"you cannot be let in: {refusal.detail}") from refusal
