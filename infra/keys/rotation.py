"""What the secrets of a signing key hold, from its first day to its last.

Whoever verifies must know a key before anybody signs with it, and processes read a secret once. So
a key is *announced* (its public half is published, its seed waits in the signer's own secret), then
*switched* to, and the one before it is *retired*; between each two, every process starts anew."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.refusals import Refused
from shared.kit.signing import load_signing_key, public_key_set

SEED_BYTES = 32
_NEXT = "next"

Key = Mapping[str, str]


@dataclass(frozen=True)
class Pair:
    """What a signing-key secret and its public-keys secret are to hold."""

    signing: str
    public: str


def new_key(owner: str, seed: bytes, distinction: str) -> Key:
    """A key of `owner`; its id ends in `distinction`."""
    encoded = base64.urlsafe_b64encode(seed).rstrip(b"=").decode()
    return {"kid": f"{owner}-{distinction}", "seed": encoded}


def first(key: Key) -> Pair:
    """A key that nobody had before."""
    return Pair(json.dumps(dict(key)), _public(key))


def announced(signing: str, fresh: Key) -> Pair:
    """`fresh` is published beside the key in `signing`, which goes on signing. Raises Refused where
    another one was announced and not switched to."""
    current, waiting = _read(signing)
    if waiting is not None:
        raise Refused(f"{waiting['kid']} is announced already: switch to it first")
    return Pair(json.dumps({**current, _NEXT: dict(fresh)}), _public(current, fresh))


def switched(signing: str) -> Pair:
    """The announced key signs, and both verify. Raises Refused where none was announced."""
    current, waiting = _read(signing)
    if waiting is None:
        raise Refused(f"no key was announced after {current['kid']}: announce one first")
    return Pair(json.dumps(waiting), _public(current, waiting))


def retired(signing: str) -> Pair:
    """Only the key that signs verifies. Raises Refused while another one is announced."""
    current, waiting = _read(signing)
    if waiting is not None:
        raise Refused(f"{waiting['kid']} is announced: switch to it before the old one is retired")
    return Pair(json.dumps(current), _public(current))


def _read(signing: str) -> tuple[dict[str, str], dict[str, str] | None]:
    held: dict[str, Any] = json.loads(signing)
    waiting = held.pop(_NEXT, None)
    return held, waiting


def _public(*keys: Key) -> str:
    return json.dumps(public_key_set(*(load_signing_key(json.dumps(dict(key))) for key in keys)))
