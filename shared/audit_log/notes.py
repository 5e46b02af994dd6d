"""Signed notes, the checkpoints in them, and proofs of inclusion, as C2SP specifies: signed-note,
tlog-checkpoint, tlog-proof."""

import base64
import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from joserfc.jwk import KeySet, OKPKey

from shared.kit import base64url
from shared.kit.errors import SignatureInvalid

_ED25519 = b"\x01"
_DASH = "\u2014"
_PROOF = "c2sp.org/tlog-proof@v1"
_HASH_BYTES = 32
_KEY_ID_BYTES = 4


class TreeHead(NamedTuple):
    """A log's origin, the number of its leaves, and the root of their tree."""

    origin: str
    size: int
    root: bytes


def verifier_key(name: str, key: OKPKey) -> str:
    """The public key as `name+id+key`, which tools for signed notes read."""
    public = _ED25519 + _public(key)
    return f"{signer(name, key)}+{base64.b64encode(public).decode()}"


def signer(name: str, key: OKPKey) -> str:
    """The key as `name+id`, which is how its verifier key begins."""
    return f"{name}+{_key_id(name, _public(key)).hex()}"


def sign_note(text: str, name: str, key: OKPKey) -> str:
    """The note: the text, which ends with a line feed, and the key's signature under `name`."""
    signature = _key_id(name, _public(key)) + key.private_key.sign(text.encode())  # type: ignore[union-attr]
    return f"{text}\n{_DASH} {name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, name: str, keys: KeySet) -> str:
    """The text of the note, if one of `keys` signed it under `name`. Raises SignatureInvalid."""
    from cryptography.exceptions import InvalidSignature

    text, separator, lines = note.rpartition("\n\n")
    known = {_key_id(name, _public(key)): key for key in ed25519(keys)}
    try:
        if not separator or not lines.endswith("\n"):
            raise ValueError("no signed note")
        text += "\n"
        for line in lines.removesuffix("\n").split("\n"):
            dash, signer, encoded = line.split(" ")
            signature = _signature(encoded)
            key = known.get(signature[:_KEY_ID_BYTES])
            if dash == _DASH and signer == name and key is not None:
                key.public_key.verify(signature[_KEY_ID_BYTES:], text.encode())  # type: ignore[union-attr]
                return text
    except (ValueError, InvalidSignature) as error:
        raise SignatureInvalid(f"the note of {name} does not verify") from error
    raise SignatureInvalid(f"no key of {name} that we know signed the note")


def names_signer(name: str, note: str, keys: KeySet) -> bool:
    """Whether a signature of `note` under `name` names one of `keys`; verifies nothing."""
    known = {_key_id(name, _public(key)) for key in ed25519(keys)}
    signed = (line.split(" ") for line in note.splitlines() if line.startswith(f"{_DASH} {name} "))
    return any(_signature(words[2])[:_KEY_ID_BYTES] in known for words in signed if words[2:])


def ed25519(keys: KeySet) -> list[OKPKey]:
    """The keys of the set that can have signed a note."""
    return [key for key in keys.keys if isinstance(key, OKPKey)]


def checkpoint_text(head: TreeHead) -> str:
    """The text of the checkpoint."""
    return f"{head.origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"


def read_checkpoint(text: str) -> TreeHead:
    """The tree head in the text of a checkpoint. Raises SignatureInvalid for another text."""
    try:
        origin, size, encoded, end = text.split("\n")
        head = TreeHead(origin, int(size), base64.b64decode(encoded, validate=True))
    except ValueError as error:
        raise SignatureInvalid("the signed text is no checkpoint") from error
    is_written = not end and head.size >= 0 and checkpoint_text(head) == text
    if not is_written or len(head.root) != _HASH_BYTES:
        raise SignatureInvalid("the signed text is no checkpoint")
    return head


def written_proof(index: int, path: Sequence[bytes], note: str, extra: bytes) -> str:
    """The proof that the leaf `index` is in the tree of the checkpoint in the note. `extra` says
    what the leaf is made of, beside what the proof is about."""
    lines = [_PROOF, f"extra {base64.b64encode(extra).decode()}", f"index {index}"]
    lines += [base64.b64encode(each).decode() for each in path]
    return "".join(f"{line}\n" for line in lines) + f"\n{note}"


def _signature(encoded: str) -> bytes:
    """The bytes of a base64 text; empty where the text is not exactly how these bytes are
    written."""
    try:
        signature = base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""
    return signature if base64.b64encode(signature).decode() == encoded else b""


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_ID_BYTES]


def _public(key: OKPKey) -> bytes:
    return base64url.decode(str(key.as_dict(private=False)["x"]))
