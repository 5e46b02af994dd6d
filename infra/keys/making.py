"""Makes missing values of the manifests' secrets, and rotates keys."""

import json
import secrets
import time
from collections.abc import Callable, Iterator

from infra.keys.rotation import SEED_BYTES, Key, new_key, public_value, signing_value
from infra.keys.values import Values
from infra.refusals import Refused
from shared.manifest import Manifests

SIGNING, PUBLIC = "-signing-key", "-public-keys"
# After this time a process that meets an unknown key reads the public keys again
# (shared/storage/secrets.py: thirty seconds).
KNOWN_AFTER_SECONDS = 60


def create_missing(manifests: Manifests, values: Values) -> Iterator[str]:
    """Gives each secret of the manifests that has no value its first, and yields a line about each.
    Existing values stay. Raises Refused where a secret itself does not exist yet."""
    for name in sorted(manifests.secrets, key=lambda name: (name.endswith(PUBLIC), name)):
        if values.latest(name) is not None:
            yield f"{name}: kept"
        elif name.endswith(SIGNING):
            owner = name.removesuffix(SIGNING)
            key = _fresh(owner)
            if _publishes(owner, manifests):
                values.add(f"{owner}{PUBLIC}", public_value(key))
            values.add(name, signing_value(key))
            yield f"{name}: created"
        elif name.endswith(PUBLIC):
            raise Refused(f"{name}: its signing key is there and it is not; rotate that key")
        else:
            values.add(name, secrets.token_urlsafe(SEED_BYTES))
            yield f"{name}: created, at random"


def rotate(
    owner: str,
    manifests: Manifests,
    values: Values,
    *,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[str]:
    """Publishes a new key of `owner`, then signs with it. Signatures of older keys still verify.
    Raises Refused where there is no older key."""
    _signing(owner, values)
    key = _fresh(owner)
    if _publishes(owner, manifests):
        values.add(f"{owner}{PUBLIC}", public_value(key, values.latest(f"{owner}{PUBLIC}")))
        yield f"{key['kid']}: published; it signs in {KNOWN_AFTER_SECONDS} seconds"
        wait(KNOWN_AFTER_SECONDS)
    values.add(f"{owner}{SIGNING}", signing_value(key))
    yield f"{key['kid']}: signs, within ten minutes everywhere; retire the older keys after that"


def retire(owner: str, manifests: Manifests, values: Values) -> Iterator[str]:
    """Ends the older keys of `owner`: nothing that they signed verifies any more, and their seeds
    are destroyed. Raises Refused where there is no key."""
    key: Key = json.loads(_signing(owner, values))
    if _publishes(owner, manifests):
        values.add(f"{owner}{PUBLIC}", public_value(key))
    gone = values.destroy_older(f"{owner}{SIGNING}")
    yield f"{key['kid']}: the only key, within ten minutes everywhere; {gone} older ones destroyed"


def _fresh(owner: str) -> Key:
    return new_key(owner, secrets.token_bytes(SEED_BYTES), secrets.token_hex(4))


def _publishes(owner: str, manifests: Manifests) -> bool:
    return f"{owner}{PUBLIC}" in manifests.secrets


def _signing(owner: str, values: Values) -> str:
    held = values.latest(f"{owner}{SIGNING}")
    if held is None:
        raise Refused(f"{owner}{SIGNING}: has no value yet; create it first")
    return held
