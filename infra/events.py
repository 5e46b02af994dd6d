"""Topics, and a subscription for each event type that somebody reads."""

from collections.abc import Mapping

import pulumi
import pulumi_gcp as gcp

from infra.accounts import Accounts
from infra.cloud import Cloud
from infra.services import Deployed
from shared.manifest import Subscription

DEAD_LETTERS = "dead-letters"


class Events(pulumi.ComponentResource):
    """A topic for each publishing function and one push subscription for each event type read."""

    def __init__(
        self,
        cloud: Cloud,
        accounts: Accounts,
        services: Mapping[str, Deployed],
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("assent:infra:Events", "events", None, options)
        self._cloud = cloud
        self._accounts = accounts
        self._services = services
        self.topics = {name: self._topic(name) for name in cloud.manifests.topics}
        self.subscriptions = {
            each.name: self._subscription(each) for each in cloud.manifests.subscriptions
        }
        self.register_outputs({})

    def _topic(self, name: str) -> gcp.pubsub.Topic:
        return gcp.pubsub.Topic(
            f"events/{name}",
            project=self._cloud.settings.project,
            name=name,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _subscription(self, subscription: Subscription) -> gcp.pubsub.Subscription:
        url = self._cloud.url(subscription.deployable)
        return gcp.pubsub.Subscription(
            f"{subscription.deployable}/{subscription.name}",
            project=self._cloud.settings.project,
            name=subscription.name,
            topic=self.topics[subscription.topic].id,
            filter=subscription.filter,
            push_config=gcp.pubsub.SubscriptionPushConfigArgs(
                push_endpoint=pulumi.Output.concat(url, subscription.path),
                no_wrapper=gcp.pubsub.SubscriptionPushConfigNoWrapperArgs(write_metadata=True),
                oidc_token=gcp.pubsub.SubscriptionPushConfigOidcTokenArgs(
                    service_account_email=self._accounts.of_push[subscription.deployable].email,
                    audience=url,
                ),
            ),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[self._services[subscription.deployable].service]
            ),
        )
