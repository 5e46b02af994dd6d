"""The names of a project's resources, known before these exist, and the parts of the program."""

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
    ready: Sequence[pulumi.Resource] = ()

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


class Part(pulumi.ComponentResource):
    """A part of the program, named after its class. Its resources wait for the APIs.

    Deliberately not: a place for objects that two parts share; one part gets the other."""

    def __init__(self, cloud: Cloud) -> None:
        name = type(self).__name__
        super().__init__(f"assent:infra:{name}", name.lower())
        self.cloud = cloud
        self.project = cloud.settings.project
        self.region = cloud.settings.region

    def inside(self, *after: pulumi.Resource, keep: bool = False) -> pulumi.ResourceOptions:
        """The options of a resource of this part that is made once `after` are there. `keep` has
        Pulumi refuse to delete it."""
        waits_for = [*self.cloud.ready, *after]
        return pulumi.ResourceOptions(parent=self, depends_on=waits_for, protect=keep or None)
