"""What reaches a function, and what becomes of it where it does not."""

import hashlib
from collections import Counter
from collections.abc import Iterator

from infra.preview import Graph
from tests.infra.claims.reading import (
    ACCOUNT_MEMBER,
    DEAD_LETTERS,
    PUBLISHER,
    PUBSUB,
    SCHEDULER,
    SUBSCRIBER,
    SUBSCRIPTION,
    differing,
    email,
    members,
    pushed,
    scheduled,
)
from tests.shared.manifest.filter_language import as_read_by_pub_sub


def every_reader_of_a_topic_has_one_subscription(graph: Graph) -> Iterator[str]:
    """Whose filter lets through all that it handles there."""
    wanted = Counter(
        (f"{noun}-reactions", topic)
        for noun, handles in graph.manifests.handles.items()
        for topic in {t for event in handles.events for t in graph.manifests.topics_of[event]}
    )
    found: Counter[tuple[str, str]] = Counter()
    for each in pushed(graph):
        endpoint = str(each.inputs["pushConfig"]["pushEndpoint"])
        service = endpoint.removeprefix("https://").partition("-123456789012.")[0]
        topic = str(each.inputs["topic"]).rpartition("/")[2]
        if not endpoint.endswith(f".run.app/events/{topic}"):
            yield f"{each.name}: pushed to {endpoint}"
        found[service, topic] += 1
        passes = as_read_by_pub_sub(str(each.inputs.get("filter", "")))
        for event in graph.manifests.handles[service.removesuffix("-reactions")].events:
            if topic in graph.manifests.topics_of[event] and not passes(event):
                yield f"{each.name}: its filter holds {event} back"
    if found != wanted:
        yield f"subscriptions: lacks {wanted - found}, has beyond that {found - wanted}"


def the_name_of_a_subscription_tells_its_filter(graph: Graph) -> Iterator[str]:
    """A filter cannot be changed: another one is another subscription, made before the old one is
    deleted, and that needs another name."""
    for each in pushed(graph):
        filter = str(each.inputs.get("filter", ""))
        digest = hashlib.sha256(filter.encode()).hexdigest()[:8]
        if not str(each.inputs["name"]).endswith(f".{digest}"):
            yield f"{each.name}: is called {each.inputs['name']} with the filter {filter}"


def every_event_that_a_function_publishes_has_its_topic(graph: Graph) -> Iterator[str]:
    topics = {str(each.inputs["name"]) for each in graph.of("gcp:pubsub/topic:Topic")}
    schedules = (each.name for each in graph.manifests.schedules)
    wanted = {*graph.manifests.topics, DEAD_LETTERS, *schedules}
    yield from differing("topics", Counter(topics), wanted)


def every_subscription_is_pushed_as_its_readers_own_account(graph: Graph) -> Iterator[str]:
    for each in (*pushed(graph), *scheduled(graph)):
        push = each.inputs["pushConfig"]
        reader = each.group
        own = email(graph, f"{reader}-push")
        if push["oidcToken"]["serviceAccountEmail"] != own:
            yield f"{each.name}: pushed as {push['oidcToken']['serviceAccountEmail']}"
        if not str(push["pushEndpoint"]).startswith(f"{push['oidcToken']['audience']}/"):
            yield f"{each.name}: its token is for {push['oidcToken']['audience']}"
        if push["noWrapper"] != {"writeMetadata": True}:
            yield f"{each.name}: the event's attributes do not arrive as headers"
        role = "roles/iam.serviceAccountOpenIdTokenCreator"
        account = f"projects/{graph.settings.project}/serviceAccounts/{own}"
        minted = members(graph, ACCOUNT_MEMBER, role, serviceAccountId=account)
        yield from differing(f"{reader}-push may be used by", minted, [PUBSUB])


def every_subscription_has_a_dead_letter_topic_and_its_grants(graph: Graph) -> Iterator[str]:
    for each in pushed(graph):
        policy = each.inputs.get("deadLetterPolicy") or {}
        topic = str(policy.get("deadLetterTopic", "")).rpartition("/")[2]
        if topic != DEAD_LETTERS:
            yield f"{each.name}: gives up to {topic or 'nobody'}"
        if not 5 <= int(policy.get("maxDeliveryAttempts", 0)) <= 100:
            yield f"{each.name}: {policy.get('maxDeliveryAttempts')} attempts"
        name = str(each.inputs["name"])
        allowed = members(graph, SUBSCRIBER, "roles/pubsub.subscriber", subscription=name)
        yield from differing(f"{name} may be acknowledged by", allowed, [PUBSUB])
    subscriptions = {str(each.inputs["name"]) for each in graph.of(SUBSCRIPTION)}
    for each in graph.of(SUBSCRIBER):
        if each.inputs["subscription"] not in subscriptions:
            yield f"{each.name}: of no subscription"
    pulled = [each for each in graph.of(SUBSCRIPTION) if "pushConfig" not in each.inputs]
    if [str(each.inputs["topic"]).rpartition("/")[2] for each in pulled] != [DEAD_LETTERS]:
        yield "not exactly one subscription pulls from the dead letters"


def no_subscription_expires_or_forgets_early(graph: Graph) -> Iterator[str]:
    runs = {each.name for each in scheduled(graph)}
    for each in graph.of(SUBSCRIPTION):
        if each.inputs["expirationPolicy"] != {"ttl": ""}:
            yield f"{each.name}: expires"
        if each.name in runs:
            continue
        if int(str(each.inputs["messageRetentionDuration"]).removesuffix("s")) < 7 * 86_400:
            yield f"{each.name}: forgets within a week"


def filters_fit(graph: Graph) -> Iterator[str]:
    for each in pushed(graph):
        if len(str(each.inputs.get("filter", "")).encode()) > 256:
            yield f"{each.name}: a filter of more than 256 bytes"


def every_schedule_reaches_its_functions(graph: Graph) -> Iterator[str]:
    jobs = {
        str(each.inputs["name"]): each.inputs for each in graph.of("gcp:cloudscheduler/job:Job")
    }
    yield from differing(
        "jobs", Counter(list(jobs)), (each.name for each in graph.manifests.schedules)
    )
    wanted: list[str] = []
    for schedule in graph.manifests.schedules:
        job = jobs.get(schedule.name, {})
        topic = str(job.get("pubsubTarget", {}).get("topicName", ""))
        if job.get("schedule") != schedule.cron:
            yield f"{schedule.name}: {job.get('schedule')}"
        if topic.rpartition("/")[2] != schedule.name:
            yield f"{schedule.name}: publishes to {topic}"
        may = members(graph, PUBLISHER, "roles/pubsub.publisher", topic=schedule.name)
        yield from differing(f"{schedule.name} may be run by", may, [SCHEDULER])
        wanted += (f"{name} {topic} {schedule.path}" for name in schedule.deployables)
    found = Counter[str]()
    for each in scheduled(graph):
        push = each.inputs["pushConfig"]
        path = str(push["pushEndpoint"]).removeprefix(str(push["oidcToken"]["audience"]))
        found[f"{each.group} {each.inputs['topic']} {path}"] += 1
    yield from differing("runs", found, wanted)
