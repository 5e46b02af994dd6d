"""An entry of the audit log, with the proof that a checkpoint covers it, what it counts for, when,
and for whom."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from .merkle import root_with
from .notes import Forged, open_note, read_checkpoint, read_key
from .receipts import STATEMENT, check_statement, read_proof

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STARTED = "assent.run.started.v1"
_ASKED = "assent.model_call.settled.v1"
_DECIDED = frozenset(
    f"assent.approval.{how}.v1"
    for how in ("approved", "auto_approved", "rejected", "changes_requested", "expired")
)


class EntryVerified(NamedTuple):
    """An entry that a checkpoint covers: where it stands in which log, whose it is, its text, and
    which key signed the checkpoint."""

    log: str
    number: int
    tenant: str
    event: str
    body: str
    signers: tuple[str, ...]


def verify_entry(said: Mapping[str, Any], trusted: Sequence[str] = ()) -> EntryVerified:
    """What `{body, proof, keys}` shows; `trusted` are the verifier keys that may have signed it, by
    default those that it names. Raises Forged for what does not hold."""
    body, written, named = said["body"], said["proof"], said["keys"]
    if not isinstance(body, str) or not isinstance(written, str):
        raise Forged("its entry of the log has no text or no proof")
    proof = read_proof(written)
    note, key = open_note(proof.note, [read_key(each) for each in trusted or named])
    checkpoint = read_checkpoint(note)
    if checkpoint.log != key.name:
        raise Forged("the checkpoint of its entry is of another log than its key")
    link = hashlib.sha256(proof.place + b"\n" + body.encode()).digest()
    leaf = hashlib.sha256(b"\x00" + link).digest()
    if root_with(leaf, proof.leaf, checkpoint.size, proof.path) != checkpoint.root:
        raise Forged("the checkpoint does not cover its entry of the log")
    tenant, number, event = proof.placed()
    return EntryVerified(checkpoint.log, number, tenant, event, body, (key.text,))


class Acted(NamedTuple):
    """When, in milliseconds since 1970, and who, without what ends a column."""

    at: int
    subject: str


def acted(entry: EntryVerified) -> Acted:
    """When its text says that it happened, and who acted: of a receipt the agent or the program
    that called, of an event its actor. Raises LookupError or ValueError for a text that says
    neither."""
    said = json.loads(entry.body)
    if entry.body.encode().startswith(STATEMENT):
        receipt = said["predicate"]
        caller = "agent_id" if "agent_id" in receipt else "called_by"
        at, who = receipt["at"], receipt[caller]
    else:
        at, who = said["time"], said.get("actorid", "")
    since = datetime.fromisoformat(at) - _EPOCH
    return Acted(since // timedelta(milliseconds=1), " ".join(who.split()))


def counted(entry: EntryVerified, meter: str) -> int:
    """What the entry counts for of a meter. Raises Forged for a text that says neither what an
    event nor what a receipt says."""
    if entry.body.encode().startswith(STATEMENT):
        check_statement(entry.body.encode(), entry.tenant, entry.event)
        return _of_receipt(json.loads(entry.body)["predicate"], meter)
    said = json.loads(entry.body)
    if (said["tenantid"], said["id"]) != (entry.tenant, entry.event):
        raise Forged("its entry of the log is not that of its event")
    return _of_event(said["type"], json.loads(said["data"]), meter)


def _of_receipt(receipt: Mapping[str, Any], meter: str) -> int:
    if receipt["outcome"] != "confirmed":
        return 0
    model = receipt.get("model")
    if model is None:
        return 1 if meter == "tool_calls" else 0
    number = model.get(meter) if meter in ("tokens_in", "tokens_out") else 0
    return number if isinstance(number, int) and model.get("cached_from") is None else 0


def _of_event(type: str, data: Mapping[str, Any], meter: str) -> int:
    if meter == "executions":
        repeats = (data.get("replay_of"), data.get("parent_run_id")) != (None, None)
        return 1 if type == _STARTED and not repeats else 0
    if meter == "approvals":
        return 1 if type in _DECIDED else 0
    if meter in ("tokens_cached_read", "tokens_cached_write") and type == _ASKED:
        number = (data.get("tokens") or {}).get(meter)
        return number if isinstance(number, int) and data.get("status") == "answered" else 0
    return 0
