"""Labels: what a value was made of. They follow it from where it came from through all that was
made of it, and policies may ask about those of a call's arguments (docs/decisions/0120).

A label is a declared word: `untrusted`; `from:<source>`, the connector whose system or the uploaded
file whose bytes gave it;
`classified:<level>`, which people say of all that a system gives; `model:<name>`, which wrote it or
chose it."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import StringConstraints

Label = Annotated[str, StringConstraints(max_length=210)]
Labels = tuple[Label, ...]

# Whoever wrote it may have written it to make agents do something.
UNTRUSTED = "untrusted"
# As many as a call's token takes.
MOST_LABELS = 20


def from_connector(name: str) -> str:
    """The label of what the connector's system gave."""
    return f"from:{name}"


def from_artifact(artifact_id: str) -> str:
    """The label of what was read of an uploaded file."""
    return f"from:{artifact_id}"


def classified_as(level: str) -> str:
    """The label of what has the classification."""
    return f"classified:{level}"


def by_model(name: str) -> str:
    """The label of what the model wrote, or chose."""
    return f"model:{name}"


def merged(*several: Iterable[str]) -> Labels:
    """All of them, each once, sorted: how labels are stored and signed."""
    return tuple(sorted({label for labels in several for label in labels}))
