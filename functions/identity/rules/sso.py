"""A tenant's own issuer: who may sign in there, and which roles its people have."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from events.sso import GroupRoles, SsoConfigured, SsoDomainVerified, SsoState
from functions.identity.rules.directory import DirectoryGroup
from functions.identity.rules.id_token import Person
from functions.identity.rules.refusals import SignInRefused, SsoRefused
from functions.identity.rules.roles import MemberRole
from functions.identity.rules.tenant import Roles
from shared.kit.digests import KeyRing
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition

# There is one of each tenant.
ID = "sso"
DEFAULT_ROLES: tuple[MemberRole, ...] = ("end_user",)
# Below the domain, so that it stands beside other records and needs no change of them.
_RECORD_BELOW = "_assent"
_RECORD = "assent-domain="
_PURPOSE = "mail domain"

_DOMAIN = re.compile(
    r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$"
)
_HOST = re.compile(r"[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\]")

Domain = Annotated[str, StringConstraints(pattern=_DOMAIN.pattern, max_length=253)]
Text = Annotated[str, StringConstraints(pattern=r"^[!-~]+$", max_length=500)]
_LIKE = "must be an address like https://login.example.com/clinic"


def _issuer(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ValueError(_LIKE) from error
    try:
        port = parts.port
    except ValueError as error:
        raise ValueError("must have a port between 1 and 65535, or none") from error
    host = parts.netloc.removesuffix(f":{port}")
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(host):
        raise ValueError(_LIKE)
    if "?" in url or "#" in url:
        raise ValueError("must have no query and no fragment")
    return url


Issuer = Annotated[Text, AfterValidator(_issuer)]


class GroupRolesBody(Model):
    """The roles of everybody in the directory's group of that name."""

    group: Annotated[str, StringConstraints(pattern=r"\S", max_length=200)]
    roles: Roles


class SsoBody(Model):
    """What an admin says of the tenant's issuer. Without `client_secret` the earlier one stays.
    `joins`: whether whoever has a verified address at the domain becomes a member at their first
    sign-in; otherwise only people of the directory are let in."""

    issuer: Issuer
    client_id: Text
    client_secret: Text | None = None
    domain: Domain
    joins: StrictBool = True
    default_roles: Roles = DEFAULT_ROLES
    groups: Annotated[tuple[GroupRolesBody, ...], Field(max_length=20)] = ()


class Sso(SsoState):
    """The fields that events publish, and the encrypted secret of Assent at the issuer."""

    encrypted_secret: str


class DomainClaim(Model):
    """Which tenant proved that a mail domain is its own, on the whole platform."""

    domain: str
    tenant_id: str
    claimed_at: Instant


def configure(
    known: Sso | None, body: SsoBody, encrypted: str | None, by: str, at: datetime
) -> Sso:
    """The tenant's issuer as it is from now on. Another domain has to be proven again. Raises
    Invalid where there is no secret yet, or another issuer would be told the old one's."""
    kept = known is not None and (known.issuer, known.client_id) == (body.issuer, body.client_id)
    if encrypted is None and not kept:
        raise Invalid(FieldError("client_secret", "must be given for another issuer or client_id"))
    names = [each.group.casefold() for each in body.groups]
    if len(set(names)) != len(names):
        raise Invalid(FieldError("groups", "must name each group once"))
    is_proven = known is not None and known.domain == body.domain
    given = (GroupRoles(group=each.group, roles=_sorted(each.roles)) for each in body.groups)
    return Sso(
        issuer=body.issuer,
        client_id=body.client_id,
        domain=body.domain,
        joins=body.joins,
        default_roles=_sorted(body.default_roles),
        groups=tuple(given),
        changed_by=by,
        changed_at=at,
        verified_at=known.verified_at if known is not None and is_proven else None,
        encrypted_secret=encrypted or (known.encrypted_secret if known is not None else ""),
    )


def configured(sso: Sso) -> Transition[Sso]:
    """The issuer as it is kept and published."""
    return Transition(sso, SsoConfigured)


