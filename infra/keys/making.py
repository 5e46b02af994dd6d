"""Making the values that the manifests' secrets lack, and changing keys."""

import secrets
from collections.abc import Callable, Iterator

from infra.keys.rotation import SEED_BYTES, Key, Pair, announced, first, new_key, retired, switched
from infra.keys.values import Values
from infra.refusals import Refused
from shared.manifest import Manifests

SIGNING, PUBLIC = "-signing-key", "-public-keys"


def create_missing(manifests: Manifests, values: Values) -> Iterator[str]:
    """Gives each secret of the manifests that has no value its first; says what it did. A value
    that is there stays. Raises Refused where a secret is not there yet."""
    for name in sorted(manifests.secrets, key=lambda name: name.endswith(PUBLIC)):
        if values.latest(name) is not None:
            yield f"{name}: kept"
        elif name.endswith(SIGNING):
            _create_key(name.removesuffix(SIGNING), manifests, values)
            yield f"{name}: created, with its public half"
        elif name.endswith(PUBLIC):
            raise Refused(f"{name}: its signing key is there and it is not; announce a new key")
        else:
            values.add(name, secrets.token_urlsafe(SEED_BYTES))
            yield f"{name}: created, at random"


def announce(owner: str, manifests: Manifests, values: Values) -> str:
    """Publishes a new key of `owner` without signing with it. Raises Refused."""
    fresh = _fresh(owner)
    _store(owner, announced(_signing(owner, values), fresh), manifests, values)
    return f"{fresh['kid']}: announced; start every reader anew, then switch"


def switch(owner: str, manifests: Manifests, values: Values) -> str:
    """Signs with the announced key. Raises Refused."""
    _store(owner, switched(_signing(owner, values)), manifests, values)
    return f"{owner}: the announced key signs; start it anew, then retire the old one"


def retire(owner: str, manifests: Manifests, values: Values) -> str:
    """Nothing that older keys signed verifies any more, and they are destroyed. Raises Refused."""
    _store(owner, retired(_signing(owner, values)), manifests, values)
    gone = values.destroy_older(f"{owner}{SIGNING}")
    return f"{owner}: {gone} older values destroyed; start every reader anew"


STEPS: dict[str, Callable[[str, Manifests, Values], str]] = {
    "announce": announce,
    "switch": switch,
    "retire": retire,
}


def _create_key(owner: str, manifests: Manifests, values: Values) -> None:
    _store(owner, first(_fresh(owner)), manifests, values)


def _fresh(owner: str) -> Key:
    return new_key(owner, secrets.token_bytes(SEED_BYTES), secrets.token_hex(4))


def _signing(owner: str, values: Values) -> str:
    name = f"{owner}{SIGNING}"
    held = values.latest(name)
    if held is None:
        raise Refused(f"{name}: has no value yet; create it first")
    return held


def _store(owner: str, pair: Pair, manifests: Manifests, values: Values) -> None:
    # The public half first: a crash in between leaves a key known that nobody signs with.
    if f"{owner}{PUBLIC}" in manifests.secrets:
        values.add(f"{owner}{PUBLIC}", pair.public)
    values.add(f"{owner}{SIGNING}", pair.signing)
