"""The environment of a function."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from emulators.iam import PROJECT, REGION, push_account, service_account
from emulators.issuer import AUDIENCE
from emulators.model_server import SCRIPTED
from shared.kit.secret_names import MODEL_KEY
from shared.kit.variables import MODEL_NAME, bucket_variable, url_variable
from shared.manifest import Deployable, Manifests

# The variables of our own environment that any program needs, and the options that an operator may
# set; functions get no others.
_INHERITED = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SSL_CERT_FILE", "VIRTUAL_ENV"),
    *(
        "ASSENT_REVIEWER_URL",
        "ASSENT_SCANNER_URL",
        "ASSENT_LOG_LEVEL",
        "ASSENT_NAME_SERVER",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ),
)


# The account of all functions in the platform's own process, and the address of their timers.
IN_PROCESS_ACCOUNT = service_account("in-process")
SHARED_REACTIONS_URL = "http://reactions.in-process"


@dataclass(frozen=True)
class Services:
    """The addresses of the platform's servers. `issuer` is a name, and the keys below it are found
    only until the platform starts again on other ports: `keys` is their address."""

    firestore: str
    pubsub: str
    cloud_tasks: str
    secret_manager: str
    issuer: str
    keys: str
    clock: Path
    postgres_dsn: str | None
    buckets: str | None
    urls: Mapping[str, str]
    limits: bool = False
    tier: str | None = None
    public_url: str = ""
    targets: str = ""
    model: str = ""


def program_environment(root: Path) -> dict[str, str]:
    """The environment of any program of the checkout at `root`."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return kept | {"PYTHONPATH": str(root.resolve()), "PYTHONUNBUFFERED": "1"}


def common(services: Services) -> dict[str, str]:
    """The environment of every process of the platform and of every tool that talks to it."""
    tier = {} if services.tier is None else {"ASSENT_LOCAL_TIER": services.tier}
    return tier | {
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "FIRESTORE_EMULATOR_HOST": services.firestore,
        "PUBSUB_EMULATOR_HOST": services.pubsub,
        "CLOUD_TASKS_EMULATOR_HOST": services.cloud_tasks,
        "SECRET_MANAGER_EMULATOR_HOST": services.secret_manager,
        "ASSENT_ENVIRONMENT": "local",
        "ASSENT_REGION": REGION,
        "ASSENT_CLOCK_FILE": str(services.clock),
        "ASSENT_ISSUER": services.issuer,
        "ASSENT_AUDIENCE": AUDIENCE,
        "ASSENT_JWKS_URL": services.keys,
        "ASSENT_PUBLIC_URL": services.public_url,
        "ASSENT_LOOPBACK_CLIENTS": "true",
        "ASSENT_RP_ID": "localhost",
        "ASSENT_PASSKEY_ORIGINS": services.public_url,
        "ASSENT_IDENTITY_URL": services.urls.get("identity", ""),
        "ASSENT_TARGETS_URL": services.targets,
        "ASSENT_LOOPBACK_TARGETS": "true",
        "ASSENT_LOCAL_LIMITS": str(services.limits).lower(),
    }


def _model(services: Services) -> dict[str, str]:
    """The scripted model, at a price that a small budget holds."""
    if not services.model:
        return {}
    return {
        "ASSENT_MODEL_URL": f"{services.model}/v1",
        MODEL_NAME: SCRIPTED,
        "ASSENT_MODEL_USD_IN": "1",
        "ASSENT_MODEL_USD_OUT": "4",
    }


def of_deployable(deployable: Deployable, services: Services) -> dict[str, str]:
    """The environment of one deployable, as infra would set it, without variables of others."""
    access = deployable.manifest.access
    env = common(services) | {
        "ASSENT_SERVICE_ACCOUNT": push_account(f"{deployable.noun}-reactions"),
        "K_SERVICE": deployable.name,
        "K_CONFIGURATION": deployable.name,
        "K_REVISION": f"{deployable.name}-00001-loc",
        "FUNCTION_TARGET": deployable.target,
        "FUNCTION_SOURCE": str(deployable.source.resolve()),
        "FUNCTION_SIGNATURE_TYPE": "http",
        "FUNCTION_USE_ASGI": "true",
    }
    if any(name.endswith(MODEL_KEY) for name in access.secrets):
        env |= _model(services)
    elif deployable.manifest.model_name:
        env |= {name: each for name, each in _model(services).items() if name == MODEL_NAME}
    env |= _urls(access.calls, services)
    if deployable.manifest.reactions is not None:
        env["ASSENT_REACTIONS_URL"] = services.urls[f"{deployable.noun}-reactions"]
    if access.reaches_postgres and services.postgres_dsn is not None:
        env["ASSENT_POSTGRES_DSN"] = services.postgres_dsn
        env["ASSENT_POSTGRES_CONNECTIONS"] = str(deployable.connections)
    return env | buckets_of(access.buckets, services)


def of_all(manifests: Manifests, services: Services) -> dict[str, str]:
    """The shared environment of functions that run inside the platform: all timers go to one URL,
    which finds the queue's owner, under one account."""
    public = [deployable.name for deployable in manifests.deployables if deployable.public]
    env = common(services) | _urls(public, services) | _model(services)
    env |= {
        "ASSENT_REACTIONS_URL": SHARED_REACTIONS_URL,
        "ASSENT_SERVICE_ACCOUNT": IN_PROCESS_ACCOUNT,
        "K_SERVICE": "in-process",
        "K_REVISION": "in-process-00001-loc",
    }
    if services.postgres_dsn is not None:
        env["ASSENT_POSTGRES_DSN"] = services.postgres_dsn
    return env | buckets_of(manifests.buckets, services)


def buckets_of(names: Iterable[str], services: Services) -> dict[str, str]:
    """Where buckets are, which have the names that manifests give them."""
    found = {bucket_variable(each): each for each in names}
    return found | {"ASSENT_BUCKETS_URL": services.buckets} if found and services.buckets else {}


@contextmanager
def set_environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """This process's own environment, with these values until the block ends; None unsets."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _urls(nouns: Iterable[str], services: Services) -> dict[str, str]:
    return {url_variable(noun): services.urls[noun] for noun in nouns}
