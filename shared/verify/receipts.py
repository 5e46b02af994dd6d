"""Receipts: in-toto statements, in the entries of an archive, or each in a signed envelope with the
proof that a checkpoint covers it (https://github.com/secure-systems-lab/dsse,
https://c2sp.org/tlog-proof)."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .merkle import root_with
from .notes import Forged, Key, open_note, read_checkpoint, read_key

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = b'{"_type":"https://in-toto.io/Statement/v1",'
PREDICATE_TYPE = "https://assent.dev/receipt/v1"
PROOF = "c2sp.org/tlog-proof@v1"


class Proved(NamedTuple):
    """A receipt that a checkpoint covers: what it says, and which keys signed it."""

    log: str
    number: int
    statement: str
    signers: tuple[str, ...]


class Proof(NamedTuple):
    """A proof as it is written: `place` is what is hashed before the statement, `leaf` the number
    of the leaf from 0 on."""

    place: bytes
    leaf: int
    path: tuple[bytes, ...]
    note: bytes

    def placed(self) -> tuple[str, int, str]:
        """The tenant, the number and the id of the entry, which were hashed with its text. Raises
        Forged for the proof of another entry."""
        try:
            _, tenant, number, id = self.place.decode().split("\n")
        except ValueError as error:
            raise Forged("its proof does not say which entry it is") from error
        if number != str(self.leaf + 1):
            raise Forged("its proof is of another entry")
        return tenant, self.leaf + 1, id


def check_statement(text: bytes, tenant: str, receipt_id: str) -> None:
    """Raises Forged unless the text is the statement of the receipt of that id in that tenant."""
    try:
        said = json.loads(text)
        predicate, (subject,) = said["predicate"], said["subject"]
        named = (said["predicateType"], predicate["tenant_id"], predicate["receipt_id"])
        is_one = named == (PREDICATE_TYPE, tenant, receipt_id)
        is_one = is_one and subject["digest"] == {"sha256": predicate["arguments_sha256"]}
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Forged("it is no statement of a receipt") from error
    if not text.startswith(STATEMENT) or not is_one:
        raise Forged("it is not the statement of this receipt")


def verify_receipt(text: bytes, trusted: Sequence[str] = ()) -> Proved:
    """What a receipt with its envelope and proof shows: `{envelope, proof, keys}`. `trusted` are
    the verifier keys that may have signed it, by default those that it names itself. Raises Forged
    where anything of it does not verify."""
    said = _read(text)
    keys = [read_key(each) for each in trusted or said["keys"]]
    payload, signer = _open_envelope(said["envelope"], keys)
    proof = read_proof(said["proof"])
    note, key = open_note(proof.note, keys)
    checkpoint = read_checkpoint(note)
    if not checkpoint.log == key.name == signer.name:
        raise Forged("envelope and checkpoint are of different logs")
    link = hashlib.sha256(proof.place + b"\n" + payload).digest()
    leaf = hashlib.sha256(b"\x00" + link).digest()
    if root_with(leaf, proof.leaf, checkpoint.size, proof.path) != checkpoint.root:
        raise Forged("the checkpoint does not cover this receipt")
    tenant, number, receipt_id = proof.placed()
    check_statement(payload, tenant, receipt_id)
    signers = tuple(dict.fromkeys((signer.text, key.text)))
    return Proved(checkpoint.log, number, payload.decode(), signers)


def read_proof(text: str) -> Proof:
    """The proof in the text. Raises Forged for another text."""
    try:
        said, note = text.split("\n\n", 1)
        format, extra, index, *path = said.split("\n")
        found = Proof(
            _decoded(extra.removeprefix("extra ")),
            int(index.removeprefix("index ")),
            tuple(map(_decoded, path)),
            note.encode(),
        )
    except ValueError as error:
        raise Forged("it has no proof") from error
    written = (f"extra {_encoded(found.place)}", f"index {found.leaf}", *map(_encoded, found.path))
    if (format, extra, index, *path) != (PROOF, *written) or found.leaf < 0:
        raise Forged("it has no proof")
    return found


def _read(text: bytes) -> dict[str, Any]:
    try:
        said = json.loads(text)
        is_whole = isinstance(said["proof"], str) and isinstance(said["envelope"], dict)
        is_whole = is_whole and all(isinstance(each, str) for each in said["keys"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Forged("it is no receipt with its envelope, proof and keys") from error
    if not is_whole:
        raise Forged("it is no receipt with its envelope, proof and keys")
    return dict(said)


def _open_envelope(envelope: dict[str, Any], keys: Sequence[Key]) -> tuple[bytes, Key]:
    """The payload of an envelope with one signature, and which of the keys signed it."""
    try:
        payload, kind = _decoded(envelope["payload"]), envelope["payloadType"]
        (signature,) = envelope["signatures"]
        keyid, raw = signature["keyid"], _decoded(signature["sig"])
        if kind != PAYLOAD_TYPE:
            raise Forged("its envelope has no in-toto statement")
        signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
        for key in keys:
            if keyid == f"{key.name}+{key.id.hex()}":
                Ed25519PublicKey.from_public_bytes(key.public).verify(raw, signed)
                return payload, key
    except (ValueError, LookupError, TypeError, AttributeError, InvalidSignature) as error:
        raise Forged("its envelope does not verify") from error
    raise Forged("none of the keys signed its envelope")


def _decoded(text: str) -> bytes:
    """Raises ValueError for another spelling than the one that is written."""
    raw = base64.b64decode(text, validate=True)
    if _encoded(raw) != text:
        raise ValueError("another spelling of the same bytes")
    return raw


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
