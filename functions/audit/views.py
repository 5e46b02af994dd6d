"""The answers of the API, field by field (docs/contracts.md)."""

import base64
import binascii
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from events.audit import ExportState
from events.receipts import CallReceipt, ProgramReceipt
from functions.audit.rules.comparison import VersionRow
from functions.audit.rules.evidence import Filed
from functions.audit.rules.examination import Part, ReceiptCheck
from functions.audit.rules.receipts import Recorded
from shared.audit_log.entries import Entry
from shared.kit.instants import Instant
from shared.kit.models import Data, Model, Page, part_of
from shared.kit.workspaces import InWorkspace


class AuditEntry(Data):
    """One entry. `hash` is the SHA-256 over `previous_hash`, the tenant, `number`, `event_id` and
    `body`, with a line feed between each two; `body` is the text that was hashed, in JSON.
    `workspace_id` is there for what is about something in a workspace."""

    number: int
    event_id: str
    at: Instant
    actor: str
    action: str
    subject: str
    body: str
    previous_hash: str
    hash: str
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, entry: Entry, filed: Filed) -> Self:
        """The entry with the attributes that it was found by."""
        return cls(
            number=entry.number,
            event_id=entry.event_id,
            body=entry.body,
            previous_hash=entry.previous_hash,
            hash=entry.hash,
            **filed._asdict(),
        )


class AuditEntryPage(Data):
    """Some entries, newest first."""

    items: tuple[AuditEntry, ...]
    next_cursor: str | None


class PromptComparison(Data):
    """The versions of a prompt that runs asked models with, from `since` up to before `until`, by
    the receipts that the log has of that time, of which `receipts` were looked through."""

    name: str
    since: Instant
    until: Instant
    receipts: int
    versions: tuple[VersionRow, ...]


class AuditExport(ExportState):
    """An export. `url` is an address at which the archive can be read for fifteen minutes; a new
    answer has a new one, as long as the archive is kept."""

    url: str | None = None

    @classmethod
    def of(cls, export: ExportState, url: str | None = None) -> Self:
        """The export, with an address to download it from if there is one."""
        return part_of(cls, export, url=url)


class AuditCheckpoint(Data):
    """The newest checkpoint: `note` is the signed note, in which `log`, `size` and `root` (base64)
    are; `keys` are the verifier keys of the log, of which one signed."""

    log: str
    size: int
    root: str
    note: str
    keys: tuple[str, ...]


class InclusionProof(Data):
    """That the entry is in the checkpoint's tree, at `index`: `leaf` and `path` are in base64."""

    entry: int
    index: int
    leaf: str
    path: tuple[str, ...]


class ConsistencyProof(Data):
    """That the checkpoint's tree begins with the tree of the first `from_size` entries."""

    from_size: int
    path: tuple[str, ...]


class AuditProofs(Data):
    """What was asked for, about the tree of the checkpoint beside it (RFC 9162, 2.1.3 and
    2.1.4)."""

    checkpoint: AuditCheckpoint
    inclusion: InclusionProof | None
    consistency: ConsistencyProof | None


class RecordedReceipt(CallReceipt):
    """A receipt as the log has it: in the entry of that number."""

    number: int
    workspace_id: InWorkspace = None


class RecordedProgramReceipt(ProgramReceipt):
    """The receipt of a program's call of a model, in the entry of that number."""

    number: int
    workspace_id: InWorkspace = None


AnyRecorded = RecordedReceipt | RecordedProgramReceipt


def recorded_receipt(number: int, recorded: Recorded) -> AnyRecorded:
    """The receipt in the entry of that number."""
    receipt = recorded.receipt
    place = {"number": number, "workspace_id": recorded.workspace_id}
    if isinstance(receipt, CallReceipt):
        return part_of(RecordedReceipt, receipt, **place)
    return part_of(RecordedProgramReceipt, receipt, **place)


class ReceiptPage(Page[AnyRecorded]):
    """Some receipts, newest first."""


class DsseSignature(Model):
    """A signature of an envelope: `keyid` is how the verifier key begins, `sig` is in base64."""

    keyid: Annotated[str, StringConstraints(max_length=400)]
    sig: Annotated[str, StringConstraints(max_length=200)]


class DsseEnvelope(Model):
    """A DSSE envelope: `payload` is the in-toto statement, in base64."""

    payload: Annotated[str, StringConstraints(max_length=40_000)]
    payloadType: Annotated[str, StringConstraints(max_length=100)]  # noqa: N815 - DSSE's name
    signatures: Annotated[tuple[DsseSignature, ...], Field(max_length=8)]

    def text(self) -> str | None:
        """The statement; None for what is none."""
        try:
            return base64.b64decode(self.payload, validate=True).decode()
        except (binascii.Error, ValueError):
            return None


class SignedReceipt(Data):
    """A receipt, and the envelope of its statement; `keys` are the verifier keys of the log, of
    which one signed."""

    receipt: AnyRecorded
    envelope: DsseEnvelope
    keys: tuple[str, ...]


class ReceiptProof(Data):
    """A receipt with all that verifies it without us: its envelope, and the proof that a checkpoint
    covers it (C2SP tlog-proof), whose `extra` is what is hashed before the statement: the previous
    hash, the tenant, the number and the id, with a line feed between each two."""

    receipt_id: str
    number: int
    envelope: DsseEnvelope
    proof: str
    keys: tuple[str, ...]


class ReceiptAwaited(Data):
    """A receipt that no checkpoint covers yet: `due_at` is when the next one is signed."""

    receipt_id: str
    number: int
    due_at: Instant


class ReceiptVerification(Data):
    """What the checks of a receipt show. `created`: it is whole, and no checkpoint covers it yet;
    `verified`: one does; `tampered` names the parts that are not as they were."""

    receipt_id: str
    status: Literal["created", "verified", "tampered"]
    checked: tuple[ReceiptCheck, ...]
    tampered: tuple[Part, ...]
