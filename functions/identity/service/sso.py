"""A tenant's own issuer: configured by an admin, proven by a record of its mail domain."""

from datetime import datetime
from typing import NamedTuple

from functions.identity.aggregates import DOMAINS, RUN, SSO, TENANTS
from functions.identity.name_servers import txt_records
from functions.identity.providers import Issuer, OpenId, issuer_client
from functions.identity.rules import sso as rules
from functions.identity.rules.client_secrets import decrypt, encrypt
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.sso import ID, DomainClaim, Sso, SsoBody
from functions.identity.rules.tenant import Tenant
from functions.identity.service.directory_places import regroup
from functions.identity.service.platform import digest_keys, on_platform
from functions.identity.service.tenants import administered
from functions.identity.settings import settings
from functions.identity.views.sso import SsoView
from shared.aggregates import Command
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.models import part_of
from shared.storage.idempotency import IdempotencyKey

CALLBACK = "/v1/auth/callback"


class OwnIssuer(NamedTuple):
    """A tenant whose people sign in at an issuer of its own, and that issuer's client."""

    tenant: Tenant
    sso: Sso
    client: OpenId


def redirect_uri(tenant_id: str) -> str:
    """Where the tenant's issuer sends browsers back to: an address of its own, so that no issuer
    can pass another one's code off as its own."""
    return f"{settings().origin}{CALLBACK}/{tenant_id}"


async def show(caller: Caller) -> SsoView:
    """The tenant's issuer. Raises NotFound where it has none, Forbidden where the caller lost a
    role of its token; who may is the route's question."""
    work = Command(RUN, caller)
    await administered(work)
    return await _view(caller, await _known(work))


async def configure(caller: Caller, key: IdempotencyKey, body: SsoBody) -> SsoView:
    """The tenant's issuer from now on, which was asked once. Raises Forbidden where the caller lost
    a role of its token (who may is the route's question), Invalid, SsoRefused for an address that
    is not public, Unavailable for an issuer that does not answer or gives itself another name."""
    keys = await digest_keys()
    encrypted = None
    if body.client_secret is not None:
        encrypted = encrypt(body.client_secret, _about(caller.tenant_id, body.issuer), keys)
    work = Command(RUN, caller)
    await administered(work)
    wanted = rules.configure(
        await work.find(SSO, ID), body, encrypted, caller.principal, caller.received_at
    )
    await (await _client(caller.tenant_id, wanted)).names_itself()

    async def use_case(work: Command) -> SsoView:
        await administered(work)
        known = await work.find(SSO, ID)
        sso = rules.configure(known, body, encrypted, caller.principal, work.at)
        await work.save(rules.configured(sso))
        await regroup(work, known, sso)
        return await _view(caller, sso)

    return await RUN.command(caller, use_case, SsoView, key=key)


async def verify(caller: Caller) -> SsoView:
    """The issuer, at which people sign in from now on, where the domain's name servers answer with
    the tenant's record. Raises NotFound, Forbidden, VersionConflict without the record, SsoRefused
    for a domain that another tenant holds, Unavailable.

    The claim lies with the platform and is committed first: a crash in between leaves a domain that
    nobody else can claim and the next call verifies."""
    work = Command(RUN, caller)
    await administered(work)
    sso = await _known(work)
    found = await txt_records(rules.record_name(sso.domain))
    rules.check_record(found, caller.tenant_id, sso.domain, await digest_keys())
    await _claim(caller, sso.domain)

    async def use_case(work: Command) -> SsoView:
        await administered(work)
        known = await _known(work)
        steps = rules.verify(known, sso.domain, work.at)
        return await _view(caller, await work.save_change(known, *steps))

    return await RUN.command(caller, use_case, SsoView)


async def tenant_of_mail(mail: str, at: datetime) -> str:
    """The tenant at whose issuer people with that address sign in. One read. Raises SignInRefused
    where there is none, or no address."""
    if not mail:
        raise SignInRefused(None, "say at which provider, or your mail address: begin at /signin")
    domain = rules.domain_of(mail)
    claim = await RUN.reading(PLATFORM_TENANT, at).find(DOMAINS, domain) if domain else None
    if claim is None:
        detail = "no company signs its people in under that address; choose another way to sign in"
        raise SignInRefused(None, detail)
    return claim.tenant_id


async def is_held(mail: str, at: datetime) -> bool:
    """Whether a tenant signs in the people of the address's domain at its own issuer. One read, and
    another where a tenant proved the domain. Raises Unavailable."""
    domain = rules.domain_of(mail)
    claim = await RUN.reading(PLATFORM_TENANT, at).find(DOMAINS, domain) if domain else None
    if claim is None:
        return False
    sso = await RUN.reading(claim.tenant_id, at).find(SSO, ID)
    return rules.serves(sso, claim, claim.tenant_id)


async def issuer_of(tenant_id: str, at: datetime) -> OwnIssuer:
    """The tenant with its issuer. Two round trips. Raises SignInRefused where nobody signs in
    there, Unavailable."""
    work = RUN.reading(tenant_id, at)
    await work.prefetch((SSO, ID), (TENANTS, tenant_id))
    sso, tenant = await work.find(SSO, ID), await work.find(TENANTS, tenant_id)
    claim = await RUN.reading(PLATFORM_TENANT, at).find(DOMAINS, sso.domain) if sso else None
    if sso is None or tenant is None or not rules.serves(sso, claim, tenant_id):
        raise SignInRefused(None, "the tenant has no issuer with a verified domain; ask its admin")
    return OwnIssuer(tenant, sso, await _client(tenant_id, sso))


async def _client(tenant_id: str, sso: Sso) -> OpenId:
    secret = decrypt(sso.encrypted_secret, _about(tenant_id, sso.issuer), await digest_keys())
    return issuer_client(
        Issuer(
            name=tenant_id,
            title="your company's provider",
            issuer=sso.issuer,
            client_id=sso.client_id,
            client_secret=secret,
        )
    )


async def _claim(caller: Caller, domain: str) -> None:
    actor = on_platform(caller.principal, caller.received_at)

    async def use_case(work: Command) -> DomainClaim:
        claim = await work.find(DOMAINS, domain)
        holder = None
        if claim is not None:
            holder = await RUN.reading(claim.tenant_id, work.at).find(SSO, ID)
        steps = rules.claim_domain(claim, holder, domain, caller.tenant_id, work.at)
        kept = await work.save_change(claim, *steps)
        assert kept is not None, "a domain without a claim gets one"
        return kept

    await RUN.command(actor, use_case, DomainClaim)


async def _known(work: Command) -> Sso:
    sso = await work.find(SSO, ID)
    if sso is None:
        raise NotFound("the tenant has no issuer of its own; configure one with PUT /v1/sso")
    return sso


async def _view(caller: Caller, sso: Sso) -> SsoView:
    return part_of(
        SsoView,
        sso,
        record_name=rules.record_name(sso.domain),
        record_value=rules.record_value(caller.tenant_id, sso.domain, await digest_keys()),
        redirect_uri=redirect_uri(caller.tenant_id),
    )


def _about(tenant_id: str, issuer: str) -> str:
    return f"{tenant_id}\n{issuer}"
