"""The files that an approval names, as its card shows them. Pure."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from events.approvals import Subject
from events.artifacts import ArtifactStatus, UploadersText
from events.labels import Labels
from shared.artifacts.ids import artifacts_in
from shared.kit.callers import Caller
from shared.kit.errors import ScopeMissing
from shared.kit.instants import Instant
from shared.kit.models import Data

# Tokens with one of these read files.
READ_SCOPES = ("runs:read", "governance:read")
# So many of those that a content names are shown.
MOST_NAMED = 50

_OF_CALLS = ("run", "direct_call")

NamedAs = Literal["evidence", "attachment", "content"]


class Download(Data):
    """Where to GET the bytes until `until`, without a token. Whoever has the address may do so."""

    url: str
    until: Instant


class NamedFile(Data):
    """A file that an approval names: in its evidence, as an attachment of its refusal, or in its
    content, which only runs and agents elsewhere have. `sha256` is that of the bytes which anybody
    can download, ever. `download` is an address to read it, while it is `stored`, for whose token
    opens files (`runs:read` or `governance:read`)."""

    artifact_id: str
    named_as: NamedAs
    name: UploadersText
    media_type: str
    bytes: int
    sha256: str
    status: ArtifactStatus
    labels: Labels
    uploaded_by: str
    agent_id: str | None
    download: Download | None = None


class Named(NamedTuple):
    """The ids that an approval names. What it cites was looked at when it was cited; contents are
    read only of what runs and agents elsewhere request, and of the files that they name only those
    of the approval's own workspace are shown."""

    subject: Subject
    content: Any
    evidence: Iterable[str]
    attachments: Iterable[str]
    workspace_id: str | None

    @property
    def ways(self) -> dict[str, NamedAs]:
        """How each is named; one that is cited too, as it is cited."""
        of_calls = self.subject.type in _OF_CALLS
        content = sorted(artifacts_in(self.content))[:MOST_NAMED] if of_calls else ()
        return {
            **dict.fromkeys(content, "content"),
            **dict.fromkeys(self.evidence, "evidence"),
            **dict.fromkeys(self.attachments, "attachment"),
        }


def require_reader(caller: Caller) -> None:
    """Raises ScopeMissing for a caller whose token opens no files: naming one gives no access
    to it."""
    if not caller.scopes.intersection(READ_SCOPES):
        told = f"naming a file takes a token with {' or '.join(READ_SCOPES)}"
        raise ScopeMissing(told)
