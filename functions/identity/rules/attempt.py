"""A sign-in under way: what the browser that began it keeps in its cookie until it ends."""

import json
from datetime import datetime, timedelta
from typing import Self

from pydantic import ValidationError

from functions.identity.rules.refusals import SignInRefused
from functions.identity.rules.secrets import derived, same
from shared.kit import base64url
from shared.kit.digests import KeyRing
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.public_addresses import is_plain_address

# Where a person goes who asked for nothing else.
OWN_PAGE = "/signin"
LIFE = timedelta(minutes=10)
_PURPOSE = "sign-in"
_LONGEST_RETURN = 2000
_LONGEST = 3200


class Attempt(Model):
    """Nothing of it is stored here, so nobody can fill the store by beginning sign-ins. State,
    nonce and PKCE verifier are derived from one secret, which only this browser has."""

    provider: str
    return_to: str
    secret: str
    expires_at: Instant

    @property
    def state(self) -> str:
        """Ties the provider's answer to this browser."""
        return derived(self.secret, "state")

    @property
    def nonce(self) -> str:
        """Ties the identity token to this sign-in."""
        return derived(self.secret, "nonce")

    @property
    def verifier(self) -> str:
        """Ties the code to this sign-in (RFC 7636)."""
        return derived(self.secret, "verifier")

    def written(self, keys: KeyRing) -> str:
        """What the cookie holds."""
        body = base64url.encode(self.model_dump_json().encode())
        return f"{body}.{keys.digest(_PURPOSE, body)}"

    @classmethod
    def read(cls, text: str, keys: KeyRing) -> Self | None:
        """The attempt in a cookie that we wrote, or None."""
        body, _, digest = text[: _LONGEST + 1].partition(".")
        if len(text) > _LONGEST or not keys.verifies(digest, _PURPOSE, body):
            return None
        try:
            return cls.model_validate(json.loads(base64url.decode(body)))
        except (ValueError, ValidationError):
            return None


def begin(
    provider: str, return_to: str, secret: str, at: datetime, life: timedelta = LIFE
) -> Attempt:
    """A new attempt, with a secret that nobody had before."""
    return Attempt(provider=provider, return_to=return_to, secret=secret, expires_at=at + life)


def check_time(attempt: Attempt, at: datetime) -> Attempt:
    """The attempt. Raises SignInRefused for one that took too long."""
    if at >= attempt.expires_at:
        raise SignInRefused("expired", "the sign-in took too long: begin again at /signin")
    return attempt


def check_answer(
    attempt: Attempt, state: str, iss: str, *, issuer: str, names_itself: bool, at: datetime
) -> None:
    """Raises SignInRefused unless the provider's answer belongs to the attempt. `names_itself`: the
    provider promised to say who it is in each answer (RFC 9207); where it says so unasked, that
    counts too.

    It does not belong to it with the state of another attempt, from another issuer than the one
    that was asked, or after ten minutes."""
    if not same(attempt.state, state):
        raise begun_elsewhere()
    check_time(attempt, at)
    if (names_itself and not iss) or (iss and iss != issuer):
        detail = "the answer is not from the provider that was asked: begin again at /signin"
        raise SignInRefused("another_issuer", detail)


def begun_elsewhere() -> SignInRefused:
    """The refusal of an answer that belongs to no attempt of this browser."""
    detail = "this browser did not begin this sign-in: begin again at /signin"
    return SignInRefused("another_browser", detail)


def checked_return(return_to: str) -> str:
    """Where the browser goes afterwards: a path of this site. Raises SignInRefused for what a
    browser may read as an address elsewhere (`//host`, `/\\host`, a control character)."""
    is_path = return_to.startswith("/") and not return_to.startswith(("//", "/\\"))
    if not is_path or not is_plain_address(return_to) or len(return_to) > _LONGEST_RETURN:
        detail = "return_to must be a path of this site, like /device, of at most 2,000 characters"
        raise SignInRefused("open_redirect", detail)
    return return_to
