"""Retries, retentions and clean-ups are those of the manifests and of the pages."""

from typing import Any

import pytest

from infra.indexes import EXPIRING, Composite
from infra.preview.graph import ROOT, graph_of_stack
from shared.manifest import load_manifests
from tests.infra.firestore.declared import COLLECTIONS, COMPOSITES, GROUPED, SINGLES
from tests.infra.stacks import larger_graph

MANIFESTS = load_manifests(ROOT)
FIELD = "gcp:firestore/field:Field"


def inputs_of(type: str, name: str) -> dict[str, Any]:
    """Of production's resource of that type whose own name it is."""
    (found,) = (
        each.inputs for each in graph_of_stack("prod").of(type) if each.inputs.get("name") == name
    )
    return dict(found)


@pytest.mark.parametrize("subscription", MANIFESTS.subscriptions, ids=lambda each: each.name)
def test_a_subscription_retries_as_its_manifest_says(subscription: Any) -> None:
    found = inputs_of("gcp:pubsub/subscription:Subscription", subscription.name)
    least, most = subscription.backoff
    assert found["retryPolicy"] == {"minimumBackoff": least, "maximumBackoff": most}
    assert found["deadLetterPolicy"]["maxDeliveryAttempts"] == subscription.attempts
    timeout = int(MANIFESTS.deployable(subscription.deployable).sizing.timeout.removesuffix("s"))
    assert timeout < found["ackDeadlineSeconds"] <= 600


@pytest.mark.parametrize("queue", MANIFESTS.queues, ids=lambda each: each.name)
def test_a_queue_retries_as_its_manifest_says(queue: Any) -> None:
    found = inputs_of("gcp:cloudtasks/queue:Queue", queue.name)
    least, most = queue.backoff
    assert found["retryConfig"] == {
        "maxAttempts": queue.attempts,
        "minBackoff": least,
        "maxBackoff": most,
    }
    sizing = MANIFESTS.deployable(queue.deployable).sizing
    most_at_once = min(5_000, sizing.concurrency * sizing.max_instances)
    assert found["rateLimits"]["maxConcurrentDispatches"] <= most_at_once
    assert 0 < found["rateLimits"]["maxDispatchesPerSecond"] <= 500


def test_dead_letters_are_kept_as_long_as_pubsub_keeps_anything() -> None:
    found = inputs_of("gcp:pubsub/subscription:Subscription", "dead-letters")
    assert found["messageRetentionDuration"] == f"{31 * 86_400}s"


def test_operators_and_nobody_else_may_pull_dead_letters() -> None:
    found = larger_graph()
    pulling = {
        each.inputs["member"]
        for each in found.of("gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember")
        if each.inputs["subscription"] == "dead-letters"
    }
    assert pulling == {"group:on-call@example.com"}


def _ordered(index: Composite) -> list[tuple[str, str]]:
    return [(field, index.direction) for field in index.ordered]


def test_every_index_is_declared_as_it_is_listed() -> None:
    declared = {
        (
            each.inputs["collection"],
            each.inputs["queryScope"],
            tuple((field["fieldPath"], field["order"]) for field in each.inputs["fields"]),
        )
        for each in graph_of_stack("prod").of("gcp:firestore/index:Index")
    }
    assert declared == {
        (
            each.collection,
            each.scope,
            (*((field, "ASCENDING") for field in each.equalities), *_ordered(each)),
        )
        for each in COMPOSITES
    }


def test_every_field_is_declared_as_it_is_listed() -> None:
    declared = {
        (each.inputs["collection"], each.inputs["field"]): each.inputs
        for each in graph_of_stack("prod").of(FIELD)
    }
    every = {(collection, "*") for collection in COLLECTIONS}
    queried = {(each.collection, each.field): each.mode for each in SINGLES}
    assert set(declared) == {*GROUPED, *EXPIRING, *every, *queried}
    for key, found in declared.items():
        wanted = []
        if key in GROUPED:
            wanted = [{"order": "ASCENDING", "queryScope": "COLLECTION_GROUP"}]
        elif key in queried:
            of = "arrayConfig" if queried[key] == "CONTAINS" else "order"
            wanted = [{of: queried[key], "queryScope": "COLLECTION"}]
        assert found["indexConfig"].get("indexes", []) == wanted, key
        assert ("ttlConfig" in found) == (key in EXPIRING)


def test_no_field_is_declared_twice() -> None:
    listed = [*GROUPED, *EXPIRING, *((each.collection, each.field) for each in SINGLES)]
    assert len(listed) == len(set(listed))


def test_images_are_cleaned_up_and_the_last_ones_kept() -> None:
    (repository,) = graph_of_stack("prod").of("gcp:artifactregistry/repository:Repository")
    policies = {each["action"]: each for each in repository.inputs["cleanupPolicies"]}
    assert policies["KEEP"]["mostRecentVersions"]["keepCount"] >= 2
    assert policies["DELETE"]["condition"]["olderThan"] == f"{30 * 24 * 3600}s"


def test_an_archive_stays_as_long_as_pulumi_counts_on_it_and_is_never_public() -> None:
    bucket = graph_of_stack("prod").named("images/sources")
    assert not bucket.inputs.get("lifecycleRules")
    assert bucket.inputs["publicAccessPrevention"] == "enforced"
    assert bucket.inputs["uniformBucketLevelAccess"] is True


def test_everything_waits_for_the_apis_it_belongs_to() -> None:
    found = graph_of_stack("prod")
    apis = {each.urn for each in found.of("gcp:projects/service:Service")}
    early = [
        each.name
        for each in found.resources
        if each.urn not in apis and not apis <= set(each.after)
    ]
    assert early == []
