"""What people send of a device, and what is wrong with it. Pure."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from events.devices import Platform
from shared.devices.device import DevicesText
from shared.kit import base64url
from shared.kit.device_signatures import CompactJws, Coordinate, is_point
from shared.kit.errors import FieldError, Invalid
from shared.kit.models import Model

Name = Annotated[DevicesText, StringConstraints(pattern=r"\S", max_length=200)]
Endpoint = Annotated[str, StringConstraints(pattern=r"^https://[!-~]{1,1990}$", max_length=1998)]
UserKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{87}=?$", max_length=88)]
Milliseconds = Annotated[float, Field(strict=True, ge=0)]
Secret = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}(==)?$", max_length=24)]


class KeyBody(Model):
    """The public half of a device's key, as `crypto.subtle.exportKey("jwk", …)` gives it. What it
    says of the key's use is not kept."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Coordinate
    y: Coordinate
    alg: Literal["ES256"] | None = None
    ext: Annotated[bool, Field(strict=True)] | None = None
    key_ops: Annotated[tuple[Literal["verify"], ...], Field(max_length=1)] = ()


class PushKeysBody(Model):
    """With what messages for a browser are encrypted: a P-256 point and a secret of 16 bytes."""

    p256dh: UserKey
    auth: Secret


class SubscriptionBody(Model):
    """A browser's push subscription, as `PushSubscription.toJSON()` gives it."""

    endpoint: Endpoint
    keys: PushKeysBody
    expiration_time: Annotated[Milliseconds | None, Field(alias="expirationTime")] = None


class DeviceBody(Model):
    """A device. An app has a push `token`. A browser (`web`) has a `subscription`, a `key`, or
    both: `proof` is that key's signature of the challenge (docs/contracts.md, Devices that sign).
    Tokens and subscriptions are stored, and never returned."""

    platform: Platform
    name: Name | None = None
    token: Annotated[str, Field(max_length=4096)] | None = None
    subscription: SubscriptionBody | None = None
    key: KeyBody | None = None
    proof: CompactJws | None = None


class ConfirmBody(Model):
    """`signature` is that of another device of the caller's (docs/contracts.md, Devices that sign);
    it may be left out after a sign-in by passkey under five minutes ago."""

    signature: CompactJws | None = None


def check_body(body: DeviceBody) -> None:
    """Raises Invalid, naming each field that is missing, does not belong to the platform, or is no
    key or point."""
    if errors := _errors(body):
        raise Invalid(*errors)


def _errors(body: DeviceBody) -> list[FieldError]:
    is_browser = body.platform == "web"
    has_more = body.subscription is not None or body.key is not None or body.proof is not None
    if not is_browser and has_more:
        return [FieldError("platform", "only a browser (web) has a subscription or a key")]
    if body.token is not None and has_more:
        return [FieldError("token", "belongs to a device without a subscription and a key")]
    if body.token is not None:
        return [] if body.token.strip() else [FieldError("token", "must not be empty")]
    if not is_browser:
        return [FieldError("token", "must be given")]
    if body.subscription is None and body.key is None:
        return [FieldError("subscription", "must be given, or a key, or a token")]
    if body.proof is not None and body.key is None:
        return [FieldError("key", "must be given with its proof")]
    if body.key is not None and not _is_key(body.key):
        return [FieldError("key", "is no public key of the curve P-256: export it again")]
    return []


def _is_key(key: KeyBody) -> bool:
    # One key has one text, so that it is registered once.
    plain = all(base64url.encode(base64url.decode(each)) == each for each in (key.x, key.y))
    return plain and is_point(key.x, key.y)
