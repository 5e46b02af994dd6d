"""Archives as the platform writes them, and what somebody made of them."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from joserfc.jwk import OKPKey

from functions.audit.rules.archive import SEGMENT, Archive
from functions.audit.rules.documents import File
from shared.audit_log.checkpoints import log_name, signed_checkpoint
from shared.audit_log.entries import GENESIS, Entry, link_hash
from shared.audit_log.notes import verifier_key
from shared.audit_log.tree import GrowingTree, leaf_hash
from shared.kit.canonical import canonical_json
from shared.kit.signing import load_public_keys, load_signing_key, new_key, public_key_set
from shared.verify.check import Verified, verify

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = load_signing_key(json.dumps(new_key("audit")))
LOG = log_name("assent-dev", "acme")
TRUSTED = verifier_key(LOG, KEY)


def chained(bodies: Iterable[str], tenant: str = "acme") -> Iterator[Entry]:
    """Entries with these bodies, hashed as the database hashes."""
    previous = GENESIS
    for number, body in enumerate(bodies, 1):
        event_id = f"evt_{number:026}"
        link = link_hash(
            previous=previous, tenant_id=tenant, number=number, event_id=event_id, body=body
        )
        yield Entry(tenant, number, event_id, body, previous, link)
        previous = link


def bodies(count: int) -> Iterator[str]:
    """Some canonical bodies, of about a kilobyte."""
    for number in range(count):
        data = json.dumps(
            {"decided_by": "gala", "note": f"Nr. {number} \u00fc \\ud800", "s": "e" * 700}
        )
        yield canonical_json({"id": str(number), "type": "assent.x.y.v1", "data": data}).decode()


def archive_of(
    entries: Iterable[Entry],
    *,
    key: OKPKey = KEY,
    signed: Iterable[Entry] | None = None,
    log: str = LOG,
    documents: Iterable[File] = (),
) -> bytes:
    """The archive of the entries and documents, with a checkpoint over the `signed` ones, by
    default the same."""
    entries = list(entries)
    tree, archive = GrowingTree(), Archive()
    for entry in entries if signed is None else signed:
        tree.add(leaf_hash(entry.hash))
    written = b"".join(
        archive.segment(entries[at : at + SEGMENT]) for at in range(0, len(entries), SEGMENT)
    )
    written += b"".join(map(archive.document, documents))
    keys = load_public_keys(json.dumps(public_key_set(key)))
    checkpoint = signed_checkpoint(log, tree.size, tree.root, key)
    return written + archive.end(
        tenant_id="acme", log=log, checkpoint=checkpoint, at=AT, keys=keys, key=key
    )


def verified(archive: bytes, *trusted: str, sought: str = "") -> Verified:
    return verify(io.BytesIO(archive), trusted, sought)


def rewritten(archive: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The archive with other contents, in the same form of tar; None leaves a file out."""
    from functions.audit.rules.archive import _header

    written = b""
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for each in files:
            content = files.extractfile(each)
            assert content is not None
            other = change(each.name, content.read())
            if other is not None:
                padded = other + bytes(-len(other) % 512)
                written += _header(each.name, len(other)) + padded
    return written + bytes(1024)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
