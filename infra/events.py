"""Topics, a subscription for each of their readers, and the dead-letter topic."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import pubsub

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.grants import INVOKE, MINT_IDENTITY, PUBLISH, SUBSCRIBE, grant
from infra.services import Deployed
from shared.kit.topics import publisher_of
from shared.manifest import Subscription, seconds

DEAD_LETTERS = "dead-letters"
# Time to fix the cause of an undelivered event, and the longest that Pub/Sub keeps one
KEPT = "604800s"
DEAD_LETTERS_KEPT = "2678400s"
# Pub/Sub waits this much longer than the function's timeout, because it may have to start first.
STARTING_SECONDS = 30


def ack_deadline(deployed: Deployed) -> int:
    """The seconds after which Pub/Sub delivers to the function again."""
    return min(600, seconds(deployed.deployable.sizing.timeout) + STARTING_SECONDS)


def push_to(
    accounts: Accounts, deployable: str, url: pulumi.Output[str], path: str
) -> pubsub.SubscriptionPushConfigArgs:
    """How Pub/Sub delivers to a function: attributes as headers, under the function's own push
    account."""
    account = accounts.of_push[deployable]
    return pubsub.SubscriptionPushConfigArgs(
        push_endpoint=pulumi.Output.concat(url, path),
        no_wrapper=pubsub.SubscriptionPushConfigNoWrapperArgs(write_metadata=True),
        oidc_token=pubsub.SubscriptionPushConfigOidcTokenArgs(
            service_account_email=account.email, audience=url
        ),
    )


class Events(Part):
    """Topics for each publishing function, one filtered push subscription for each reader of it,
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
        super().__init__(cloud)
        self._accounts = accounts
        self._services = services
        self._topics = {name: self._topic(name) for name in cloud.manifests.topics}
        self._dead_letters = self._topic(DEAD_LETTERS)
        self._let_operators_pull()
        for each in cloud.manifests.subscriptions:
            self._subscribe(each)
        self._let_publish()
        self._let_push()
        self.register_outputs({})

    def _topic(self, name: str) -> pubsub.Topic:
        return pubsub.Topic(f"events/{name}", project=self.project, name=name, opts=self.inside())

    def _let_operators_pull(self) -> None:
        subscription = pubsub.Subscription(
            f"events/{DEAD_LETTERS}-subscription",
            project=self.project,
            name=DEAD_LETTERS,
            topic=self._dead_letters.id,
            ack_deadline_seconds=60,
            message_retention_duration=DEAD_LETTERS_KEPT,
            expiration_policy={"ttl": ""},
            opts=self.inside(),
        )
        for number, operator in enumerate(self.cloud.settings.operators, start=1):
            name = f"events/operator-{number}-may-pull-dead-letters"
            grant(self, name, SUBSCRIBE, subscription, operator)

    def _subscribe(self, reader: Subscription) -> None:
        """To move a message to the dead letters, Pub/Sub itself acknowledges it here
        (https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions)."""
        url = self.cloud.url(reader.deployable)
        deployed = self._services[reader.deployable]
        least, most = reader.backoff
        subscription = pubsub.Subscription(
            f"{reader.deployable}/reads-{reader.topic}",
            project=self.project,
            name=reader.name,
            topic=self._topics[reader.topic].id,
            filter=str(reader.filter),
            ack_deadline_seconds=ack_deadline(deployed),
            message_retention_duration=KEPT,
            expiration_policy={"ttl": ""},
            retry_policy={"minimum_backoff": least, "maximum_backoff": most},
            dead_letter_policy={
                "dead_letter_topic": self._dead_letters.id,
                "max_delivery_attempts": reader.attempts,
            },
            push_config=push_to(self._accounts, reader.deployable, url, reader.path),
            opts=self.inside(deployed.service),
        )
        name = f"{reader.deployable}/pubsub-may-give-up-{reader.topic}"
        grant(self, name, SUBSCRIBE, subscription, self._accounts.pubsub.member)

    def _let_publish(self) -> None:
        """Functions publish to their own topics; private sides and Pub/Sub itself dead-letter."""
        for name, deployed in self._services.items():
            noun, member = deployed.deployable.noun, deployed.account.member
            for topic, resource in self._topics.items():
                if publisher_of(topic) == noun:
                    grant(self, f"{name}/may-publish-to-{topic}", PUBLISH, resource, member)
            if deployed.deployable.target == "react":
                grant(self, f"{name}/may-bury-dead-letters", PUBLISH, self._dead_letters, member)
        agent = self._accounts.pubsub.member
        grant(self, "events/pubsub-may-bury-dead-letters", PUBLISH, self._dead_letters, agent)

    def _let_push(self) -> None:
        """Lets the push accounts invoke their services, and Pub/Sub make the readers' tokens."""
        for name, account in self._accounts.of_push.items():
            service = self._services[name].service
            grant(self, f"{name}/may-be-delivered-to", INVOKE, service, account.member)
        for name in self.cloud.manifests.pushed_to:
            may, account = f"{name}/push-account-may-be-used", self._accounts.of_push[name]
            grant(self, may, MINT_IDENTITY, account, self._accounts.pubsub.member)
