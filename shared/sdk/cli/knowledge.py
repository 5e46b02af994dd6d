"""`assent knowledge`: ask documents, and add them."""

from pathlib import Path

from cyclopts import App

from ..generated import bodies
from ..generated.models import Citation
from .session import UNSAID, Common, printable, read_file, signed_in

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
    common.table(found.items, ("corpus_id", "name", "kind", "status"))


@app.command
def make(name: str, /, *, reader: list[str], common: Common = UNSAID) -> None:
    """Make a corpus; --reader names a role, a principal or an agent, once for each."""
    with signed_in() as client:
        made = client.corpora.create(name=name, readers=reader)
    common.show(made, f"{made.corpus_id} is {made.status}: add documents to it.")


@app.command
def add(corpus_id: str, /, *files: str, common: Common = UNSAID) -> None:
    """Add texts in Markdown, or HTML where the file's name ends so; a file again is its next
    version."""
    with signed_in() as client:
        added = [
            client.corpora.documents_add(
                corpus_id,
                name=file,
                text=read_file(file),
                media_type="text/html" if Path(file).suffix == ".html" else "text/markdown",
            )
            for file in files
        ]
    common.table(added, ("document_id", "name", "version", "status"))


@app.command
def documents(corpus_id: str, /, *, common: Common = UNSAID) -> None:
    """List the documents of a corpus: whether each is found yet, or why not."""
    with signed_in() as client:
        found = client.corpora.documents_list(corpus_id)
        common.table(found, ("document_id", "name", "version", "status", "reason"))
