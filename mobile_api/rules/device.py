"""A person's device: where they are told, and the key with which they sign. Pure."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from events.devices import DeviceConfirmed, DeviceKey, DeviceRegistered, DeviceRemoved
from mobile_api.rules.device_bodies import ConfirmBody, DeviceBody, KeyBody
from shared.devices.device import (
    MOST_PER_PRINCIPAL,
    Registration,
    Subscription,
    device_id_of,
    hash_of_text,
)
from shared.kit import base64url
from shared.kit.callers import Caller
from shared.kit.device_signatures import (
    CONFIRMATION,
    PROOF,
    DeviceSignatureRefused,
    check_signed,
    signer_of,
)
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.transitions import Transition

CHALLENGE_LIFE = timedelta(minutes=3)
BY_SIGN_IN, BY_PASSKEY = "sign_in", "passkey"
_UNTOLD = {"has_push": False, "subscription": "", "endpoint_hash": ""}


class DeviceChallenge(Data):
    """What the next key of a principal must sign, once, until `expires_at`; used up where `value`
    is None."""

    principal: str
    value: str | None
    expires_at: Instant


Step = Transition[Registration] | Transition[DeviceChallenge]


def thumbprint(key: DeviceKey | KeyBody) -> str:
    """The thumbprint of a key (RFC 7638), in base64url."""
    written = DeviceKey(x=key.x, y=key.y).thumbprinted
    return base64url.encode(hashlib.sha256(written).digest())


def id_of(tenant_id: str, body: DeviceBody) -> str:
    """The id of the body's device: by its key, its token, or else its endpoint."""
    if body.key is not None:
        return device_id_of(tenant_id, "key", thumbprint(body.key))
    if body.token is not None:
        return device_id_of(tenant_id, "token", body.token)
    assert body.subscription is not None, "a checked body has one of the three"
    return device_id_of(tenant_id, "endpoint", body.subscription.endpoint)


def proof_of(caller: Caller, challenge: str) -> dict[str, Any]:
    """What the caller's new key signs."""
    whose = {"tenant": caller.tenant_id, "principal": caller.principal}
    return {"v": 1, **whose, "challenge": challenge}


def confirmation_of(tenant_id: str, device: Registration) -> dict[str, Any]:
    """What another device of the owner's signs to confirm the device."""
    assert device.key is not None
    return {
        "v": 1,
        "tenant": tenant_id,
        "device_id": device.device_id,
        "thumbprint": thumbprint(device.key),
    }


def register(
    known: Registration | None,
    shown: Registration | None,
    body: DeviceBody,
    device_id: str,
    principal: str,
    at: datetime,
) -> Registration | None:
    """The device with what the body says, for this principal; None where nothing has to be told:
    the same subscription again is told again. `shown`
    is what is `known`, with its owner's words opened. The device of a token or a subscription goes
    to whoever registers it, a key never does: raises DeviceSignatureRefused for somebody else's,
    VersionConflict for one that was removed."""
    key = DeviceKey(x=body.key.x, y=body.key.y) if body.key is not None else None
    if known is not None and key is not None:
        detail = "this key was enrolled before, and each is enrolled once: make another"
        if known.principal != principal:
            raise DeviceSignatureRefused("key_taken", detail)
        if known.removed_at is not None:
            raise VersionConflict("this key was removed, and never comes back: make another")
    pushed = body.subscription
    fields: dict[str, Any] = {"platform": body.platform, "key": key}
    if body.name is not None:
        fields["name"] = body.name
    if body.token is not None:
        fields["token"] = body.token
    if pushed is not None:
        subscription = Subscription.model_validate(pushed.model_dump())
        fields |= {
            "has_push": True,
            "subscription": subscription.model_dump_json(),
            "endpoint_hash": hash_of_text(pushed.endpoint),
        }
    if known is not None and known.held_by == principal:
        is_known = all(getattr(shown, name) == value for name, value in fields.items())
        # A push service may have refused that subscription once, and whoever sends then forgot it.
        return None if is_known and pushed is None else known.but(**fields)
    return Registration(device_id=device_id, principal=principal, registered_at=at, **fields)


