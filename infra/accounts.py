"""Service accounts: one for each deployable, and one for each Google service that calls in."""

from pulumi_gcp.projects import ServiceIdentity
from pulumi_gcp.serviceaccount import Account

from infra.cloud import Cloud, Part

BUILDER = "builder"
SHORTEST_NAME = 6


def account_of(deployable: str) -> str:
    """The name of the account that a deployable runs as: its own, or a longer one where Google
    would refuse that (six characters at least)."""
    return deployable if len(deployable) >= SHORTEST_NAME else f"{deployable}-api"


def push_account(deployable: str) -> str:
    """The name of the account with which Pub/Sub and Cloud Tasks deliver to a deployable."""
    return f"{deployable}-push"


class Accounts(Part):
    """A service account for each deployable, one more for the deliveries of Pub/Sub and Cloud Tasks
    to it, and one for builds.

    Deliberately not: keys (nobody holds one), accounts shared by two deployables, or the project's
    default accounts, which may edit everything."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.of_deployable = {
            each.name: self._account(
                f"{each.name}/account", account_of(each.name), each.manifest.summary
            )
            for each in cloud.manifests.deployables
        }
        self.of_push = {
            name: self._account(f"{name}/push-account", push_account(name), f"Delivers to {name}.")
            for name in cloud.manifests.delivered_to
        }
        self.builder = self._account("images/account", BUILDER, "Cloud Build, for our images.")
        self.pubsub = self._agent("events/pubsub-agent", "pubsub.googleapis.com")
        self.scheduler = self._agent("schedules/agent", "cloudscheduler.googleapis.com")
        self.register_outputs({})

    def _agent(self, name: str, service: str) -> ServiceIdentity:
        """The account with which Google's service itself acts."""
        return ServiceIdentity(name, project=self.project, service=service, opts=self.inside())

    def _account(self, name: str, id: str, description: str) -> Account:
        return Account(
            name,
            project=self.project,
            account_id=id,
            display_name=id,
            description=description,
            opts=self.inside(),
        )
