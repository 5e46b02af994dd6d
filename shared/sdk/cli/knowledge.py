"""`assent knowledge`: ask documents, and add them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cyclopts import App

from ..generated import bodies
from ..generated.models import Citation, DocumentView
from .session import UNSAID, Common, printable, read_file, signed_in
from .uploading import upload
from .wrong_input import WrongInput

if TYPE_CHECKING:
    from ..client import Assent

_OFFICE = "application/vnd.openxmlformats-officedocument"
_UPLOADED = {
    ".pdf": "application/pdf",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".json": "application/json",
}
_TEXTS: dict[str, Literal["text/plain", "text/markdown", "text/html"]] = {
    ".txt": "text/plain",
    ".html": "text/html",
}

app = App(name="knowledge", help="Ask documents, and add them.")


@app.command
def search(
    question: str, /, *, corpus: list[str] | None = None, limit: int = 5, common: Common = UNSAID
) -> None:
    """Ask a question: passages word for word, each with its document and page. Each citation is
    verified before it is printed."""
    with signed_in() as client:
        answer = client.knowledge.search(query=question, limit=limit, corpora=corpus)
        cited = [_cited(each.citation) for each in answer.items]
        verdicts = client.knowledge.verify(citations=cited) if cited else None
    lines = []
    if answer.routed_to is not None:
        lines.append("What is allowed: the constitution first.")
    for each, verdict in zip(answer.items, verdicts.items if verdicts else (), strict=True):
        where = f"{each.document_name}, page {each.citation.page}"
        is_so = "verified" if verdict.is_true else f"not verified: {verdict.why}"
        under = f" ({each.headings})" if each.headings else ""
        lines += ["", printable(f"{where}{under}, {is_so}")]
        lines += [f"  {printable(line)}" for line in each.text.splitlines()]
    common.show(answer, "\n".join(lines).strip() or "There is nothing.")


def _cited(citation: Citation) -> bodies.Citation:
    return bodies.Citation(
        document=citation.document,
        version=citation.version,
        page=citation.page,
        start=citation.start,
        end=citation.end,
        quote_sha256=citation.quote_sha256,
    )


@app.command
def corpora(*, common: Common = UNSAID) -> None:
    """List the corpora that you may read."""
    with signed_in() as client:
        found = client.corpora.list()
    common.table(found.items, ("corpus_id", "name", "kind", "status", "problem"))


@app.command
def make(name: str, /, *, reader: list[str], common: Common = UNSAID) -> None:
    """Make a corpus; --reader names a role, a principal or an agent, once for each."""
    with signed_in() as client:
        made = client.corpora.create(name=name, readers=reader)
    common.show(made, f"{made.corpus_id} is {made.status}: add documents to it.")


@app.command
def add(corpus_id: str, /, *files: str, common: Common = UNSAID) -> None:
    """Add texts, PDF, Word, PowerPoint, Excel, CSV and JSON files; another file of the same name is
    its next version. Where one fails, those before it are added, and none after it."""
    if not files:
        raise WrongInput("Name the files: assent knowledge add cor_… handbook.md manual.pdf")
    names = [Path(file).name for file in files]
    if len(set(names)) < len(names):
        raise WrongInput("Two files have one name, so that one would be the other's next version.")
    added = list[DocumentView]()
    try:
        with signed_in() as client:
            for file in files:
                added.append(_added(client, corpus_id, file))
    finally:
        left = files[len(added) :]
        if added or not left:
            common.table(added, ("document_id", "name", "version", "status"))
        if added and left:
            said = f"Not added: {', '.join(left)}. Mend what is wrong with {left[0]}"
            print(printable(f"{said}, and add these."), file=sys.stderr)


def _added(client: "Assent", corpus_id: str, file: str) -> DocumentView:
    name, kind = Path(file).name, Path(file).suffix.lower()
    if kind in _UPLOADED:
        artifact_id = upload(client, file, _UPLOADED[kind])
        return client.corpora.documents_add(corpus_id, name=name, artifact_id=artifact_id)
    media_type = _TEXTS.get(kind, "text/markdown")
    text = read_file(file)
    return client.corpora.documents_add(corpus_id, name=name, text=text, media_type=media_type)


@app.command
def documents(corpus_id: str, /, *, common: Common = UNSAID) -> None:
    """List the documents of a corpus: whether each is found yet, or why not."""
    with signed_in() as client:
        found = client.corpora.documents_list(corpus_id)
        common.table(found, ("document_id", "name", "version", "status", "reason"))
