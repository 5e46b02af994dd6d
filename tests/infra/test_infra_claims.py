"""The claims hold of every stack and of functions nobody wrote, and they can fail."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from infra.preview import Graph, Resource, graph, graph_of_stack
from shared.manifest import Manifests
from tests.examples import examples
from tests.infra.claims import CLAIMS, Claim
from tests.infra.claims.reading import GRANTS, SERVICE, SUBSCRIPTION, pushed
from tests.infra.manifests import manifests, settings_for
from tests.infra.stacks import STACKS

Change = Callable[[dict[str, Any]], object]

PRIVATE = "audit-reactions/service"
# To know what a stack has takes a processor some seconds, and staging lies between the others.
BY_NIGHT = pytest.param("staging", marks=pytest.mark.nightly)
BY_DAY = [BY_NIGHT if stack == "staging" else stack for stack in STACKS]
# All claims are asked anew for each: of every tenth by day, of all at night.
ONE_IN = [10, pytest.param(1, marks=pytest.mark.nightly)]


@pytest.mark.parametrize("stack", BY_DAY)
@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_checkout_keeps(claim: Claim, stack: str) -> None:
    assert list(claim(graph_of_stack(stack))) == []


@pytest.mark.timeout(300)
@given(chosen=manifests())
@examples(2, by_night=12)
def test_functions_nobody_wrote_keep_every_claim(chosen: Manifests) -> None:
    found = graph(settings_for(chosen), chosen)
    assert [wrong for claim in CLAIMS for wrong in claim(found)] == []


@pytest.mark.parametrize("one_in", ONE_IN)
def test_a_grant_that_is_missing_is_noticed(one_in: int) -> None:
    found = graph_of_stack("prod")
    tried = list(found.of(*GRANTS))[::one_in]
    assert [each.name for each in tried if not is_noticed(without(found, each))] == []


@pytest.mark.nightly
def test_a_grant_to_somebody_else_is_noticed() -> None:
    found = graph_of_stack("prod")
    stranger = "serviceAccount:stranger@elsewhere.iam.gserviceaccount.com"
    missed = [
        each.name
        for each in found.of(*GRANTS)
        if not is_noticed(with_one_more(found, each, "member", stranger))
    ]
    assert missed == []


@pytest.mark.parametrize("stack", ["prod"])
def test_a_grant_to_everybody_is_noticed(stack: str) -> None:
    found = graph_of_stack(stack)
    service = next(found.of(GRANTS[1]))
    assert is_noticed(with_one_more(found, service, "member", "allUsers"))


@pytest.mark.parametrize("one_in", ONE_IN)
def test_a_subscription_that_is_missing_is_noticed(one_in: int) -> None:
    found = graph_of_stack("prod")
    tried = list(found.of(SUBSCRIPTION))[::one_in]
    assert [each.name for each in tried if not is_noticed(without(found, each))] == []


CHANGES: dict[str, tuple[str, Change]] = {
    "nobody is given up to": (SUBSCRIPTION, lambda i: i.pop("deadLetterPolicy", None)),
    "an event is read by its wrong name": (
        SUBSCRIPTION,
        lambda i: i.update(filter='hasPrefix(attributes.ce-type,"assent.other.thing.v")'),
    ),
    "another filter keeps the name of the old one": (
        SUBSCRIPTION,
        lambda i: i.update(filter=""),
    ),
    "a subscription expires": (
        SUBSCRIPTION,
        lambda i: i.update(expirationPolicy={"ttl": "86400s"}),
    ),
    "a service runs as another": (
        SERVICE,
        lambda i: i["template"].update(serviceAccount="agents@assent-prod.iam.gserviceaccount.com"),
    ),
    "a private service is opened": (SERVICE, lambda i: i.update(invokerIamDisabled=True)),
    "a private service is reached from outside": (
        SERVICE,
        lambda i: i.update(ingress="INGRESS_TRAFFIC_ALL"),
    ),
    "instances are unlimited": (SERVICE, lambda i: i["scaling"].update(maxInstanceCount=0)),
    "an instance waits": (SERVICE, lambda i: i["template"]["scaling"].update(minInstanceCount=1)),
    "the database may be deleted": (
        "gcp:firestore/database:Database",
        lambda i: i.update(deleteProtectionState="DELETE_PROTECTION_DISABLED"),
    ),
    "the instance has no backups": (
        "gcp:sql/databaseInstance:DatabaseInstance",
        lambda i: i["settings"]["backupConfiguration"].update(enabled=False),
    ),
    "a network may connect": (
        "gcp:sql/databaseInstance:DatabaseInstance",
        lambda i: i["settings"]["ipConfiguration"].update(
            authorizedNetworks=[{"value": "0.0.0.0/0"}]
        ),
    ),
    "a value is in the state": (
        "gcp:sql/databaseInstance:DatabaseInstance",
        lambda i: i.update(rootPassword="something"),
    ),
    "a schedule calls another": (
        "gcp:cloudscheduler/job:Job",
        lambda i: i["pubsubTarget"].update(topicName="projects/p/topics/agents"),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_resource_that_is_not_as_it_should_be_is_noticed(change: str) -> None:
    type, alter = CHANGES[change]
    found = graph_of_stack("prod")
    typical = {SERVICE: found.named(PRIVATE), SUBSCRIPTION: pushed(found)[0]}
    one = typical.get(type) or next(found.of(type))
    assert is_noticed(altered(found, one, alter))


def is_noticed(found: Graph) -> bool:
    return any(True for claim in CLAIMS for _ in claim(found))


def without(found: Graph, one: Resource) -> Graph:
    return replace(found, resources=tuple(each for each in found.resources if each is not one))


def with_one_more(found: Graph, like: Resource, name: str, value: object) -> Graph:
    other = replace(like, name=f"{like.name}-too", inputs={**like.inputs, name: value})
    return replace(found, resources=(*found.resources, other))


def altered(found: Graph, one: Resource, change: Change) -> Graph:
    inputs = _copied(dict(one.inputs))
    change(inputs)
    others = (each for each in found.resources if each is not one)
    return replace(found, resources=(*others, replace(one, inputs=inputs)))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value
