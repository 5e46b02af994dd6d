"""What a deployable finds in its environment on Cloud Run."""

from collections.abc import Mapping

from shared.manifest import Deployable

# What no cloud has: Google's clients talk to emulators where these are set.
_EMULATORS = (
    "CLOUD_TASKS_EMULATOR_HOST",
    "FIRESTORE_EMULATOR_HOST",
    "PUBSUB_EMULATOR_HOST",
    "SECRET_MANAGER_EMULATOR_HOST",
)


def environment_in_the_cloud(
    deployable: Deployable, *, local: Mapping[str, str]
) -> Mapping[str, str]:
    """Exactly the names that the cloud gives, with this machine's addresses as their values."""
    names = {n for n in local if n.startswith(("ASSENT_", "FUNCTION_", "K_", "GOOGLE_"))} - {
        "ASSENT_CLOCK_FILE",
        "FUNCTION_SOURCE",
    }
    return {name: local[name] for name in (*names, *_EMULATORS)}
