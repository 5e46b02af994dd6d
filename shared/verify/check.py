"""What an archive holds, and whether that is what was appended and signed.

Its files, in this order: for each thousand entries `entries/<n>.jsonl`, one line for each entry,
and `tree/<n>`, the 32 bytes of each entry's leaf; in an export of everything the tenant's documents
as lines of JSON, `events/<n>.jsonl`, `collections/<noun>/<n>.jsonl` and `contents/<n>.jsonl`; then
`checkpoint`, `manifest.json` and `manifest.note`."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import IO, Any, NamedTuple

from .decisions import SignedDecisions
from .merkle import Tree
from .notes import Forged, Key, open_note, read_checkpoint, read_key
from .receipts import STATEMENT, check_statement
from .tar import Damaged, files_in

FORMAT = "assent-archive/1"
BEFORE_THE_FIRST = b"0" * 64
LEAF_BYTES = 32
_LINE = re.compile(
    rb'\{"tenant_id":"([!#-\[\]-~]+)","number":([1-9][0-9]*),"event_id":("(?:[^"\\]|\\.)+"),'
    rb'"previous_hash":"([0-9a-f]{64})","hash":"([0-9a-f]{64})","body":(\{.*\})\}'
)
_DOCUMENTS = re.compile(r"(events|collections/[a-z_]+|contents)/[0-9]{8}\.jsonl")


class Verified(NamedTuple):
    """What was found. `broken` says what is not as it was signed, and is empty for a whole archive;
    `signers` are the keys that signed checkpoint and manifest, `documents` how many files hold
    documents of the tenant, `decisions` how many decisions people's devices signed, `receipts` how
    many entries are receipts; `sought` is the statement of the one that was sought, empty where
    none has that id."""

    log: str
    entries: int
    signers: tuple[str, ...]
    broken: str
    documents: int = 0
    receipts: int = 0
    sought: str = ""
    decisions: int = 0


class Chain:
    """Follows the entries of one tenant from the first on. Holds none of them but the receipt that
    is sought."""

    def __init__(self, sought: str = "") -> None:
        self.tree = Tree()
        self.tenant = b""
        self.receipts = 0
        self.found = b""
        self._sought = sought.encode()
        self._previous = BEFORE_THE_FIRST
        self._unlike = 0

    def follow(self, entries: bytes, leaves: bytes) -> None:
        """Follows the lines of some entries, whose leaves the archive has beside them. Raises
        Damaged for the first entry that is not as it was appended."""
        *lines, unended = entries.split(b"\n")
        first = self.tree.size
        for line in [*lines, unended] if unended else lines:
            at = (self.tree.size - first) * LEAF_BYTES
            given = leaves[at : at + LEAF_BYTES]
            try:
                leaf = self._leaf(line, given)
            except Damaged:
                if self._unlike:
                    raise Damaged(self._hashed_anew(self._unlike)) from None
                raise
            self.tree.add(leaf)
            if not self._unlike and leaf != given:
                self._unlike = self.tree.size
        if unended:
            raise Damaged(f"entry {self.tree.size}: it was altered: its line does not end")
        if len(lines) * LEAF_BYTES != len(leaves):
            raise Damaged(f"entry {self.tree.size + 1}: it is missing, or a leaf was added for it")

    def compare(self, size: int, root: bytes) -> str:
        """What the checkpoint's tree shows; empty where it is that of the entries."""
        number = self.tree.size
        if (number, self.tree.root()) == (size, root):
            return f"entry {self._unlike}: its leaf in the tree was altered" if self._unlike else ""
        if self._unlike:
            return self._hashed_anew(self._unlike)
        if number < size:
            return f"entry {number + 1}: it is missing; the checkpoint has {size} entries"
        if number > size:
            return f"entry {size + 1}: it was added; the checkpoint has {size} entries"
        return "the entries are not those of the checkpoint: some were altered and all hashed anew"

    def _hashed_anew(self, number: int) -> str:
        return f"entry {number}: it was altered, and hashed anew"

    def _leaf(self, line: bytes, given: bytes) -> bytes:
        number = self.tree.size + 1
        found = _LINE.fullmatch(line)
        if found is None:
            raise Damaged(f"entry {number}: it was altered: its line is not one that was written")
        tenant, numbered, event_id, previous, hash, body = found.groups()
        self.tenant = self.tenant or tenant
        if b"\\" in event_id:
            event_id = _unescaped(event_id, number)
        text = b"\n".join((previous, tenant, numbered, event_id[1:-1], body))
        link = hashlib.sha256(text)
        if link.hexdigest().encode() != hash:
            raise Damaged(f"entry {number}: it was altered: its hash is another")
        if int(numbered) != number or tenant != self.tenant:
            raise Damaged(f"entry {number}: it is missing; entry {numbered.decode()} follows")
        leaf = hashlib.sha256(b"\x00" + link.digest()).digest()
        if previous != self._previous:
            # Where its leaf is the one that was written, the entry before it is another.
            if leaf == given and number > 1:
                raise Damaged(self._hashed_anew(number - 1))
            raise Damaged(f"entry {number}: it does not follow the entry before it")
        self._previous = hash
        if body.startswith(STATEMENT):
            self._note(event_id[1:-1], body, number)
        return leaf

    def _note(self, receipt_id: bytes, body: bytes, number: int) -> None:
        try:
            check_statement(body, self.tenant.decode(), receipt_id.decode())
        except Forged as error:
            raise Damaged(f"entry {number}: {error}") from error
        self.receipts += 1
        if receipt_id == self._sought:
            self.found = body


