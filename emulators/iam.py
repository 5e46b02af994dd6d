"""Service accounts, and which of them may invoke which private function."""

from shared.manifest import Deployable, Manifests

PROJECT = "assent-local"
REGION = "us-central1"


def account(name: str) -> str:
    """The email of a service account of the local project."""
    return f"{name}@{PROJECT}.iam.gserviceaccount.com"


SCHEDULER = account("scheduler")


def service_account(deployable: Deployable) -> str:
    """Who a deployable is when it calls others."""
    return account(deployable.name)


def push_account(deployable: str) -> str:
    """Who Pub/Sub is when it pushes to a deployable."""
    return account(f"{deployable}-push")


def invokers(manifests: Manifests, private: Deployable) -> frozenset[str]:
    """Who may invoke a private deployable: Pub/Sub and the Scheduler as its manifest implies, and
    the accounts of its own noun, whose timers come back to it."""
    allowed = set()
    if any(subscription.deployable == private.name for subscription in manifests.subscriptions):
        allowed.add(push_account(private.name))
    if any(schedule.deployable == private.name for schedule in manifests.schedules):
        allowed.add(SCHEDULER)
    if any(queue.deployable == private.name for queue in manifests.queues):
        allowed |= {
            service_account(deployable)
            for deployable in manifests.deployables
            if deployable.noun == private.noun
        }
    return frozenset(allowed)
