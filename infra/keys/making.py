"""Making the values that the manifests' secrets lack, and changing keys.

Verifiers must know a key before anybody signs with it. So a new key is first published beside the
old one, then signs, and the old one is retired when nothing that it signed matters any more;
at once, where it was stolen."""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from infra.keys.values import Values
from infra.refusals import Refused
from shared.kit.digests import new_key_ring
from shared.kit.secret_names import MAIL_RELAY, MODEL_KEY, PUBLIC, STRIPE, WRAPPING
from shared.kit.signing import SEED_BYTES, load_signing_key, new_key, public_key_set
from shared.manifest import Manifests

SIGNING, LOG = "-signing-key", "-log-key"
# A secret of these holds a ring of keys.
RINGS = (LOG, WRAPPING)
# Google makes these, for an account: `<access id>:<secret>`.
BUCKET, NO_KEY = "-bucket-key", "none:none"
# What others give: whoever serves a model, carries mail or collects money. There may be none.
NONE = "none"
_UNTIL_SET = {
    MODEL_KEY: "set it where the model needs one",
    MAIL_RELAY: "no mail is sent until you set it (guides/deploy.md)",
    STRIPE: "nothing is sold until you set it (guides/sell-it.md)",
}
# After this time a process that meets an unknown key reads the public keys again
# (shared/storage/secrets.py: thirty seconds).
KNOWN_AFTER_SECONDS = 60

# Owners whose signatures are verified for ever: the checkpoints of the audit chain.
LASTING = frozenset({"audit"})

Key = Mapping[str, str]


def create_missing(manifests: Manifests, values: Values) -> Iterator[str]:
    """Gives each secret of the manifests that has no value its first, and yields a line about each.
    Existing values stay, public keys beside the one of a new signing key. Raises Refused where a
    secret itself does not exist yet."""
    made: dict[str, str] = {}
    said: list[str] = []
    for name in sorted(manifests.secrets, key=lambda name: (name.endswith(PUBLIC), name)):
        if name in made:
            said.append(f"{name}: created")
        elif values.latest(name) is not None:
            said.append(f"{name}: kept")
        elif name.endswith(SIGNING):
            owner = name.removesuffix(SIGNING)
            key = new_key(owner)
            kept = _known(owner, manifests, values)
            made |= {**_published(owner, manifests, key, kept), name: json.dumps(key)}
            said.append(f"{name}: created")
        elif name.endswith(RINGS):
            made[name] = new_key_ring(name.rpartition("-")[0].rpartition("-")[0])
            said.append(f"{name}: created")
        elif name.endswith(BUCKET):
            made[name] = NO_KEY
            where = "put a key of Cloud Storage there (guides/deploy.md)"
            said.append(f"{name}: opens nothing yet; {where}")
        elif name.endswith(tuple(_UNTIL_SET)):
            made[name] = NONE
            means = next(each for end, each in _UNTIL_SET.items() if name.endswith(end))
            said.append(f"{name}: none yet; {means}")
        elif name.endswith(PUBLIC):
            raise Refused(f"{name}: its signing key is there and it is not; rotate that key")
        else:
            made[name] = secrets.token_urlsafe(SEED_BYTES)
            said.append(f"{name}: created, at random")
    values.add_all(made)
    yield from said


def put(name: str, value: str, manifests: Manifests, values: Values) -> Iterator[str]:
    """Gives the value of that name another text. Raises Refused for a name that no manifest has,
    for a key that is made here, because what it signed, wrapped or entered would be lost with it,
    for an empty text, and where its secret does not exist yet."""
    if name not in manifests.secrets:
        raise Refused(f"{name}: no manifest names it; write one of {', '.join(manifests.secrets)}")
    if name.endswith((SIGNING, PUBLIC, *RINGS)):
        raise Refused(f"{name}: is made here and needed for what it was used for; rotate it")
    if not value.strip():
        raise Refused(f"{name}: its value comes on the standard input, and nothing came")
    values.add(name, value.strip())
    yield f"{name}: set, within ten minutes everywhere"


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
    key = new_key(owner)
    if _publish(owner, manifests, values, key, keep=True):
        yield f"{key['kid']}: published; it signs in {KNOWN_AFTER_SECONDS} seconds"
        wait(KNOWN_AFTER_SECONDS)
    values.add(f"{owner}{SIGNING}", json.dumps(key))
    yield f"{key['kid']}: signs, within ten minutes everywhere; retire the older keys after that"


def retire(owner: str, manifests: Manifests, values: Values) -> Iterator[str]:
    """Ends the older keys of `owner`: their seeds are destroyed, and nothing that they signed
    verifies any more, unless the owner's signatures are LASTING. Raises Refused where there is no
    key."""
    key = _signing(owner, values)
    if owner in LASTING:
        what = "signs alone; what older ones signed still verifies"
    else:
        _publish(owner, manifests, values, key)
        what = "the only key, within ten minutes everywhere"
    if f"{owner}{PUBLIC}" in manifests.secrets:
        # They open nothing, and each costs as much as a newest one.
        values.destroy_older(f"{owner}{PUBLIC}")
    gone = values.destroy_older(f"{owner}{SIGNING}")
    yield f"{key['kid']}: {what}; {gone} older versions destroyed"


def _publish(
    owner: str, manifests: Manifests, values: Values, key: Key, *, keep: bool = False
) -> bool:
    """Publishes the key's public half, after the older ones to `keep`, where a manifest names the
    owner's public keys. Returns whether one does."""
    kept = _known(owner, manifests, values) if keep else []
    published = _published(owner, manifests, key, kept)
    values.add_all(published)
    return bool(published)


def _known(owner: str, manifests: Manifests, values: Values) -> Sequence[Mapping[str, str]]:
    name = f"{owner}{PUBLIC}"
    known = values.latest(name) if name in manifests.secrets else None
    return json.loads(known)["keys"] if known is not None else []


def _published(
    owner: str, manifests: Manifests, key: Key, kept: Sequence[Mapping[str, str]]
) -> dict[str, str]:
    name = f"{owner}{PUBLIC}"
    if name not in manifests.secrets:
        return {}
    own = public_key_set(load_signing_key(json.dumps(key)))["keys"]
    return {name: json.dumps({"keys": [*kept, *own]})}


def _signing(owner: str, values: Values) -> Key:
    held = values.latest(f"{owner}{SIGNING}")
    if held is None:
        raise Refused(f"{owner}{SIGNING}: has no value yet; create it first")
    key: Key = json.loads(held)
    return key
