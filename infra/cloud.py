"""The names of things in one project, known before they exist."""

from dataclasses import dataclass
from functools import cached_property

import pulumi
import pulumi_gcp as gcp

from infra.settings import Settings
from shared.manifest import Manifests


@dataclass(frozen=True)
class Cloud:
    """One project: what a stack decides, what the manifests say, and what follows from both."""

    settings: Settings
    manifests: Manifests

    @cached_property
    def number(self) -> pulumi.Output[str]:
        """The project's number, which Google gave it."""
        project = gcp.organizations.get_project_output(project_id=self.settings.project)
        return project.number

    def url(self, deployable: str) -> pulumi.Output[str]:
        """Where a deployable answers. The address is known before the service exists, so that
        functions can name each other and themselves
        (https://cloud.google.com/run/docs/triggering/https-request#deterministic)."""
        return pulumi.Output.format(
            "https://{0}-{1}.{2}.run.app", deployable, self.number, self.settings.region
        )
