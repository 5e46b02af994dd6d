"""Who somebody is in the tenant at whose issuer they signed in, and whether they are let in."""

from dataclasses import dataclass
from datetime import datetime

from functions.identity.rules.directory import DirectoryUser
from functions.identity.rules.principal import PREFIX
from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.sso import Sso
from functions.identity.rules.tenant import Member, Tenant, is_open_to, join, remove
from functions.identity.rules.tenant import Step as PlaceStep
from shared.kit.control import OPEN, Control
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition

Step = PlaceStep | Transition[DirectoryUser]


@dataclass(frozen=True)
class Admission:
    """Who they are, and what follows from their being let in."""

    principal_id: str
    steps: tuple[Step, ...] = ()


def own_id(tenant: Tenant, link_id: str) -> str:
    """The principal of a person whom no directory names: always the same for the same link, so a
    sign-in that was cut short is completed by the next one."""
    return derive_id(PREFIX, tenant.created_at, link_id)


def check_open(tenant: Tenant, *places: Member | None) -> None:
    """Raises SignInRefused for a tenant that is not open, unless one of these places is that of an
    admin of one that is suspended or closing."""
    is_open = tenant.status in OPEN
    if not is_open and not any(each and is_open_to(tenant, each) for each in places):
        raise SignInRefused(None, "the tenant is not open; ask its admin")


def by_directory(
    tenant: Tenant,
    control: Control,
    user: DirectoryUser,
    member: Member | None,
    earlier: Member | None,
    link_id: str,
    at: datetime,
) -> Admission:
    """The person whom the directory names by their verified address. `member` is the place that the
    directory gave them, `earlier` one that they had before it named them: that one they keep, and
    from now on the directory keeps it too.

    Raises SignInRefused for somebody who is not active, and for another account of the issuer than
    the one that signed in first: an address may pass to somebody else."""
    if not user.is_active:
        raise _removed()
    if user.link_id not in (None, link_id):
        detail = (
            "another account of your provider had this address; "
            "ask your admin to remove that person from the directory and to add you"
        )
        raise SignInRefused("another_account", detail)
    if earlier is not None and earlier.is_here and earlier.principal_id != user.principal_id:
        kept = user.but(link_id=link_id, principal_id=earlier.principal_id)
        gone = remove(tenant, control, member, at) if member is not None else ()
        return Admission(earlier.principal_id, (*gone, Transition(kept)))
    if member is None or not member.is_here:
        # An admin removed them by hand since, and the directory did not say so again.
        raise _removed()
    linked = user.but(link_id=link_id)
    return Admission(user.principal_id, (Transition(linked),) if linked != user else ())


def by_domain(
    tenant: Tenant, sso: Sso, member: Member | None, principal_id: str, at: datetime
) -> Admission:
    """The person with a verified address at the tenant's domain: a member from their first sign-in
    on. Raises SignInRefused for somebody who was removed, and for strangers where only the
    directory's people are let in."""
    if member is None:
        if not sso.joins:
            raise SignInRefused(
                "not_in_directory", "your company has not given you a place here; ask your admin"
            )
        return Admission(
            principal_id, join(tenant, None, principal_id, sso.default_roles, None, at)
        )
    if not member.is_here:
        raise _removed()
    return Admission(principal_id)


def _removed() -> SignInRefused:
    detail = "you were removed from the tenant; ask its admin to let you in again"
    return SignInRefused("revoked", detail)
