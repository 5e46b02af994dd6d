"""What a principal sees of its passkeys, and what a browser needs to use one."""

from typing import Self

from pydantic import JsonValue

from functions.identity.rules.passkey import Passkey
from shared.kit.instants import Instant
from shared.kit.models import Model, part_of


class PasskeyView(Model):
    """A passkey of the caller's own; `added_in` is the session in which it was added."""

    passkey_id: str
    name: str
    is_synced: bool
    added_at: Instant
    added_in: str
    removed_at: Instant | None

    @classmethod
    def of(cls, passkey: Passkey) -> Self:
        """What its owner sees of it."""
        return part_of(cls, passkey)


class PasskeysView(Model):
    """The caller's passkeys, the newest last."""

    items: tuple[PasskeyView, ...]
    next_cursor: None = None


class PasskeyOptions(Model):
    """What `navigator.credentials` takes as `publicKey`, in the JSON form of WebAuthn: `create` for
    a passkey that is added, `get` for one that signs in, before `expires_at`."""

    public_key: dict[str, JsonValue]
    expires_at: Instant


class WhereNext(Model):
    """Where a browser goes after a sign-in: a path of this site."""

    return_to: str
