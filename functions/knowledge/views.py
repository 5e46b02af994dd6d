"""What the API takes and shows of corpora, documents and answers."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from events.citations import Citation
from events.knowledge import AddersText, CorpusKind, CorpusStatus, DocumentStatus, MakersText
from functions.knowledge.rules.corpus import Corpus
from functions.knowledge.rules.document import Document
from functions.knowledge.rules.fusion import Mode
from shared.kit.callers import Identifier
from shared.kit.ids import Id
from shared.kit.instants import Instant
from shared.kit.models import Data, Model, Page, part_of
from shared.kit.workspaces import InWorkspace

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
# Such as `healthcare`.
Industry = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Readers = Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=50)]


class CorpusBody(Model):
    """A new corpus. Each of its `readers` is a role, a principal or an agent's id."""

    name: Title
    kind: CorpusKind = "tenant"
    industry: Industry | None = None
    readers: Readers

    @model_validator(mode="after")
    def _industry_of_its_kind(self) -> Self:
        if self.kind == "industry" and self.industry is None:
            raise ValueError("a corpus of the kind industry names its industry: healthcare")
        if self.kind != "industry" and self.industry is not None:
            raise ValueError("only a corpus of the kind industry has one: leave it out")
        return self


class CorpusChange(Model):
    """What changes of a corpus; what is left out stays."""

    name: Title | None = None
    readers: Readers | None = None
    status: Literal["active", "deprecated"] | None = None


class CorpusView(Data):
    """A corpus. `embedding`: its first documents are being read; of one that is `deprecated`
    searches find nothing. A `draft` has no document that could be read, and says in `problem` why
    none could be, and what to do, where any was tried."""

    corpus_id: str
    name: MakersText
    kind: CorpusKind
    industry: str | None
    readers: tuple[str, ...]
    status: CorpusStatus
    problem: str | None
    made_by: str
    made_at: Instant
    changed_at: Instant
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, corpus: Corpus) -> Self:
        """The corpus as it is shown."""
        return part_of(cls, corpus, name=corpus.corpus_name)


class CorpusList(Data):
    """All corpora that the caller may read, newest first."""

    items: tuple[CorpusView, ...]


FileName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
TextType = Literal["text/plain", "text/markdown", "text/html"]


class DocumentBody(Model):
    """A document: an uploaded file, or a `text` with its name. Another content under one name is
    another version of one document."""

    name: FileName | None = None
    artifact_id: Id | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=900_000)] | None = None
    media_type: TextType = "text/markdown"

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if (self.text is None) == (self.artifact_id is None):
            raise ValueError("give either text with a name, or artifact_id")
        if self.text is not None and self.name is None:
            raise ValueError("a text needs a name, such as handbook.md")
        return self


class DocumentView(Data):
    """A document in its newest version. `queued` until it is read; from `parsed` on it is found by
    its words, once it is `embedded` by what it means too; `failed` with the `reason`."""

    document_id: str
    corpus_id: str
    name: AddersText
    version: int
    media_type: str
    sha256: str
    artifact_id: str | None
    status: DocumentStatus
    pages: int | None
    chunks: int | None
    model_sha256: str | None
    reason: str | None
    added_by: str
    added_at: Instant
    ended_at: Instant | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, document: Document) -> Self:
        """The document as it is shown."""
        return part_of(cls, document, name=document.document_name)


class DocumentPage(Page[DocumentView]):
    """Some documents of a corpus, newest first."""


class IndustryView(Data):
    """An industry, and the corpora about it that the caller may read."""

    industry: str
    corpora: tuple[str, ...]


class IndustryList(Data):
    """All industries of corpora that the caller may read."""

    items: tuple[IndustryView, ...]


class SearchBody(Model):
    """A question. Without `corpora` all are searched that the caller may read."""

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
    corpora: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)] | None = None
    limit: Annotated[int, Field(ge=1, le=20, strict=True)] = 10
    mode: Mode = "hybrid"


class PassageView(Data):
    """A passage, word for word as its page has it, the `headings` it stands under, and its
    citation. `score` is from 0 to 1, and compares passages of one answer only."""

    text: str
    score: float
    headings: str
    corpus_id: str
    document_name: AddersText
    added_by: str
    citation: Citation


class Answer(Data):
    """Passages that answer a question, the best first. A question of permission is `routed_to` the
    constitutional corpora first: their passages stand before all others."""

    items: tuple[PassageView, ...]
    routed_to: Literal["constitutional"] | None


class CitationsBody(Model):
    """Citations to verify."""

    citations: Annotated[tuple[Citation, ...], Field(min_length=1, max_length=100)]


class CitationVerdict(Data):
    """Whether the document says today what the citation says; `why` not, where it does not."""

    is_true: bool
    why: str | None


class Verdicts(Data):
    """A verdict for each citation, in their order."""

    items: tuple[CitationVerdict, ...]
