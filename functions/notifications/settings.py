"""The settings of this function beyond those of every function, and its key."""

import json
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from functions.notifications.aggregates import SIGNING_KEY
from functions.notifications.rules.webpush import vapid_key
from shared.kit import base64url
from shared.runtime.settings import Settings
from shared.runtime.site import site_of_passkeys
from shared.storage.secrets import read_secret


class NotificationSettings(Settings):
    """Whether the platform is a local one, whose services may be on this machine."""

    environment: str = "prod"

    @property
    def is_local(self) -> bool:
        """Whether http to this machine is taken as an address."""
        return self.environment == "local"


@cache
def settings() -> NotificationSettings:
    """The settings, read once per process."""
    return NotificationSettings.from_environment()


@cache
def console_url() -> str:
    """The origin of the console, to which messages lead."""
    return site_of_passkeys().origins[0]


def link_to(path: str) -> str:
    """The address of a page of the console."""
    return f"{console_url()}{path}"


async def seed() -> bytes:
    """The 32 bytes that the keys of this function are made of. Raises Unavailable."""
    return base64url.decode(json.loads(await read_secret(SIGNING_KEY))["seed"])


async def push_key() -> ec.EllipticCurvePrivateKey:
    """The key by which push services know us. Raises Unavailable."""
    return vapid_key(await seed())
