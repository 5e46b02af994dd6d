"""What the API takes and shows of corpora, documents and answers."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from events.knowledge import CorpusKind, CorpusStatus, MakersText
from functions.knowledge.rules.corpus import Corpus
from shared.kit.callers import Identifier
from shared.kit.instants import Instant
from shared.kit.models import Data, Model, part_of
from shared.kit.workspaces import InWorkspace

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
# Such as `healthcare`, which a search names in the place of its corpora.
Industry = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
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
    searches find nothing."""

    corpus_id: str
    name: MakersText
    kind: CorpusKind
    industry: str | None
    readers: tuple[str, ...]
    status: CorpusStatus
    made_by: str
    made_at: Instant
    changed_at: Instant
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, corpus: Corpus) -> Self:
        """The corpus as it is shown."""
        return part_of(cls, corpus)


class CorpusList(Data):
    """All corpora that the caller may read, newest first."""

    items: tuple[CorpusView, ...]
