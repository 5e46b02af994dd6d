"""Secrets are decrypted for what they were encrypted for, and while their key is not retired."""

import json

import pytest

from functions.identity.rules.client_secrets import decrypt, encrypt
from shared.kit.digests import load_key_ring, new_key_ring
from shared.kit.errors import Unavailable


def test_a_secret_is_decrypted_for_what_it_is_about_only() -> None:
    keys = load_key_ring(new_key_ring("identity"))
    encrypted = encrypt("hush", "ten_1\nhttps://one.example", keys)
    assert "hush" not in encrypted
    assert encrypted != encrypt("hush", "ten_1\nhttps://one.example", keys)
    assert decrypt(encrypted, "ten_1\nhttps://one.example", keys) == "hush"
    with pytest.raises(Unavailable):
        decrypt(encrypted, "ten_2\nhttps://one.example", keys)


def test_a_secret_outlives_a_rotation_and_not_a_retirement() -> None:
    first = json.loads(new_key_ring("identity"))
    second = json.loads(new_key_ring("identity"))
    encrypted = encrypt("hush", "it", load_key_ring(json.dumps(first)))
    both = {**second, "keys": [*first["keys"], *second["keys"]]}
    assert decrypt(encrypted, "it", load_key_ring(json.dumps(both))) == "hush"
    retired = {**second, "retired": first["keys"]}
    with pytest.raises(Unavailable):
        decrypt(encrypted, "it", load_key_ring(json.dumps(retired)))
