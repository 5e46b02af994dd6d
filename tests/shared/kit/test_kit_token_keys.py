"""The keys of access tokens follow from a ring, and go with its keys."""

import json

from joserfc.jwk import KeySet

from shared.kit.digests import KeyRing, load_key_ring, new_key_ring
from shared.kit.errors import SignatureInvalid
from shared.kit.signing import load_public_keys, new_key, public_key_set, sign, verify
from shared.kit.token_keys import token_keys

RING = json.loads(new_key_ring("identity"))
NEWER = new_key("identity")
SAID = {"sub": "user_1"}


def _ring(**changed: object) -> KeyRing:
    return load_key_ring(json.dumps({**RING, **changed}))


def _published(ring: KeyRing) -> KeySet:
    return load_public_keys(json.dumps(public_key_set(*token_keys(ring))))


def _verifies(token: str, ring: KeyRing) -> bool:
    try:
        return verify(token, _published(ring)) == SAID
    except SignatureInvalid:
        return False


def test_every_process_with_the_ring_has_the_same_keys() -> None:
    token = sign(SAID, token_keys(_ring())[0])
    assert _verifies(token, _ring())
    assert not _verifies(token, load_key_ring(new_key_ring("identity")))


def test_what_is_published_tells_nothing_of_the_ring() -> None:
    published = json.dumps(public_key_set(*token_keys(_ring())))
    assert '"d"' not in published
    assert RING["keys"][0]["seed"] not in published


def test_a_new_key_is_published_before_it_signs() -> None:
    known = _ring(keys=[*RING["keys"], NEWER])
    assert {key.kid for key in token_keys(known)} == {RING["maker"], NEWER["kid"]}
    assert token_keys(known)[0].kid == RING["maker"]
    signing = _ring(keys=[*RING["keys"], NEWER], maker=NEWER["kid"])
    assert _verifies(sign(SAID, token_keys(signing)[0]), known)
    assert _verifies(sign(SAID, token_keys(_ring())[0]), signing)


def test_a_retired_key_signs_nothing_that_is_taken() -> None:
    token = sign(SAID, token_keys(_ring())[0])
    assert not _verifies(token, _ring(keys=[NEWER], maker=NEWER["kid"], retired=RING["keys"]))