def record_name(domain: str) -> str:
    """Where the tenant's TXT record is looked for."""
    return f"{_RECORD_BELOW}.{domain}"


def record_value(tenant_id: str, domain: str, keys: KeyRing) -> str:
    """What the record says: it proves nothing for another tenant or another domain."""
    return f"{_RECORD}{keys.digest(_PURPOSE, tenant_id, domain)}"


def check_record(found: Iterable[str], tenant_id: str, domain: str, keys: KeyRing) -> None:
    """Raises VersionConflict unless one of the TXT records is the tenant's for the domain."""
    texts = [each.removeprefix(_RECORD) for each in found if each.startswith(_RECORD)]
    if not any(keys.verifies(each, _PURPOSE, tenant_id, domain) for each in texts):
        raise VersionConflict(
            f"{record_name(domain)} has no TXT record with the text that GET /v1/sso shows; "
            "add it, wait until your name servers answer with it, and verify again"
        )


def claim_domain(
    claim: DomainClaim | None, holder: Sso | None, domain: str, tenant_id: str, at: datetime
) -> tuple[Transition[DomainClaim], ...]:
    """The domain as the tenant's; no change where it is. `holder`: what the tenant that claimed it
    says of its issuer now. Raises SsoRefused for a domain that another tenant still holds."""
    if claim is not None and claim.tenant_id == tenant_id:
        return ()
    if claim is not None and holder is not None and holder.domain == domain:
        detail = f"another tenant verified {domain}; it must configure another domain first"
        raise SsoRefused("domain_taken", 409, detail)
    return (Transition(DomainClaim(domain=domain, tenant_id=tenant_id, claimed_at=at)),)


def verify(sso: Sso, domain: str, at: datetime) -> tuple[Transition[Sso], ...]:
    """The issuer whose domain is proven; no change where it was. Raises VersionConflict where the
    domain was changed meanwhile."""
    if sso.domain != domain:
        raise VersionConflict("the domain was changed meanwhile; verify the new one")
    if sso.verified_at is not None:
        return ()
    return (Transition(sso.but(verified_at=at), SsoDomainVerified),)


def serves(sso: Sso | None, claim: DomainClaim | None, tenant_id: str) -> bool:
    """Whether people sign in at the tenant's issuer: its domain is proven, and still its own."""
    if sso is None or sso.verified_at is None or claim is None:
        return False
    return (claim.tenant_id, claim.domain) == (tenant_id, sso.domain)


def domain_of(mail: str) -> str:
    """The domain of a mail address in small letters; empty where it is none."""
    local, _, domain = mail.strip().casefold().rpartition("@")
    return domain if local and _DOMAIN.fullmatch(domain) else ""


def check_person(person: Person, sso: Sso) -> None:
    """Raises SignInRefused for a person whose mail the issuer did not verify, or of another
    domain: an issuer speaks for the people of the domain that its tenant proved."""
    if not person.mail:
        detail = "your provider does not say that your mail address is verified; ask your admin"
        raise SignInRefused("mail_unverified", detail)
    if domain_of(person.mail) != sso.domain:
        detail = f"your provider may sign in people with addresses at {sso.domain} only"
        raise SignInRefused("another_domain", detail)


def given_by(sso: Sso | None) -> Mapping[str, tuple[str, ...]]:
    """The roles of each group, by its name in small letters."""
    return {each.group.casefold(): each.roles for each in sso.groups} if sso is not None else {}


def roles_of(sso: Sso | None, entry_id: str, groups: Iterable[DirectoryGroup]) -> tuple[str, ...]:
    """The roles of a person of the directory: those of everybody, and those of their groups."""
    if sso is None:
        return DEFAULT_ROLES
    given = given_by(sso)
    theirs = (
        given.get(group.name.casefold(), ())
        for group in groups
        if group.is_listed and entry_id in group.members
    )
    return tuple(sorted({*sso.default_roles, *(role for roles in theirs for role in roles)}))


def _sorted(roles: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(roles)))
