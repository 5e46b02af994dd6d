"""A checkpoint counts if our key signed it for this tenant and the number it is filed under."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from joserfc.jwk import KeySet

from functions.audit.rules.checkpoints import all_opened, kept, opened
from shared.kit.errors import SignatureInvalid
from shared.kit.signing import load_public_keys, load_signing_key, new_key, public_key_set, sign

AT = datetime(2026, 11, 20, 12, 0, 0, 999_999, tzinfo=UTC)
KEY = load_signing_key(json.dumps(new_key("audit")))
KEYS: KeySet = load_public_keys(json.dumps(public_key_set(KEY)))
HASH = "a" * 64


def test_a_checkpoint_says_what_was_signed() -> None:
    checkpoint = opened(kept("acme", 5, HASH, AT, KEY), "acme", KEYS)
    assert checkpoint.model_dump(mode="json") == {
        "tenant_id": "acme",
        "number": 5,
        "hash": HASH,
        "at": "2026-11-20T12:00:00.999Z",
    }


def test_checkpoints_are_in_the_order_of_their_numbers() -> None:
    stored = [kept("acme", number, HASH, AT, KEY) for number in (7, 30, 4)]
    assert [each.number for each in all_opened(stored, "acme", KEYS)] == [4, 7, 30]


def test_another_keys_signature_is_refused() -> None:
    stranger = load_signing_key(json.dumps(new_key("audit")))
    with pytest.raises(SignatureInvalid):
        opened(kept("acme", 5, HASH, AT, stranger), "acme", KEYS)


def test_an_older_checkpoint_filed_as_the_newest_is_refused() -> None:
    older = kept("acme", 5, HASH, AT, KEY)
    with pytest.raises(SignatureInvalid, match="filed as entry 9 of acme is of entry 5 of acme"):
        all_opened([older, replace(older, number=9)], "acme", KEYS)


def test_another_tenants_checkpoint_is_refused() -> None:
    with pytest.raises(SignatureInvalid, match="of entry 5 of evil"):
        opened(kept("evil", 5, HASH, AT, KEY), "acme", KEYS)


@pytest.mark.parametrize("statement", [{}, {"tenant_id": "acme", "number": "five"}])
def test_another_statement_of_the_same_key_is_refused(statement: dict[str, object]) -> None:
    stored = replace(kept("acme", 5, HASH, AT, KEY), signature=sign(statement, KEY))
    with pytest.raises(SignatureInvalid):
        opened(stored, "acme", KEYS)
