"""Where a thing belongs: to one workspace of its tenant, or to the tenant as a whole."""

from typing import Annotated

from pydantic import Field

# The field that says it; what belongs to the tenant as a whole is stored and answered without it.
WORKSPACE = "workspace_id"
InWorkspace = Annotated[str | None, Field(exclude_if=lambda workspace_id: workspace_id is None)]


def placed(workspace_id: str | None) -> dict[str, str]:
    """The fields of a document that say where it belongs."""
    return {} if workspace_id is None else {WORKSPACE: workspace_id}


def includes(one: str | None, other: str | None) -> bool:
    """Whether whatever lies in the other lies in the one too: in the same workspace, or, for None,
    in the tenant as a whole."""
    return one is None or one == other


def overlap(one: str | None, other: str | None) -> bool:
    """Whether something can lie in both."""
    return includes(one, other) or includes(other, one)


def within(workspace_id: str | None) -> list[tuple[str, str, str]]:
    """The conditions of a query for what a token for that workspace opens; None for the whole
    tenant."""
    return [] if workspace_id is None else [(WORKSPACE, "==", workspace_id)]
