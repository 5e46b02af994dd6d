"""Counts of actions: how they are combined, and what they use."""

from hypothesis import given
from hypothesis import strategies as st

from infra.cost.billing import Usage
from infra.cost.measured import Action, Published, used_by
from shared.manifest import load_manifests
from tests.benchmarks.combining import together, typical, without
from tests.infra.cost.checkout import ROOT

MANIFESTS = load_manifests(ROOT)
NAMES = [deployable.name for deployable in MANIFESTS.deployables]
counts = st.dictionaries(
    st.sampled_from(["requests", "firestore-reads", "instance-milliseconds"]), st.integers(0, 99)
)
actions = st.builds(Action, functions=st.dictionaries(st.sampled_from(NAMES), counts))


@given(actions, actions)
def test_what_falls_into_one_run_of_three_is_not_typical(one: Action, sweep: Action) -> None:
    assert typical([one, together(one, sweep), one]) == together(one)


def test_a_machine_can_only_add_to_an_instances_time() -> None:
    runs = [_of({"instance-milliseconds": n, "firestore-writes": n}) for n in (300, 100, 200)]
    counted = typical(runs)
    assert counted.count("instance-milliseconds") == 100
    assert counted.count("firestore-writes") == 200


@given(actions, actions)
def test_what_follows_without_what_came_before_is_what_follows(one: Action, other: Action) -> None:
    assert without(together(one, other), other) == together(one)


@given(actions, actions)
def test_two_actions_count_what_both_count(one: Action, other: Action) -> None:
    whole = together(one, other)
    assert whole.count("requests") == one.count("requests") + other.count("requests")


def test_a_filter_saves_no_money() -> None:
    """Every subscription of a topic pays for every message, whether it is let through or not."""
    read = "assent.approval.requested.v1"
    readers = [each for each in MANIFESTS.subscriptions if each.topic == "approvals"]
    holding = [each.deployable for each in readers if not each.filter.passes(read)]
    action = Action(published={"approvals": {read: Published(messages=2, bytes=3_000)}})
    held = [u for u in used_by(action, MANIFESTS) if u.kind == "pubsub-bytes"]
    assert held == [Usage("pubsub-bytes", 3_000, name) for name in holding]
    names = ("agents", "audit", "policy", "runs")
    assert holding == [f"{name}-reactions" for name in names]


def test_processors_and_memory_are_paid_by_the_size_in_the_manifest() -> None:
    assert used_by(_of({"instance-milliseconds": 3_000}), MANIFESTS) == [
        Usage("vcpu-seconds", 3.0, "approvals"),
        Usage("gib-seconds", 1.5, "approvals"),
    ]


def _of(counts: dict[str, int]) -> Action:
    return Action(functions={"approvals": counts})
