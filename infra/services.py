"""The Cloud Run services: one for each deployable."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_gcp import cloudrunv2 as run
from pulumi_gcp.serviceaccount import Account

from infra.accounts import Accounts
from infra.buckets import URL, bucket_name
from infra.cloud import Cloud, Part
from infra.images import Images
from infra.secret_manager import Secrets
from infra.settings import Settings
from infra.sql import SOCKETS, Sql
from shared.kit.secret_names import MODEL_KEY, PASSWORD
from shared.kit.variables import MODEL_NAME, SANDBOXES, bucket_variable, url_variable
from shared.manifest import Deployable

Url = Callable[[str], pulumi.Input[str]]

# Which value in the function's secret is the password: the address has none, so it is not secret.
PASSWORD_VARIABLE = "ASSENT_POSTGRES_PASSWORD_NAME"  # noqa: S105 - a variable's name

_VOLUME = "cloudsql"


@dataclass(frozen=True)
class Deployed:
    """A deployable with its service."""

    deployable: Deployable
    service: run.Service
    account: Account


def environment_of(
    deployable: Deployable,
    settings: Settings,
    *,
    root: Path,
    url: Url,
    account: pulumi.Input[str],
    postgres: pulumi.Input[str] | None,
) -> dict[str, pulumi.Input[str]]:
    """The environment of a deployable, without secrets: the local platform's names, with the
    cloud's values and without its emulators. `root` is the checkout's folder, `url` gives a
    deployable's address, `account` is its email, `postgres` the database's address without a
    password. Cloud Run itself adds PORT, K_SERVICE, K_REVISION and K_CONFIGURATION."""
    access = deployable.manifest.access
    env: dict[str, pulumi.Input[str]] = {
        "GOOGLE_CLOUD_PROJECT": settings.project,
        "FUNCTION_TARGET": deployable.target,
        "FUNCTION_SOURCE": deployable.source.relative_to(root).as_posix(),
        # The framework adds the folder of that file to the path, not the image's root.
        "PYTHONPATH": ".",
        "FUNCTION_SIGNATURE_TYPE": "http",
        "FUNCTION_USE_ASGI": "true",
        "ASSENT_ENVIRONMENT": settings.environment,
        "ASSENT_REGION": settings.region,
        "ASSENT_ISSUER": settings.issuer,
        "ASSENT_AUDIENCE": settings.audience,
        "ASSENT_JWKS_URL": settings.jwks_url,
        "ASSENT_RP_ID": settings.site_of_passkeys,
        "ASSENT_PASSKEY_ORIGINS": " ".join(settings.origins_of_passkeys),
        "ASSENT_SERVICE_ACCOUNT": account,
    }
    if deployable.manifest.platform_admins:
        env["ASSENT_PLATFORM_ADMINS"] = " ".join(settings.platform_admins)
    if any(name.endswith(MODEL_KEY) for name in access.secrets):
        env |= _model(settings)
    elif deployable.manifest.model_name:
        env |= _model_name(_model(settings))
    if launches_sandboxes(deployable, settings):
        env[SANDBOXES] = "true"
    for noun in access.calls:
        env[url_variable(noun)] = url(noun)
    if deployable.manifest.reactions is not None:
        env["ASSENT_REACTIONS_URL"] = url(f"{deployable.noun}-reactions")
    if access.reaches_postgres and postgres is not None:
        env["ASSENT_POSTGRES_DSN"] = postgres
        env["ASSENT_POSTGRES_CONNECTIONS"] = str(deployable.connections)
        env[PASSWORD_VARIABLE] = f"{deployable.noun}{PASSWORD}"
    if access.buckets:
        env["ASSENT_BUCKETS_URL"] = URL
    for name in access.buckets:
        env[bucket_variable(name)] = bucket_name(settings.project, name)
    return env


def launches_sandboxes(deployable: Deployable, settings: Settings) -> bool:
    """Whether programs of tenants run in Cloud Run's sandboxes in this service."""
    asks = deployable.public and deployable.manifest.access.sandboxes
    return settings.cloud_run_sandboxes and asks


def _model(settings: Settings) -> dict[str, pulumi.Input[str]]:
    """Where the model is, and what it costs; nothing where the stack has none."""
    if settings.model_url is None or settings.model_name is None:
        return {}
    said = {
        "ASSENT_MODEL_URL": settings.model_url,
        MODEL_NAME: settings.model_name,
        "ASSENT_MODEL_USD_IN": settings.model_usd_in,
        "ASSENT_MODEL_USD_OUT": settings.model_usd_out,
    }
    return {name: str(value) for name, value in said.items() if value is not None}


