"""Sealed secrets open for what they were sealed for, and while their key is not retired."""

import json

import pytest

from functions.identity.rules.sealing import opened, seal
from shared.kit.digests import load_key_ring, new_key_ring
from shared.kit.errors import Unavailable


def test_a_sealed_secret_opens_for_what_it_is_about_only() -> None:
    keys = load_key_ring(new_key_ring("identity"))
    sealed = seal("hush", "ten_1\nhttps://one.example", keys)
    assert "hush" not in sealed
    assert sealed != seal("hush", "ten_1\nhttps://one.example", keys)
    assert opened(sealed, "ten_1\nhttps://one.example", keys) == "hush"
    with pytest.raises(Unavailable):
        opened(sealed, "ten_2\nhttps://one.example", keys)


def test_a_secret_outlives_a_rotation_and_not_a_retirement() -> None:
    first = json.loads(new_key_ring("identity"))
    second = json.loads(new_key_ring("identity"))
    sealed = seal("hush", "it", load_key_ring(json.dumps(first)))
    both = {**second, "keys": [*first["keys"], *second["keys"]]}
    assert opened(sealed, "it", load_key_ring(json.dumps(both))) == "hush"
    retired = {**second, "retired": first["keys"]}
    with pytest.raises(Unavailable):
        opened(sealed, "it", load_key_ring(json.dumps(retired)))
