"""Reading a graph: who may do what, and how what is found differs from what is wanted."""

from collections import Counter
from collections.abc import Iterable, Iterator

from infra.preview import Graph, Resource

SERVICE = "gcp:cloudrunv2/service:Service"
ACCOUNT = "gcp:serviceaccount/account:Account"
SUBSCRIPTION = "gcp:pubsub/subscription:Subscription"
PROJECT_GRANT = "gcp:projects/iAMMember:IAMMember"
INVOKER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
PUBLISHER = "gcp:pubsub/topicIAMMember:TopicIAMMember"
SUBSCRIBER = "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember"
SECRET_READER = "gcp:secretmanager/secretIamMember:SecretIamMember"
QUEUE_MEMBER = "gcp:cloudtasks/queueIamMember:QueueIamMember"
ACCOUNT_MEMBER = "gcp:serviceaccount/iAMMember:IAMMember"
BUCKET_MEMBER = "gcp:storage/bucketIAMMember:BucketIAMMember"
REPOSITORY_MEMBER = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
GRANTS = (
    *(PROJECT_GRANT, INVOKER, PUBLISHER, SUBSCRIBER, SECRET_READER, QUEUE_MEMBER, ACCOUNT_MEMBER),
    *(BUCKET_MEMBER, REPOSITORY_MEMBER),
)
DEAD_LETTERS = "dead-letters"
PUBSUB = "service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
SCHEDULER = "service-123456789012@gcp-sa-cloudscheduler.iam.gserviceaccount.com"


def email(graph: Graph, account: str) -> str:
    # Google refuses names of fewer than six characters.
    account = f"{account}-api" if len(account) < 6 else account
    return f"{account}@{graph.settings.project}.iam.gserviceaccount.com"


def members(graph: Graph, type: str, role: str, **where: str) -> Counter[str]:
    """Who has the role on the resources of that type that are named so."""
    return Counter(
        str(each.inputs["member"]).removeprefix("serviceAccount:")
        for each in graph.of(type)
        if each.inputs["role"] == role and where.items() <= each.inputs.items()
    )


def differing(what: str, found: Counter[str], wanted: Iterable[str]) -> Iterator[str]:
    expected = Counter(list(wanted))
    if found != expected:
        lacks, has = sorted(expected - found), sorted(found - expected)
        yield f"{what}: lacks {lacks}, has beyond that {has}"


def pushed(graph: Graph) -> list[Resource]:
    """The subscriptions whose events are pushed to a function."""
    return [each for each in _pushed(graph) if not _is_scheduled(each)]


def scheduled(graph: Graph) -> list[Resource]:
    """The subscriptions that push a schedule's runs to a function."""
    return [each for each in _pushed(graph) if _is_scheduled(each)]


def _pushed(graph: Graph) -> list[Resource]:
    return [each for each in graph.of(SUBSCRIPTION) if "pushConfig" in each.inputs]


def _is_scheduled(subscription: Resource) -> bool:
    return "/schedules/" in str(subscription.inputs["pushConfig"]["pushEndpoint"])