def _model_name(model: dict[str, pulumi.Input[str]]) -> dict[str, pulumi.Input[str]]:
    """Which model that is, and nothing else of it."""
    return {name: value for name, value in model.items() if name == MODEL_NAME}


class Services(Part):
    """A Cloud Run service for each deployable, under its own account. It scales to zero, has more
    processor while it starts, and at most the instances that its manifest and the stack allow.

    Everybody can reach a public side, without IAM: it verifies callers' tokens itself. Only
    accounts with a grant can reach a private side, and only from inside Google.

    `build_config` records the source and the target for the console; it builds nothing (see
    `cloud_build.py`).

    Deliberately not: HTTP startup probes (they measure whole seconds, and a cold start is shorter),
    idle instances (they cost without requests), or processors between requests (the sweep does the
    work that follows an answer)."""

    def __init__(
        self, cloud: Cloud, accounts: Accounts, images: Images, secrets: Secrets, sql: Sql | None
    ) -> None:
        super().__init__(cloud)
        self._accounts = accounts
        self._images = images
        self._secrets = secrets
        self._sql = sql
        self.of_deployable = {
            each.name: self._deployed(each) for each in cloud.manifests.deployables
        }
        self.register_outputs({})

    def _deployed(self, deployable: Deployable) -> Deployed:
        settings, name = self.cloud.settings, deployable.name
        sandboxes = launches_sandboxes(deployable, settings)
        account = self._accounts.of_deployable[name]
        most = settings.instances(deployable.sizing.max_instances)
        service = run.Service(
            f"{name}/service",
            project=self.project,
            location=self.region,
            name=name,
            description=deployable.manifest.summary,
            ingress=f"INGRESS_TRAFFIC_{'ALL' if deployable.public else 'INTERNAL_ONLY'}",
            invoker_iam_disabled=deployable.public,
            deletion_protection=settings.environment == "prod",
            scaling={"min_instance_count": 0, "max_instance_count": most},
            # A deployment ends a rollback, which had left the traffic with older revisions.
            traffics=[{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
            build_config=self._images.record_of(deployable),
            # Sandboxes are in Preview, and of the second generation only.
            launch_stage="BETA" if sandboxes else None,
            template={
                "service_account": account.email,
                "execution_environment": "EXECUTION_ENVIRONMENT_GEN2" if sandboxes else None,
                "timeout": deployable.sizing.timeout,
                "max_instance_request_concurrency": deployable.sizing.concurrency,
                "scaling": {"min_instance_count": 0, "max_instance_count": most},
                "containers": [self._container(deployable, account)],
                "volumes": self._volumes(deployable),
            },
            opts=self.inside(*self._secrets.readings[name]),
        )
        return Deployed(deployable, service, account)

    def _container(
        self, deployable: Deployable, account: Account
    ) -> run.ServiceTemplateContainerArgsDict:
        sizing, image = deployable.sizing, self._images.of(deployable)
        mounts: list[run.ServiceTemplateContainerVolumeMountArgsDict] = [
            {"name": _VOLUME, "mount_path": SOCKETS}
        ]
        return {
            "image": image.image,
            "base_image_uri": image.runtime_image,
            "resources": {
                "limits": {"cpu": f"{sizing.cpu:g}", "memory": sizing.memory},
                "cpu_idle": True,
                "startup_cpu_boost": True,
            },
            "envs": self._environment(deployable, account),
            "sandbox_launcher": launches_sandboxes(deployable, self.cloud.settings) or None,
            "volume_mounts": mounts if deployable.manifest.access.reaches_postgres else [],
        }

    def _environment(
        self, deployable: Deployable, account: Account
    ) -> list[run.ServiceTemplateContainerEnvArgsDict]:
        plain = environment_of(
            deployable,
            self.cloud.settings,
            root=self.cloud.manifests.root,
            url=self.cloud.url,
            account=self._accounts.of_push.get(f"{deployable.noun}-reactions", account).email,
            postgres=self._sql.address if self._sql is not None else None,
        )
        return [{"name": name, "value": value} for name, value in plain.items()]

    def _volumes(self, deployable: Deployable) -> list[run.ServiceTemplateVolumeArgsDict]:
        if self._sql is None or not deployable.manifest.access.reaches_postgres:
            return []
        instances = [self._sql.instance.connection_name]
        return [{"name": _VOLUME, "cloud_sql_instance": {"instances": instances}}]
