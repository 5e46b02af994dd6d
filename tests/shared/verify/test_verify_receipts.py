"""A receipt verifies with its proof, in an archive, and with tools that nobody here wrote; whatever
somebody alters of it is found."""

import base64
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymerkle import InmemoryTree, verify_inclusion
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from functions.audit.rules.envelopes import signed_envelope
from shared.audit_log.notes import sign_note, verifier_key
from shared.audit_log.tree import GrowingTree, leaf_hash
from shared.kit.signing import load_signing_key, new_key
from shared.verify.__main__ import main
from shared.verify.notes import Forged
from shared.verify.receipts import verify_receipt
from tests.shared.verify.archives import KEY, LOG, TRUSTED, archive_of, chained, verified
from tests.shared.verify.receipts import as_file, entries, proved

ROOT = Path(__file__).parents[3]
CHAIN = entries(11)
WHOLE = proved(CHAIN, 7)
OTHER = proved(CHAIN, 6)
STRANGER = load_signing_key(json.dumps(new_key("audit")))


def test_each_receipt_of_trees_of_all_sizes_is_proved() -> None:
    for size in range(1, 12):
        for number in range(1, size + 1):
            found = verify_receipt(as_file(proved(CHAIN[:size], number)), [TRUSTED])
            entry = CHAIN[number - 1]
            assert found == (LOG, number, entry.body, (TRUSTED,))


def _altered(change: Callable[[dict[str, Any]], object]) -> bytes:
    receipt = copy.deepcopy(WHOLE)
    change(receipt)
    return as_file(receipt)


def _text(payload: str) -> str:
    return base64.b64encode(payload.encode()).decode()


def _line(number: int, line: str) -> Callable[[dict[str, Any]], None]:
    def change(receipt: dict[str, Any]) -> None:
        lines = receipt["proof"].split("\n")
        lines[number] = line
        receipt["proof"] = "\n".join(lines)

    return change


def _signed_by_us(body: str) -> Callable[[dict[str, Any]], None]:
    return lambda receipt: receipt.update(envelope=signed_envelope(body, LOG, KEY))


LINES = WHOLE["proof"].split("\n")
EXTRA = base64.b64decode(LINES[1].removeprefix("extra ")).decode()
BODY = CHAIN[6].body


@pytest.mark.parametrize(
    "change",
    [
        lambda receipt: receipt.pop("proof"),
        lambda receipt: receipt.pop("keys"),
        lambda receipt: receipt.update(keys=[1]),
        lambda receipt: receipt.update(envelope="x"),
        lambda receipt: receipt.update(envelope=OTHER["envelope"]),
        lambda receipt: receipt.update(proof=OTHER["proof"]),
        lambda receipt: receipt["envelope"].update(payload=OTHER["envelope"]["payload"]),
        lambda receipt: receipt["envelope"].update(payload=receipt["envelope"]["payload"] + "="),
        lambda receipt: receipt["envelope"].update(payloadType="text/plain"),
        lambda receipt: receipt["envelope"].update(payloadType=1),
        lambda receipt: receipt["envelope"].update(signatures=[]),
        lambda receipt: receipt["envelope"].update(signatures=[1]),
        lambda receipt: receipt["envelope"]["signatures"].append({}),
        lambda receipt: receipt["envelope"]["signatures"][0].update(keyid="x"),
        lambda receipt: receipt["envelope"]["signatures"][0].update(sig=_text("x")),
        lambda receipt: receipt.update(envelope=signed_envelope(BODY, LOG, STRANGER)),
        _signed_by_us(BODY.replace("confirmed", "undone")),
        _signed_by_us(CHAIN[5].body),
        _signed_by_us("{}"),
        _line(0, "c2sp.org/tlog-proof@v2"),
        _line(1, LINES[1] + "="),
        _line(1, f"extra {_text(EXTRA.replace('acme', 'acne'))}"),
        _line(2, "index 5"),
        _line(2, "index 06"),
        _line(2, "index -1"),
        _line(2, "index 11"),
        _line(3, LINES[4]),
        _line(3, ""),
        _line(-3, LINES[-2]),
        _line(-2, sign_note("x\n", LOG, STRANGER).split("\n")[-2]),
        _line(len(LINES) - 6, "other"),
        _line(len(LINES) - 5, "12"),
    ],
)
def test_whatever_is_altered_of_a_receipt_is_found(change: Any) -> None:
    with pytest.raises(Forged):
        verify_receipt(_altered(change))
    with pytest.raises(Forged):
        verify_receipt(_altered(change), [TRUSTED])


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b"{" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_receipt_is_refused(text: bytes) -> None:
    with pytest.raises(Forged):
        verify_receipt(text)


