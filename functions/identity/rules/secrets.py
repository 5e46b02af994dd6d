"""Texts that prove something, and what is stored of those that cannot be derived."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Self

from shared.kit import base64url
from shared.kit.digests import KeyRing
from shared.kit.parsing import whole_number_in

# What a digest is about comes first, so that no digest for one purpose serves another.
_REFRESH, _DEVICE, _FORM = "refresh-token", "device-code", "form"
_AUTHORIZATION = "authorization-code"
_LONGEST = 512


@dataclass(frozen=True)
class NumberedToken:
    """Number `number` of the tokens of one session. Nothing of it is stored: each is derived from
    the session's id and its number, so the same number is always the same token."""

    id: str
    number: int

    def written(self, keys: KeyRing) -> str:
        """The text that its owner keeps."""
        return f"{self.id}.{self.number}.{keys.digest(_REFRESH, self.id, str(self.number))}"

    @classmethod
    def read(cls, text: str, keys: KeyRing) -> Self | None:
        """The token in a text that we wrote, or None."""
        id, _, rest = text[: _LONGEST + 1].partition(".")
        digits, _, digest = rest.partition(".")
        number = whole_number_in(digits)
        if len(text) > _LONGEST or number is None:
            return None
        is_ours = keys.verifies(digest, _REFRESH, id, digits)
        return cls(id, number) if is_ours else None


def device_code(grant_id: str, keys: KeyRing) -> str:
    """The code with which a device asks whether its grant was allowed."""
    return _code(_DEVICE, grant_id, keys)


def grant_of(code: str, keys: KeyRing) -> str | None:
    """The grant that a device code is for, or None where we did not write it."""
    return _id_in(_DEVICE, code, keys)


def authorization_code(grant_id: str, keys: KeyRing) -> str:
    """The code with which a client gets the tokens of what a person let it do."""
    return _code(_AUTHORIZATION, grant_id, keys)


def client_grant_of(code: str, keys: KeyRing) -> str | None:
    """The grant that an authorization code is for, or None where we did not write it."""
    return _id_in(_AUTHORIZATION, code, keys)


def form_token(session_id: str, about: str, keys: KeyRing) -> str:
    """What a form of a session carries, so that no other page can send it."""
    return keys.digest(_FORM, session_id, about)


def is_form_token(token: str, session_id: str, about: str, keys: KeyRing) -> bool:
    """Whether the form was given to this session, for this."""
    return len(token) <= _LONGEST and keys.verifies(token, _FORM, session_id, about)


def new_secret() -> str:
    """A secret of 256 bits."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is stored of a secret of 256 bits: nobody can guess one from its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derived(secret: str, purpose: str) -> str:
    """A text that only whoever has the secret can make, one for each purpose; 43 characters."""
    return challenge(f"{purpose}\n{secret}")


def challenge(verifier: str) -> str:
    """What a provider is told of a verifier before it sees it (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64url.encode(digest)


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal; takes equally long wherever they differ."""
    return secrets.compare_digest(one.encode(), other.encode())


def _code(purpose: str, id: str, keys: KeyRing) -> str:
    return f"{id}.{keys.digest(purpose, id)}"


def _id_in(purpose: str, code: str, keys: KeyRing) -> str | None:
    id, _, digest = code[: _LONGEST + 1].partition(".")
    is_ours = len(code) <= _LONGEST and keys.verifies(digest, purpose, id)
    return id if is_ours else None
