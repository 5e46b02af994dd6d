"""What a deployable finds in its environment on Cloud Run."""

from collections.abc import Mapping

from infra.preview.graph import ROOT
from infra.services import environment_of
from shared.manifest import Deployable
from tests.infra.stacks import settings

# What the program cannot know of this machine: where things answer, and who is who; and that it is
# local, for elsewhere an issuer without TLS is refused. Every other value is the program's.
_HERE = (
    "ASSENT_ENVIRONMENT",
    *("ASSENT_ISSUER", "ASSENT_JWKS_URL", "ASSENT_POSTGRES_DSN", "ASSENT_REACTIONS_URL"),
    *("ASSENT_SERVICE_ACCOUNT", "ASSENT_URL_", "GOOGLE_CLOUD_PROJECT"),
)
# What no cloud has: Google's clients talk to emulators where these are set.
_EMULATORS = (
    "CLOUD_TASKS_EMULATOR_HOST",
    "FIRESTORE_EMULATOR_HOST",
    "PUBSUB_EMULATOR_HOST",
    "SECRET_MANAGER_EMULATOR_HOST",
)
_CLOUD_RUN = ("K_SERVICE", "K_REVISION", "K_CONFIGURATION")


def environment_of_program(deployable: Deployable) -> dict[str, str]:
    """What the cloud program gives a deployable, secrets apart."""
    given = environment_of(
        deployable,
        settings(environment="dev"),
        root=ROOT,
        url="https://{}.example.com".format,
        account="account@example.com",
        postgres="postgresql://database.example.com/assent",
    )
    assert all(isinstance(value, str) for value in given.values())
    return {name: str(value) for name, value in given.items()}


def environment_in_the_cloud(
    deployable: Deployable, *, local: Mapping[str, str]
) -> Mapping[str, str]:
    """Exactly the names that the cloud program and Cloud Run give, and the program's values but for
    addresses, which are those in `local`; plus where the emulators are."""
    program = environment_of_program(deployable)
    return {
        **{name: local[name] if name.startswith(_HERE) else program[name] for name in program},
        **{name: local[name] for name in (*_CLOUD_RUN, *_EMULATORS)},
    }