def enrol(
    device: Registration,
    challenge: DeviceChallenge | None,
    proof: str | None,
    caller: Caller,
    signing: Sequence[Registration],
) -> tuple[Step, ...]:
    """The device with its new key, and the challenge used up. The first key of its owner counts at
    once, as does one that a sign-in by passkey brings; any other once a device of theirs in
    `signing` confirms it. Raises DeviceSignatureRefused for a key that did not sign the challenge
    that waits, Invalid without a proof."""
    assert device.key is not None
    if proof is None:
        raise Invalid(
            FieldError("proof", "must be given with a new key: its signature of the challenge")
        )
    options = "call POST /v1/mobile/devices/options again"
    if challenge is None or challenge.value is None:
        raise DeviceSignatureRefused("replayed", f"no new key is waited for: {options}")
    if caller.received_at >= challenge.expires_at:
        detail = f"the challenge is older than three minutes: {options}"
        raise DeviceSignatureRefused("expired", detail)
    stated = proof_of(caller, challenge.value)
    check_signed(proof, x=device.key.x, y=device.key.y, typ=PROOF, statement=stated)
    by = BY_PASSKEY if caller.signed_in_by_passkey else None if signing else BY_SIGN_IN
    if by is not None:
        device = device.but(confirmed_at=caller.received_at, confirmed_by=by)
    return (
        Transition(challenge.but(value=None)),
        Transition(device, DeviceRegistered),
    )


def confirm(
    device: Registration,
    body: ConfirmBody,
    caller: Caller,
    signing: Sequence[Registration],
) -> tuple[Transition[Registration], ...]:
    """The device whose key counts from now on; no change for one that counts. Raises
    VersionConflict for a device without a key, DeviceSignatureRefused unless one of `signing`, the
    caller's others, confirms it or the caller has just signed in by passkey."""
    if device.key is None:
        raise VersionConflict("the device has no key: there is nothing to confirm")
    if device.confirmed_at is not None:
        return ()
    by = BY_PASSKEY
    if body.signature is not None:
        signer = signer_of(body.signature)
        found = next((each for each in signing if each.device_id == signer), None)
        if found is None or found.key is None:
            detail = "kid must be the id of another device of yours whose key counts"
            raise DeviceSignatureRefused("unknown_key", detail)
        stated = confirmation_of(caller.tenant_id, device)
        x, y = found.key.x, found.key.y
        check_signed(body.signature, x=x, y=y, typ=CONFIRMATION, statement=stated)
        by = found.device_id
    elif not caller.has_just_signed_in(by_passkey=True):
        detail = "another device of yours must sign this, or sign in by passkey and repeat it"
        raise DeviceSignatureRefused("unknown_key", detail)
    counts = device.but(confirmed_at=caller.received_at, confirmed_by=by)
    return (Transition(counts, DeviceConfirmed),)


def without_endpoint(device: Registration, at: datetime) -> tuple[Transition[Registration], ...]:
    """The device without its subscription, which another one has now; removed where it has no key
    to stay for."""
    if device.key is None:
        return remove(device, at)
    return (Transition(device.but(**_UNTOLD), DeviceRegistered),)


def remove(device: Registration, at: datetime) -> tuple[Transition[Registration], ...]:
    """The device without all that reaches it; no change for one that was removed."""
    if device.removed_at is not None:
        return ()
    gone = device.but(removed_at=at, token="", name="", **_UNTOLD)
    return (Transition(gone, DeviceRemoved),)


def make_room(own: Sequence[Registration], at: datetime) -> tuple[Transition[Registration], ...]:
    """The removal of the oldest device without a key, where its owner has as many as may be. Raises
    VersionConflict where all have one: nothing takes a key's place but its owner."""
    if len(own) < MOST_PER_PRINCIPAL:
        return ()
    told = [each for each in own if each.key is None]
    if not told:
        raise VersionConflict(f"you have {MOST_PER_PRINCIPAL} devices with a key: remove one")
    return remove(min(told, key=lambda each: (each.registered_at, each.device_id)), at)
