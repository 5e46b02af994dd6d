"""Topics, a subscription for each of their readers, and the dead-letter topic."""

from collections.abc import Mapping

import pulumi
import pulumi_gcp as gcp

from infra.accounts import Accounts
from infra.cloud import Cloud
from infra.grants import Grants
from infra.services import Deployed
from shared.manifest import Subscription

DEAD_LETTERS = "dead-letters"
# Time to fix the cause of an undelivered event, and the longest that Pub/Sub keeps one
KEPT = "604800s"
DEAD_LETTERS_KEPT = "2678400s"
# Pub/Sub waits this much longer than the function's timeout, because it may have to start first.
STARTING_SECONDS = 30


class Events(pulumi.ComponentResource):
    """A topic for each publishing function, one filtered push subscription for each reader of it,
    and one dead-letter topic with a subscription that a person pulls from.

    An event is delivered with its attributes as headers, under its reader's own push account. It is
    retried after the manifest's backoff, and dead-lettered after the manifest's attempts. A filter
    cannot be changed. Another filter has another name, so Pulumi makes the new subscription before
    it deletes the old one: events published in between are delivered twice, and those that the old
    one still retries are lost (docs/runbooks/deploy.md).

    Deliberately not: ordering keys (projections use sequences), exactly-once delivery (handlers are
    idempotent), schemas on topics (the contract tests check them), or retention on topics (the
    event log is replayed instead)."""

    def __init__(self, cloud: Cloud, accounts: Accounts, services: Mapping[str, Deployed]) -> None:
        super().__init__("assent:infra:Events", "events")
        self._cloud = cloud
        self._accounts = accounts
        self._services = services
        self._grants = Grants(cloud, self)
        self.topics = {name: self._topic(name) for name in cloud.manifests.topics}
        self.dead_letters = self._topic(DEAD_LETTERS)
        self.dead_letters_subscription = self._pulled_by_hand()
        self.subscriptions = {
            each.name: self._subscription(each) for each in cloud.manifests.subscriptions
        }
        self._let_publish()
        self._let_push()
        self._let_bury()
        self.register_outputs({})

    def _topic(self, name: str) -> gcp.pubsub.Topic:
        return gcp.pubsub.Topic(
            f"events/{name}",
            project=self._cloud.settings.project,
            name=name,
            opts=self._cloud.inside(self),
        )

    def _pulled_by_hand(self) -> gcp.pubsub.Subscription:
        subscription = gcp.pubsub.Subscription(
            f"events/{DEAD_LETTERS}-subscription",
            project=self._cloud.settings.project,
            name=DEAD_LETTERS,
            topic=self.dead_letters.id,
            ack_deadline_seconds=60,
            message_retention_duration=DEAD_LETTERS_KEPT,
            expiration_policy=gcp.pubsub.SubscriptionExpirationPolicyArgs(ttl=""),
            opts=self._cloud.inside(self),
        )
        for number, operator in enumerate(self._cloud.settings.operators, start=1):
            name = f"events/operator-{number}-may-pull-dead-letters"
            self._grants.subscribe(name, subscription, operator)
        return subscription

    def _subscription(self, subscription: Subscription) -> gcp.pubsub.Subscription:
        url = self._cloud.url(subscription.deployable)
        deployed = self._services[subscription.deployable]
        timeout = int(deployed.deployable.sizing.timeout.removesuffix("s"))
        least, most = subscription.backoff
        return gcp.pubsub.Subscription(
            f"{subscription.deployable}/reads-{subscription.topic}",
            project=self._cloud.settings.project,
            name=subscription.name,
            topic=self.topics[subscription.topic].id,
            filter=str(subscription.filter),
            ack_deadline_seconds=min(600, timeout + STARTING_SECONDS),
            message_retention_duration=KEPT,
            expiration_policy=gcp.pubsub.SubscriptionExpirationPolicyArgs(ttl=""),
            retry_policy=gcp.pubsub.SubscriptionRetryPolicyArgs(
                minimum_backoff=least, maximum_backoff=most
            ),
            dead_letter_policy=gcp.pubsub.SubscriptionDeadLetterPolicyArgs(
                dead_letter_topic=self.dead_letters.id, max_delivery_attempts=subscription.attempts
            ),
            push_config=gcp.pubsub.SubscriptionPushConfigArgs(
                push_endpoint=pulumi.Output.concat(url, subscription.path),
                no_wrapper=gcp.pubsub.SubscriptionPushConfigNoWrapperArgs(write_metadata=True),
                oidc_token=gcp.pubsub.SubscriptionPushConfigOidcTokenArgs(
                    service_account_email=self._accounts.of_push[subscription.deployable].email,
                    audience=url,
                ),
            ),
            opts=self._cloud.inside(self, deployed.service),
        )

    def _let_publish(self) -> None:
        for name, deployed in self._services.items():
            noun = deployed.deployable.noun
            if noun in self.topics:
                self._grants.publish(
                    f"{name}/may-publish-to-{noun}", self.topics[noun], deployed.account.member
                )
            if deployed.deployable.target == "react":
                self._grants.publish(
                    f"{name}/may-bury-dead-letters", self.dead_letters, deployed.account.member
                )

    def _let_push(self) -> None:
        """Lets the push accounts invoke their services, and Pub/Sub make the readers' tokens."""
        for name, account in self._accounts.of_push.items():
            self._grants.invoke(
                f"{name}/may-be-delivered-to", self._services[name].service, account.member
            )
        for name in dict.fromkeys(each.deployable for each in self._cloud.manifests.subscriptions):
            self._grants.mint_identity(
                f"{name}/push-account-may-be-used",
                self._accounts.of_push[name],
                self._accounts.pubsub.member,
            )

    def _let_bury(self) -> None:
        """Lets Pub/Sub dead-letter a message: it publishes it there and acknowledges it here
        (https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions)."""
        agent = self._accounts.pubsub.member
        self._grants.publish("events/pubsub-may-bury-dead-letters", self.dead_letters, agent)
        for each in self._cloud.manifests.subscriptions:
            self._grants.subscribe(
                f"{each.deployable}/pubsub-may-give-up-{each.topic}",
                self.subscriptions[each.name],
                agent,
            )
