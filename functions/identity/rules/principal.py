"""A principal: somebody who signs in, under an id of ours."""

import hashlib
from datetime import datetime

from events.principals import PrincipalCreated, PrincipalState
from functions.identity.rules.id_token import Person
from shared.kit.errors import Forbidden, VersionConflict
from shared.kit.models import Model
from shared.kit.transitions import Transition

# `user_…` reads as no typed id of a precedent (`shared.kit.principals`).
PREFIX = "user"
MOST_TENANTS = 100
MOST_SHOWN = 100


class Principal(PrincipalState):
    """The fields that events publish, and private ones. `tenants` says where to look for its
    places; whether it has one, the tenant's own member document says. `passkeys` are the ids of
    those that it has now. Whoever signs in at a tenant's own issuer is at `home` there and nowhere
    else, because that tenant decides who they are."""

    name: str = ""
    mail: str = ""
    tenants: tuple[str, ...] = ()
    passkeys: tuple[str, ...] = ()
    home: str | None = None


class SignInLink(Model):
    """Who a provider's subject is here. Mail addresses link nothing: a provider may let two people
    have one after another."""

    link_id: str
    principal_id: str


Step = Transition[Principal] | Transition[SignInLink]


def display_name(name: str) -> str:
    """The name as others are shown it. People choose theirs at their provider, so it has no
    characters that are not seen, such as those which turn a line around; 100 are shown."""
    return "".join(filter(str.isprintable, name)).strip()[:MOST_SHOWN]


def link_id(person: Person) -> str:
    """The id of the person's link: it is found in one read, and names nobody. A tenant that changes
    its issuer has other people, whatever the new one calls them."""
    issuer = f"{person.issuer}\n" if person.issuer else ""
    return hashlib.sha256(f"{person.provider}\n{issuer}{person.subject}".encode()).hexdigest()


def create(
    principal_id: str, person: Person, at: datetime, home: str | None = None
) -> tuple[Step, ...]:
    """A principal for somebody who is new, and its link."""
    principal = Principal(
        principal_id=principal_id,
        kind="human",
        provider=person.provider,
        created_at=at,
        name=person.name,
        mail=person.mail,
        tenants=(home,) if home is not None else (),
        home=home,
    )
    link = SignInLink(link_id=link_id(person), principal_id=principal_id)
    return Transition(principal, PrincipalCreated), Transition(link)


def update(principal: Principal, person: Person) -> tuple[Step, ...]:
    """The principal as the provider calls it today."""
    newer = principal.but(name=person.name, mail=person.mail)
    return (Transition(newer),) if newer != principal else ()


def point_to(principal: Principal, tenant_id: str) -> tuple[Step, ...]:
    """The principal with a tenant where it has, or is about to have, a place. Raises
    VersionConflict for more than a hundred, Forbidden for one that is at home in another."""
    if principal.home not in (None, tenant_id):
        raise Forbidden(
            "you signed in at your company's own provider, which is for its tenant only; sign in "
            "at another provider for other tenants"
        )
    if tenant_id in principal.tenants:
        return ()
    if len(principal.tenants) >= MOST_TENANTS:
        raise VersionConflict(f"one principal belongs to at most {MOST_TENANTS} tenants")
    tenants = (*principal.tenants, tenant_id)
    return (Transition(principal.but(tenants=tenants)),)
