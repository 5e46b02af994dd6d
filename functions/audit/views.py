"""The answers of the API, field by field (docs/contracts.md)."""

from typing import Self

from events.audit import ExportState
from functions.audit.rules.chain import Entry
from functions.audit.rules.evidence import Filed
from shared.kit.instants import Instant
from shared.kit.models import Data, part_of
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
