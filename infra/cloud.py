"""The names of a project's resources, known before these exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pulumi
import pulumi_gcp as gcp

from infra.settings import Settings
from shared.manifest import Manifests


@dataclass(frozen=True)
class Cloud:
    """One project: the stack's settings, the manifests, and what follows from both. `ready` is what
    all other resources wait for: the project's APIs."""

    settings: Settings
    manifests: Manifests
    ready: Sequence[pulumi.Resource]

    @cached_property
    def number(self) -> pulumi.Output[str]:
        """The project's number, which Google assigned."""
        project = gcp.organizations.get_project_output(project_id=self.settings.project)
        return project.number

    def url(self, deployable: str) -> pulumi.Output[str]:
        """The address of a deployable. It is known before the service exists, so that functions can
        name each other and themselves
        (https://cloud.google.com/run/docs/triggering/https-request#deterministic)."""
        return pulumi.Output.format(
            "https://{0}-{1}.{2}.run.app", deployable, self.number, self.settings.region
        )

    def inside(
        self, parent: pulumi.Resource, *after: pulumi.Resource, keep: bool = False
    ) -> pulumi.ResourceOptions:
        """The options of a resource of `parent` that is made after the resources `after`. With
        `keep`, Pulumi refuses to delete it."""
        return pulumi.ResourceOptions(
            parent=parent, depends_on=[*self.ready, *after], protect=keep or None
        )