def test_a_receipt_that_names_no_key_verifies_with_a_trusted_one_only() -> None:
    silent = as_file({**WHOLE, "keys": []})
    assert verify_receipt(silent, [TRUSTED]).number == 7
    with pytest.raises(Forged):
        verify_receipt(silent)


def test_a_receipt_of_other_keys_than_the_trusted_is_refused() -> None:
    with pytest.raises(Forged):
        verify_receipt(as_file(WHOLE), [verifier_key(LOG, STRANGER)])
    with pytest.raises(Forged):
        verify_receipt(as_file(WHOLE), [verifier_key("another", KEY)])


def test_an_archive_says_how_many_receipts_it_has_and_shows_one() -> None:
    archive = archive_of(CHAIN)
    found = verified(archive)
    assert (found.broken, found.receipts, found.sought) == ("", 11, "")
    assert verified(archive, sought=CHAIN[3].event_id).sought == CHAIN[3].body
    assert verified(archive, sought="rct_none").sought == ""
    altered = verified(archive.replace(b"confirmed", b"confIrmed", 1))
    assert altered.broken == "entry 1: it was altered: its hash is another"


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace('"tenant_id":"acme"', '"tenant_id":"acne"'),
        lambda body: body.replace(CHAIN[0].event_id, CHAIN[1].event_id),
        lambda body: body.replace("assent.dev/receipt/v1", "assent.dev/receipt/v2"),
        lambda body: body.replace('"digest":{"sha256":"', '"digest":{"sha256":"0'),
    ],
)
def test_an_entry_that_only_looks_like_a_receipt_is_named(change: Callable[[str], str]) -> None:
    """Also where whoever made the archive hashed and signed it."""
    body = change(CHAIN[0].body)
    (entry,) = (replace(each, event_id=each.event_id) for each in chained([body]))
    assert verified(archive_of([entry])).broken.startswith("entry 1: it is not the statement")


def test_the_command_verifies_a_receipt_and_shows_it(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path_factory.mktemp("receipts")
    file, archive = folder / "receipt.json", folder / "acme.tar"
    file.write_bytes(as_file(WHOLE))
    archive.write_bytes(archive_of(CHAIN))
    assert main([str(file), "--key", TRUSTED]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{file}: a receipt, entry 7 of {LOG}, whole\n")
    assert f"signed by {TRUSTED} (as you named it)" in said
    assert said.endswith(f"\n{CHAIN[6].body}\n")
    assert main([str(archive), "--receipt", CHAIN[2].event_id]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{archive}: 11 entries, 11 of them receipts, of {LOG}, whole\n")
    assert said.endswith(f"\n{CHAIN[2].body}\n")
    assert main([str(archive), "--receipt", "rct_none"]) == 2
    file.write_bytes(_altered(lambda receipt: receipt.update(proof=OTHER["proof"])))
    assert main([str(file)]) == 1
    assert "BROKEN" in capsys.readouterr().out
    assert main([str(file), "--key", "nonsense"]) == 2


def test_it_verifies_a_receipt_alone_without_anything_else_of_the_project(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("alone")
    package = folder / "assent_verify"
    package.mkdir()
    for module in (ROOT / "shared" / "verify").glob("*.py"):
        (package / module.name).write_bytes(module.read_bytes())
    (folder / "receipt.json").write_bytes(as_file(WHOLE))
    command = [sys.executable, "-W", "error", "-m", "assent_verify", "receipt.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_tools_that_nobody_here_wrote_verify_envelope_root_and_inclusion() -> None:
    envelope = Envelope.from_dict(copy.deepcopy(WHOLE["envelope"]))
    key = SSlibKey.from_crypto(KEY.public_key, "+".join(TRUSTED.split("+")[:2]))
    assert envelope.verify([key], 1)
    assert json.loads(envelope.payload) == json.loads(BODY)
    stranger = SSlibKey.from_crypto(STRANGER.public_key, key.keyid)
    with pytest.raises(VerificationError):
        envelope.verify([stranger], 1)
    theirs, ours = InmemoryTree(algorithm="sha256"), GrowingTree()
    for entry in CHAIN:
        theirs.append_entry(bytes.fromhex(entry.hash))
        ours.add(leaf_hash(entry.hash))
        assert theirs.get_root() == ours.root
    path = [base64.b64decode(each) for each in WHOLE["proof"].split("\n\n")[0].split("\n")[3:]]
    proof = theirs.prove_inclusion(7)
    assert path == proof.path[1:]
    verify_inclusion(leaf_hash(CHAIN[6].hash), ours.root, proof)
