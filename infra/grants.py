"""Grants, each for one purpose and, where Google supports it, on one resource."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp.artifactregistry import Repository, RepositoryIamMember
from pulumi_gcp.cloudrunv2 import Service, ServiceIamMember
from pulumi_gcp.cloudtasks import Queue, QueueIamMember
from pulumi_gcp.pubsub import Subscription, SubscriptionIAMMember, Topic, TopicIAMMember
from pulumi_gcp.secretmanager import Secret, SecretIamMember
from pulumi_gcp.serviceaccount import Account, IAMMember
from pulumi_gcp.storage import Bucket, BucketIAMMember

from infra.cloud import Part
from infra.refusals import Refused
from infra.settings import EVERYBODY

BASIC_ROLES = frozenset({"roles/owner", "roles/editor", "roles/viewer"})

Member = pulumi.Input[str]
On = TypeVar("On")


def refuse_wide(role: str, member: Member) -> None:
    """Raises Refused for a role over everything in a project, or for everybody as a member."""
    if role in BASIC_ROLES or "*" in role:
        raise Refused(f"{role}: covers everything in the project; grant the one role that is used")
    if isinstance(member, str) and (member in EVERYBODY or "*" in member):
        raise Refused(
            f"{member}: grants to everybody are not made; a public function does without IAM"
        )


@dataclass(frozen=True)
class Right(Generic[On]):
    """A right on one resource: a role, the resource that grants it there, and the name of the
    place in it, beside the parts of `within`: `project`, `location`."""

    role: str
    grant: Callable[..., pulumi.CustomResource]
    place: Callable[[On], Mapping[str, pulumi.Input[str]]]
    within: tuple[str, ...] = ("project",)


REGIONAL = ("project", "location")
ALONE = ()

INVOKE = Right[Service](
    "roles/run.invoker", ServiceIamMember, lambda service: {"name": service.name}, REGIONAL
)
PUBLISH = Right[Topic](
    "roles/pubsub.publisher", TopicIAMMember, lambda topic: {"topic": topic.name}
)
# To receive and to acknowledge.
SUBSCRIBE = Right[Subscription](
    "roles/pubsub.subscriber", SubscriptionIAMMember, lambda one: {"subscription": one.name}
)
READ_SECRET = Right[Secret](
    "roles/secretmanager.secretAccessor",
    SecretIamMember,
    lambda secret: {"secret_id": secret.secret_id},
)
ENQUEUE = Right[Queue](
    "roles/cloudtasks.enqueuer", QueueIamMember, lambda queue: {"name": queue.name}, REGIONAL
)
# To have a Google service call under the account.
ACT_AS = Right[Account](
    "roles/iam.serviceAccountUser",
    IAMMember,
    lambda account: {"service_account_id": account.name},
    ALONE,
)
# To make identity tokens of the account, and no access tokens.
MINT_IDENTITY = Right[Account](
    "roles/iam.serviceAccountOpenIdTokenCreator", IAMMember, ACT_AS.place, ALONE
)
READ_BUCKET = Right[Bucket](
    "roles/storage.objectViewer", BucketIAMMember, lambda bucket: {"bucket": bucket.name}, ALONE
)
# To make objects, and to delete or replace none.
ADD_TO_BUCKET = Right[Bucket](
    "roles/storage.objectCreator", BucketIAMMember, READ_BUCKET.place, ALONE
)
# To make, read and replace objects.
USE_BUCKET = Right[Bucket]("roles/storage.objectUser", BucketIAMMember, READ_BUCKET.place, ALONE)
PUSH_IMAGES = Right[Repository](
    "roles/artifactregistry.writer",
    RepositoryIamMember,
    lambda repository: {"repository": repository.repository_id},
    REGIONAL,
)


def grant(part: Part, name: str, right: Right[On], on: On, member: Member) -> pulumi.CustomResource:
    """Gives `member` a right on one resource. Names read `<who>/may-<what>`."""
    refuse_wide(right.role, member)
    around = {"project": part.project, "location": part.region}
    place = {**{each: around[each] for each in right.within}, **right.place(on)}
    return right.grant(name, role=right.role, member=member, opts=part.inside(), **place)


class ProjectGrant(pulumi.ComponentResource):
    """A role in the whole project, narrowed by a condition where IAM supports one, with the reason
    why no smaller resource can have it.

    Deliberately not: basic roles, which `refuse_wide` refuses, or grants without a reason."""

    def __init__(
        self,
        name: str,
        part: Part,
        *,
        role: str,
        member: Member,
        reason: str,
        only: str = "",
        after: Sequence[pulumi.Resource] = (),
    ) -> None:
        refuse_wide(role, member)
        if len(reason) < 20:
            raise Refused(f"{name}: a grant in the whole project needs a reason worth reading")
        parent = pulumi.ResourceOptions(parent=part)
        super().__init__("assent:infra:ProjectGrant", name, {"reason": reason}, parent)
        self.grant = gcp.projects.IAMMember(
            name,
            project=part.project,
            role=role,
            member=member,
            condition={"title": "one-resource", "description": reason[:256], "expression": only}
            if only
            else None,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*part.cloud.ready, *after]),
        )
        self.register_outputs({})
