"""Service accounts, and which private functions each may invoke."""

from shared.manifest import Deployable, Manifests

PROJECT = "assent-local"
REGION = "us-central1"


def service_account(name: str) -> str:
    """The email of a service account of the local project."""
    return f"{name}@{PROJECT}.iam.gserviceaccount.com"


def push_account(deployable: str) -> str:
    """The account with which Pub/Sub and Cloud Tasks deliver to a deployable."""
    return service_account(f"{deployable}-push")


def invokers(manifests: Manifests, private: Deployable) -> frozenset[str]:
    """The accounts that may invoke a private deployable: its deliverer's alone."""
    is_called = private.name in manifests.delivered_to
    return frozenset({push_account(private.name)} if is_called else ())
