"""What an identity token must say (OpenID Connect Core, 3.1.3.7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.secrets import same
from shared.kit.bookkeeping import RefusalReason
from shared.kit.models import Model

# Never `none` and never a MAC: whoever reads the provider's public key could make one.
ALGORITHMS = ("RS256", "ES256", "Ed25519")
LEEWAY_SECONDS = 10
LONGEST_SUBJECT = 255


class Person(Model):
    """Whom a provider knows: its own, lasting name of them, and what they are called. `provider` is
    the name of a configured one, or the id of the tenant whose own `issuer` knows them."""

    provider: str
    subject: str
    name: str = ""
    mail: str = ""
    issuer: str = ""


def check_id_token(
    claims: Mapping[str, Any],
    *,
    provider: str,
    issuer: str,
    client_id: str,
    nonce: str,
    at: datetime,
) -> Person:
    """The person in the claims of a token whose signature verified. Raises SignInRefused."""
    moment = at.timestamp()
    if claims.get("iss") != issuer:
        raise _refused("another_issuer", "is from another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", client_id)
    if client_id not in audiences or party != client_id:
        raise _refused("another_audience", "is for another client")
    if not _is_later(claims.get("exp"), moment - LEEWAY_SECONDS):
        raise _refused("expired", "has expired")
    if _is_later(claims.get("nbf", 0), moment + LEEWAY_SECONDS):
        raise _refused("not_valid_yet", "is not valid yet")
    if not same(str(claims.get("nonce")), nonce):
        raise _refused("nonce_differs", "belongs to another sign-in")
    return person(provider, claims.get("sub"), claims.get("name"), _verified_mail(claims))


def person(provider: str, subject: object, name: object, mail: object) -> Person:
    """The person with that subject. Raises SignInRefused where it can be nobody's."""
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise _refused("unverified", "names nobody")
    return Person(
        provider=provider,
        subject=subject,
        name=name[:200] if isinstance(name, str) else "",
        mail=mail[:320] if isinstance(mail, str) else "",
    )


def _verified_mail(claims: Mapping[str, Any]) -> object:
    return claims.get("email") if claims.get("email_verified") is True else None


def _is_later(value: object, moment: float) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value > moment  # type: ignore[operator]


def _refused(reason: RefusalReason, what: str) -> SignInRefused:
    return SignInRefused(reason, f"the provider's answer {what}: begin again at /signin")
