"""Grants, each for one purpose and, where Google supports it, on one resource."""

from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp.serviceaccount import Account

from infra.cloud import Cloud
from infra.refusals import Refused
from infra.settings import EVERYBODY

BASIC_ROLES = frozenset({"roles/owner", "roles/editor", "roles/viewer"})

Member = pulumi.Input[str]


def refuse_wide(role: str, member: Member) -> None:
    """Raises Refused for a role over everything in a project, or for everybody as a member."""
    if role in BASIC_ROLES or "*" in role:
        raise Refused(f"{role}: covers everything in the project; grant the one role that is used")
    if isinstance(member, str) and (member in EVERYBODY or "*" in member):
        raise Refused(
            f"{member}: grants to everybody are not made; a public function does without IAM"
        )


@dataclass(frozen=True)
class Grants:
    """Makes grants in a cloud, as children of `parent`. Names read `<who>/may-<what>`."""

    cloud: Cloud
    parent: pulumi.Resource

    def invoke(self, name: str, service: gcp.cloudrunv2.Service, member: Member) -> None:
        """May call a private service."""
        refuse_wide("roles/run.invoker", member)
        gcp.cloudrunv2.ServiceIamMember(
            name,
            project=self.cloud.settings.project,
            location=self.cloud.settings.region,
            name=service.name,
            role="roles/run.invoker",
            member=member,
            opts=self._options(),
        )

    def publish(self, name: str, topic: gcp.pubsub.Topic, member: Member) -> None:
        """May publish to one topic."""
        refuse_wide("roles/pubsub.publisher", member)
        gcp.pubsub.TopicIAMMember(
            name,
            project=self.cloud.settings.project,
            topic=topic.name,
            role="roles/pubsub.publisher",
            member=member,
            opts=self._options(),
        )

    def subscribe(
        self, name: str, subscription: gcp.pubsub.Subscription, member: Member
    ) -> gcp.pubsub.SubscriptionIAMMember:
        """May receive from one subscription, and acknowledge."""
        refuse_wide("roles/pubsub.subscriber", member)
        return gcp.pubsub.SubscriptionIAMMember(
            name,
            project=self.cloud.settings.project,
            subscription=subscription.name,
            role="roles/pubsub.subscriber",
            member=member,
            opts=self._options(),
        )

    def read_secret(
        self, name: str, secret: gcp.secretmanager.Secret, member: Member
    ) -> gcp.secretmanager.SecretIamMember:
        """May read the versions of one secret."""
        refuse_wide("roles/secretmanager.secretAccessor", member)
        return gcp.secretmanager.SecretIamMember(
            name,
            project=self.cloud.settings.project,
            secret_id=secret.secret_id,
            role="roles/secretmanager.secretAccessor",
            member=member,
            opts=self._options(),
        )

    def enqueue(self, name: str, queue: gcp.cloudtasks.Queue, member: Member) -> None:
        """May create tasks in one queue."""
        refuse_wide("roles/cloudtasks.enqueuer", member)
        gcp.cloudtasks.QueueIamMember(
            name,
            project=self.cloud.settings.project,
            location=self.cloud.settings.region,
            name=queue.name,
            role="roles/cloudtasks.enqueuer",
            member=member,
            opts=self._options(),
        )

    def act_as(self, name: str, account: Account, member: Member) -> None:
        """Lets a Google service call under one account."""
        self._on_account(name, account, "roles/iam.serviceAccountUser", member)

    def mint_identity(self, name: str, account: Account, member: Member) -> None:
        """Lets a member make identity tokens of one account, and no access tokens."""
        self._on_account(name, account, "roles/iam.serviceAccountOpenIdTokenCreator", member)

    def _on_account(self, name: str, account: Account, role: str, member: Member) -> None:
        refuse_wide(role, member)
        gcp.serviceaccount.IAMMember(
            name, service_account_id=account.name, role=role, member=member, opts=self._options()
        )

    def _options(self) -> pulumi.ResourceOptions:
        return self.cloud.inside(self.parent)


class ProjectGrant(pulumi.ComponentResource):
    """A role in the whole project, narrowed by a condition where IAM supports one, with the reason
    why no smaller resource can have it.

    Deliberately not: basic roles, which `refuse_wide` refuses, or grants without a reason."""

    def __init__(
        self,
        name: str,
        cloud: Cloud,
        parent: pulumi.Resource,
        *,
        role: str,
        member: Member,
        reason: str,
        only: str | None = None,
    ) -> None:
        refuse_wide(role, member)
        if len(reason) < 20:
            raise Refused(f"{name}: a grant in the whole project needs a reason worth reading")
        super().__init__(
            "assent:infra:ProjectGrant",
            name,
            {"reason": reason},
            pulumi.ResourceOptions(parent=parent),
        )
        condition = gcp.projects.IAMMemberConditionArgs(
            title="one-resource", description=reason[:256], expression=only or ""
        )
        self.grant = gcp.projects.IAMMember(
            name,
            project=cloud.settings.project,
            role=role,
            member=member,
            condition=condition if only is not None else None,
            opts=cloud.inside(self),
        )
        self.register_outputs({})
