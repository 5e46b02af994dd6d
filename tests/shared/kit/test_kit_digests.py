"""Keyed digests: another text, another border, another key give another digest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.digests import KeyRing, load_key_ring, new_key_ring

RING = load_key_ring(new_key_ring("orders"))
TEXTS = st.lists(st.text(max_size=5), max_size=4).map(tuple)


@given(TEXTS, TEXTS)
def test_a_digest_verifies_exactly_its_own_texts(
    ours: tuple[str, ...], other: tuple[str, ...]
) -> None:
    digest = RING.digest(*ours)
    assert RING.verifies(digest, *ours)
    assert RING.verifies(digest, *other) == (ours == other)


def test_the_digest_is_that_of_rfc_2104() -> None:
    key = {"kid": "one", "seed": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}
    ring = load_key_ring(json.dumps({"maker": "one", "keys": [key], "retired": []}))
    # printf '2:ab0:' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f
    assert ring.digest("ab", "") == "one.aeASJ8yi_nRQiadx6XzViGdHERleHUjM1kW6whopax0"


@pytest.mark.parametrize(
    "digest", ["", ".", "one", "orders-0", "é.é", f"{RING.maker}.", f"{RING.maker}.é"]
)
def test_what_is_no_digest_verifies_nothing(digest: str) -> None:
    assert not RING.verifies(digest, "entry")
    assert not RING.verifies(digest, "entry", also_retired=True)


def test_another_functions_key_makes_no_digest_of_ours() -> None:
    forged = load_key_ring(new_key_ring("orders"))
    digest = forged.digest("entry").replace(forged.maker, RING.maker)
    assert RING.knows(digest)
    assert not RING.verifies(digest, "entry")
    assert not RING.knows(forged.digest("entry"))


def test_a_retired_key_verifies_only_for_who_asks_for_it() -> None:
    newer = load_key_ring(new_key_ring("orders"))
    ring = KeyRing(newer.maker, newer.keys, RING.keys)
    old = RING.digest("entry")
    assert ring.knows(old)
    assert not ring.verifies(old, "entry")
    assert ring.verifies(old, "entry", also_retired=True)
    assert not ring.verifies(old, "another", also_retired=True)


@pytest.mark.parametrize(
    "secret",
    [
        "{}",
        "[]",
        "not json",
        '{"maker": "one", "keys": [], "retired": []}',
        '{"maker": "one", "keys": [{"kid": "one", "seed": "c2hvcnQ"}], "retired": []}',
        '{"maker": "one", "keys": [{"kid": "one"}], "retired": []}',
    ],
)
def test_a_ring_of_another_shape_is_a_value_error(secret: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        load_key_ring(secret)