def _unescaped(literal: bytes, number: int) -> bytes:
    """The text in quotes that a JSON literal writes in the one way that was written."""
    try:
        text = json.loads(literal)
        if json.dumps(text).encode() == literal:
            return b'"%s"' % text.encode()
    except ValueError:
        pass
    raise Damaged(f"entry {number}: it was altered: its event's id is not one that was written")


def verify(archive: IO[bytes], trusted: Sequence[str] = (), sought: str = "") -> Verified:
    """What the archive shows. `trusted` are the verifier keys that may have signed it, by default
    those that the archive names itself; `sought` is the id of a receipt in it. Raises Forged for a
    trusted key that is none."""
    keys = [read_key(each) for each in trusted]
    chain, rest, listed = Chain(sought), dict[str, bytes](), list[dict[str, Any]]()
    signed = SignedDecisions()
    try:
        _read(archive, chain, signed, rest, listed)
        signed.end()
        log, signers = _compare(chain, rest, listed, keys)
    except Damaged as error:
        return Verified("", chain.tree.size, (), str(error))
    documents = sum(_DOCUMENTS.fullmatch(each["name"]) is not None for each in listed)
    found = chain.found.decode()
    number, receipts = chain.tree.size, chain.receipts
    return Verified(log, number, signers, "", documents, receipts, found, signed.number)


def _read(
    archive: IO[bytes],
    chain: Chain,
    signed: SignedDecisions,
    rest: dict[str, bytes],
    listed: list[dict[str, Any]],
) -> None:
    """Follows the entries, compares contents with their hashes, verifies what devices signed, and
    keeps the last three files. Raises Damaged."""
    entries, segment = b"", 1
    for name, content in files_in(archive):
        sha256 = hashlib.sha256(content).hexdigest()
        listed.append({"bytes": len(content), "name": name, "sha256": sha256})
        if name == f"entries/{segment:08}.jsonl" and not rest:
            entries = content
        elif name == f"tree/{segment:08}" and not rest and len(listed) == 2 * segment:
            chain.follow(entries, content)
            segment += 1
        elif _DOCUMENTS.fullmatch(name) and not rest:
            if name.startswith("contents/"):
                _compare_contents(name, content)
            elif name.startswith("events/"):
                signed.follow(name, content)
        elif name == ("checkpoint", "manifest.json", "manifest.note", "")[len(rest)]:
            rest[name] = content
        else:
            raise Damaged(f"the archive has no place for a file {name!r} here")
    if len(rest) < 3:
        raise Damaged("the archive is cut: checkpoint and manifest are at its end")


def _compare_contents(name: str, lines: bytes) -> None:
    """Raises Damaged for a line whose text has another hash than its name."""
    for number, line in enumerate(lines.splitlines(), 1):
        try:
            said = json.loads(line)
            text = said.get("text")
            is_it = text is None or hashlib.sha256(text.encode()).hexdigest() == said["sha256"]
        except (ValueError, AttributeError, KeyError, RecursionError):
            is_it = False
        if not is_it:
            raise Damaged(f"{name}: line {number} is not the content that its hash names")


def _compare(
    chain: Chain, rest: Mapping[str, bytes], listed: list[dict[str, Any]], keys: list[Key]
) -> tuple[str, tuple[str, ...]]:
    """The log's name and who signed. Raises Damaged for what does not agree."""
    manifest = _manifest(rest["manifest.json"])
    log = str(manifest.get("log"))
    try:
        known = keys or [read_key(str(each)) for each in manifest.get("keys", ())]
        said, key = open_note(rest["checkpoint"], [each for each in known if each.name == log])
        checkpoint = read_checkpoint(said)
    except Forged as error:
        raise Damaged(f"the checkpoint is not to be trusted: {error}") from error
    if checkpoint.log != log:
        raise Damaged(f"the checkpoint is of the log {checkpoint.log}, the manifest of {log}")
    if unlike := chain.compare(checkpoint.size, checkpoint.root):
        raise Damaged(unlike)
    digest = hashlib.sha256(rest["manifest.json"]).hexdigest()
    try:
        text, signer = open_note(rest["manifest.note"], known)
    except Forged as error:
        raise Damaged(f"the manifest is not to be trusted: {error}") from error
    if text != f"{FORMAT}\n{log}\n{digest}\n":
        raise Damaged("manifest.json was altered: its signature is of another text")
    expected = {
        "format": FORMAT,
        "entries": chain.tree.size,
        "tenant_id": chain.tenant.decode(),
        "files": listed[:-2],
    }
    for name, value in expected.items():
        if manifest.get(name) != value:
            raise Damaged(f"the manifest's {name} are not those of the archive")
    return log, tuple(dict.fromkeys((key.text, signer.text)))


def _manifest(text: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        manifest = None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("keys"), list):
        raise Damaged("manifest.json was altered: it cannot be read")
    return manifest
