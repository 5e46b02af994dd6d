"""A checkpoint counts if our key signed it for this tenant and the number it is filed under."""

import base64
import json
from dataclasses import replace

import pytest
from joserfc.jwk import KeySet

from shared.audit_log.checkpoints import all_opened, log_name, opened, signed_checkpoint
from shared.audit_log.notes import (
    TreeHead,
    names_signer,
    open_note,
    read_checkpoint,
    sign_note,
    verifier_key,
)
from shared.kit.errors import SignatureInvalid
from shared.kit.signing import load_public_keys, load_signing_key, new_key, public_key_set

KEY = load_signing_key(json.dumps(new_key("audit")))
KEYS: KeySet = load_public_keys(json.dumps(public_key_set(KEY)))
ROOT = bytes(range(32))
LOG = log_name("assent-dev", "acme")

# Of Go's reference implementation, golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdn"
    "gotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_is_the_one_that_the_reference_implementation_signs() -> None:
    seed = base64.b64decode(GO_SEED)[1:]
    secret = {"kid": "go", "seed": base64.urlsafe_b64encode(seed).decode()}
    key = load_signing_key(json.dumps(secret))
    text = GO_NOTE.partition("\n\n")[0] + "\n"
    assert verifier_key("PeterNeumann", key) == GO_KEY
    assert sign_note(text, "PeterNeumann", key) == GO_NOTE
    assert open_note(GO_NOTE, "PeterNeumann", KeySet([key])) == text


def test_a_checkpoint_says_what_was_signed() -> None:
    stored = signed_checkpoint(LOG, 5, ROOT, KEY)
    origin, size, root, *_ = stored.note.split("\n")
    assert (origin, size, base64.b64decode(root)) == ("assent-audit/assent-dev/acme", "5", ROOT)
    assert opened(stored, LOG, KEYS) == TreeHead(LOG, 5, ROOT)


def test_each_tenant_of_each_project_has_a_log_of_its_own_whose_key_has_a_name() -> None:
    names = {
        log_name(project, tenant) for project in ("a", "b") for tenant in ("x+y", "x%2By", "x")
    }
    assert len(names) == 6
    assert not any(set(" +") & set(name) for name in names)


def test_checkpoints_are_in_the_order_of_their_numbers() -> None:
    stored = [signed_checkpoint(LOG, number, ROOT, KEY) for number in (7, 30, 4)]
    assert [each.size for each in all_opened(stored, LOG, KEYS)] == [4, 7, 30]


def test_another_keys_signature_is_refused() -> None:
    stranger = load_signing_key(json.dumps(new_key("audit")))
    with pytest.raises(SignatureInvalid, match="no key of assent-audit/assent-dev/acme"):
        opened(signed_checkpoint(LOG, 5, ROOT, stranger), LOG, KEYS)


def test_signatures_of_others_beside_ours_do_not_count() -> None:
    stranger = load_signing_key(json.dumps(new_key("audit")))
    stored = signed_checkpoint(LOG, 5, ROOT, KEY)
    text = stored.note.rpartition("\n\n")[0] + "\n"
    witness = sign_note(text, "witness.example", stranger).rpartition("\n\n")[2]
    assert opened(replace(stored, note=stored.note + witness), LOG, KEYS).size == 5
    with pytest.raises(SignatureInvalid):
        opened(replace(stored, note=f"{text}\n{witness}"), LOG, KEYS)


@pytest.mark.parametrize("place", range(len(signed_checkpoint(LOG, 5, ROOT, KEY).note.encode())))
def test_a_note_that_was_altered_anywhere_is_refused(place: int) -> None:
    raw = bytearray(signed_checkpoint(LOG, 5, ROOT, KEY).note.encode())
    raw[place] ^= 1
    altered = raw.decode(errors="replace")
    with pytest.raises(SignatureInvalid):
        read_checkpoint(open_note(altered, LOG, KEYS))


def test_an_older_checkpoint_filed_as_the_newest_is_refused() -> None:
    older = signed_checkpoint(LOG, 5, ROOT, KEY)
    with pytest.raises(SignatureInvalid, match=f"filed as entry 9 of {LOG} is of entry 5 of {LOG}"):
        all_opened([older, replace(older, number=9)], LOG, KEYS)


def test_another_tenants_checkpoint_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        opened(signed_checkpoint(log_name("assent-dev", "evil"), 5, ROOT, KEY), LOG, KEYS)


ENCODED = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        "hello\n",
        f"{LOG}\n05\n{ENCODED}\n",
        f"{LOG}\n-5\n{ENCODED}\n",
        f"{LOG}\n5_0\n{ENCODED}\n",
        f"{LOG}\nfive\n{ENCODED}\n",
        f"{LOG}\n5\n{ENCODED[4:]}\n",
        f"{LOG}\n5\n{ENCODED}\nextension\n",
        f"{LOG}\n5\n{ENCODED}",
    ],
)
def test_another_statement_of_the_same_key_is_refused(text: str) -> None:
    with pytest.raises(SignatureInvalid):
        read_checkpoint(text)
    with pytest.raises(SignatureInvalid):
        opened(
            replace(signed_checkpoint(LOG, 5, ROOT, KEY), note=sign_note(text, LOG, KEY)), LOG, KEYS
        )


def test_whether_a_key_is_known_is_read_without_verifying() -> None:
    stranger = load_signing_key(json.dumps(new_key("audit")))
    assert names_signer(LOG, signed_checkpoint(LOG, 5, ROOT, KEY).note, KEYS)
    assert not names_signer(LOG, signed_checkpoint(LOG, 5, ROOT, stranger).note, KEYS)
    for odd in ("", "\u2014", f"\u2014 {LOG} ", f"\u2014 {LOG} ?", f"\u2014 {LOG} AAAA AAAA"):
        assert not names_signer(LOG, odd, KEYS)
