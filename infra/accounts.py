"""Who is who: one service account a deployable, and one for each service that calls in."""

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp.serviceaccount import Account

from infra.cloud import Cloud


class Accounts(pulumi.ComponentResource):
    """A service account for each deployable, one more for what Pub/Sub pushes to it, one for the
    schedules and one for builds.

    Deliberately not: keys (nobody holds one), accounts shared by two deployables, or the project's
    default accounts, which may edit everything."""

    def __init__(self, cloud: Cloud, options: pulumi.ResourceOptions) -> None:
        super().__init__("assent:infra:Accounts", "accounts", None, options)
        self._project = cloud.settings.project
        self.of_deployable = {
            each.name: self._account(f"{each.name}/account", each.name, each.manifest.summary)
            for each in cloud.manifests.deployables
        }
        reading = dict.fromkeys(each.deployable for each in cloud.manifests.subscriptions)
        self.of_push = {
            name: self._account(
                f"{name}/push-account", f"{name}-push", f"Pub/Sub when it pushes to {name}."
            )
            for name in reading
        }
        self.scheduler = self._account("schedules/account", "scheduler", "Cloud Scheduler.")
        self.builder = self._account("builds/account", "builder", "Cloud Build, for our images.")
        self.register_outputs({})

    def _account(self, name: str, id: str, description: str) -> Account:
        return gcp.serviceaccount.Account(
            name,
            project=self._project,
            account_id=id,
            display_name=id,
            description=description,
            opts=pulumi.ResourceOptions(parent=self),
        )
