"""What members see of workspaces."""

from typing import Self

from events.tenants import WorkspaceState
from functions.identity.rules.workspace import Workspace
from shared.kit.models import Page, part_of


class WorkspaceView(WorkspaceState):
    """A workspace, for the members of its tenant."""

    name: str

    @classmethod
    def of(cls, workspace: Workspace) -> Self:
        """What members see of it."""
        return part_of(cls, workspace)


class WorkspacePage(Page[WorkspaceView]):
    """A page of workspaces, also of those that were archived."""
