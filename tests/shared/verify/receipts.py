"""Entries of receipts, and receipts with their proofs, as the platform writes them."""

import json
from typing import Any

from functions.audit.rules.envelopes import signed_envelope
from functions.audit.rules.receipts import receipt_entries
from shared.audit_log.checkpoints import signed_checkpoint
from shared.audit_log.entries import GENESIS, Entry, link_hash, place_of
from shared.audit_log.notes import written_proof
from shared.audit_log.tree import GrowingTree, Node, inclusion, leaf_hash
from tests.functions.audit.reports import receipt, report
from tests.shared.verify.archives import KEY, LOG, TRUSTED

TENANT = "acme"


def entries(count: int) -> list[Entry]:
    """The entries of that many receipts, hashed as the database hashes."""
    told = report(TENANT, 1, *map(receipt, range(count)))
    new = receipt_entries(told.attributes(), told.data)
    return chained(*((each.event_id, each.body) for each in new))


def proved(chain: list[Entry], number: int) -> dict[str, Any]:
    """What `GET /v1/receipts/{id}/proof` answers of the entry of that number."""
    entry = chain[number - 1]
    tree, hashes = GrowingTree(), dict[Node, bytes]()
    for each in chain:
        hashes.update(tree.add(leaf_hash(each.hash)))
    note = signed_checkpoint(LOG, tree.size, tree.root, KEY).note
    place = place_of(
        previous=entry.previous_hash,
        tenant_id=entry.tenant_id,
        number=number,
        event_id=entry.event_id,
    )
    path = inclusion(number - 1, tree.size).path(hashes)
    return {
        "receipt_id": entry.event_id,
        "number": number,
        "envelope": signed_envelope(entry.body, LOG, KEY),
        "proof": written_proof(number - 1, path, note, place.encode()),
        "keys": [TRUSTED],
    }


def logged(chain: list[Entry], number: int) -> dict[str, Any]:
    """The entry of that number as a proof of usage has it."""
    said = proved(chain, number)
    return {"body": chain[number - 1].body, "proof": said["proof"], "keys": said["keys"]}


def chained(*told: tuple[str, str]) -> list[Entry]:
    """The entries of these ids and texts, hashed as the database hashes."""
    chain, previous = [], GENESIS
    for number, (event_id, body) in enumerate(told, 1):
        named: Any = {"previous": previous, "tenant_id": TENANT, "number": number}
        link = link_hash(**named, event_id=event_id, body=body)
        chain.append(Entry(TENANT, number, event_id, body, previous, link))
        previous = link
    return chain


def as_file(proved: dict[str, Any]) -> bytes:
    return json.dumps(proved).encode()
