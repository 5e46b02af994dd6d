"""The Cloud Run services: one for each deployable."""

from collections.abc import Callable
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp.serviceaccount import Account

from infra.accounts import Accounts
from infra.cloud import Cloud
from infra.images import Image, Images
from infra.secret_manager import Secrets
from infra.settings import Settings
from infra.sql import SOCKETS, Sql
from shared.manifest import Deployable

Url = Callable[[str], pulumi.Input[str]]

# libpq takes the password from here when an address has none, so the address is no secret.
PASSWORD_VARIABLE = "PGPASSWORD"  # noqa: S105 - a variable's name


@dataclass(frozen=True)
class Deployed:
    """A deployable, as it runs."""

    deployable: Deployable
    service: gcp.cloudrunv2.Service
    account: Account


def environment_of(
    deployable: Deployable,
    settings: Settings,
    *,
    url: Url,
    account: pulumi.Input[str],
    postgres: pulumi.Input[str] | None,
) -> dict[str, pulumi.Input[str]]:
    """What a deployable finds in its environment, secrets apart: the names that the local platform
    gives it, with the cloud's values and without its emulators. `url` knows where a deployable
    answers, `account` is who Cloud Tasks fires its timers as, `postgres` the database's address
    without a password. Cloud Run itself adds PORT, K_SERVICE, K_REVISION and K_CONFIGURATION."""
    access = deployable.manifest.access
    env: dict[str, pulumi.Input[str]] = {
        "GOOGLE_CLOUD_PROJECT": settings.project,
        "FUNCTION_TARGET": deployable.target,
        "FUNCTION_SOURCE": "main.py",
        "FUNCTION_SIGNATURE_TYPE": "http",
        "FUNCTION_USE_ASGI": "true",
        "ASSENT_ENVIRONMENT": settings.environment,
        "ASSENT_REGION": settings.region,
        "ASSENT_ISSUER": settings.issuer,
        "ASSENT_AUDIENCE": settings.audience,
        "ASSENT_JWKS_URL": settings.jwks_url,
        "ASSENT_SERVICE_ACCOUNT": account,
    }
    for noun in access.calls:
        env[f"ASSENT_URL_{noun.upper().replace('-', '_')}"] = url(noun)
    if deployable.manifest.reactions is not None:
        env["ASSENT_REACTIONS_URL"] = url(f"{deployable.noun}-reactions")
    if access.postgres != "none" and postgres is not None:
        env["ASSENT_POSTGRES_DSN"] = postgres
        env["ASSENT_POSTGRES_CONNECTIONS"] = str(access.postgres)
    return env


class Services(pulumi.ComponentResource):
    """A Cloud Run service for each deployable, under its own account: at zero while nobody asks,
    with more processor while it starts, and with at most the instances that its manifest and the
    stack allow.

    A public side is reached by anybody and does without IAM: callers show its own tokens. A private
    side is reached from inside Google only, and by the accounts that are granted it.

    Its `build_config` says from which source and for which target it was built; it builds nothing
    (see `cloud_build.py`).

    Deliberately not: HTTP startup probes (they answer in whole seconds, and a cold start is
    shorter), instances that wait (they cost while nobody asks), or processors between requests
    (what follows an answer is left to the sweep)."""

    def __init__(
        self, cloud: Cloud, accounts: Accounts, images: Images, secrets: Secrets, sql: Sql | None
    ) -> None:
        super().__init__("assent:infra:Services", "services")
        self._cloud = cloud
        self._accounts = accounts
        self._images = images
        self._secrets = secrets
        self._sql = sql
        self.of_deployable = {
            each.name: self._deployed(each) for each in cloud.manifests.deployables
        }
        self.register_outputs({})

    def _deployed(self, deployable: Deployable) -> Deployed:
        settings, name = self._cloud.settings, deployable.name
        account = self._accounts.of_deployable[name]
        most = settings.instances(deployable.sizing.max_instances)
        service = gcp.cloudrunv2.Service(
            f"{name}/service",
            project=settings.project,
            location=settings.region,
            name=name,
            description=deployable.manifest.summary,
            ingress=f"INGRESS_TRAFFIC_{'ALL' if deployable.public else 'INTERNAL_ONLY'}",
            invoker_iam_disabled=deployable.public,
            deletion_protection=settings.environment == "prod",
            scaling=gcp.cloudrunv2.ServiceScalingArgs(
                min_instance_count=0, max_instance_count=most
            ),
            # So that a deployment ends a rollback, which left the traffic with older revisions.
            traffics=[
                gcp.cloudrunv2.ServiceTrafficArgs(
                    type="TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent=100
                )
            ],
            build_config=self._images.builds[name],
            template=gcp.cloudrunv2.ServiceTemplateArgs(
                service_account=account.email,
                timeout=deployable.sizing.timeout,
                max_instance_request_concurrency=deployable.sizing.concurrency,
                scaling=gcp.cloudrunv2.ServiceTemplateScalingArgs(
                    min_instance_count=0, max_instance_count=most
                ),
                containers=[self._container(deployable, account, self._images.of_deployable[name])],
                volumes=self._volumes() if self._uses_sql(deployable) else [],
            ),
            opts=self._cloud.inside(self, *self._secrets.readings[name]),
        )
        return Deployed(deployable, service, account)

    def _container(
        self, deployable: Deployable, account: Account, image: Image
    ) -> gcp.cloudrunv2.ServiceTemplateContainerArgs:
        sizing = deployable.sizing
        return gcp.cloudrunv2.ServiceTemplateContainerArgs(
            image=image.image,
            base_image_uri=image.runtime_image,
            resources=gcp.cloudrunv2.ServiceTemplateContainerResourcesArgs(
                limits={"cpu": f"{sizing.cpu:g}", "memory": sizing.memory},
                cpu_idle=True,
                startup_cpu_boost=True,
            ),
            envs=self._environment(deployable, account),
            volume_mounts=self._mounts() if self._uses_sql(deployable) else [],
        )

    def _environment(
        self, deployable: Deployable, account: Account
    ) -> list[gcp.cloudrunv2.ServiceTemplateContainerEnvArgs]:
        plain = environment_of(
            deployable,
            self._cloud.settings,
            url=self._cloud.url,
            account=self._accounts.of_push.get(f"{deployable.noun}-reactions", account).email,
            postgres=self._sql.address if self._sql is not None else None,
        )
        envs = [
            gcp.cloudrunv2.ServiceTemplateContainerEnvArgs(name=name, value=value)
            for name, value in plain.items()
        ]
        if self._uses_sql(deployable) and self._secrets.password is not None:
            newest = gcp.cloudrunv2.ServiceTemplateContainerEnvValueSourceSecretKeyRefArgs(
                secret=self._secrets.password.secret_id, version="latest"
            )
            source = gcp.cloudrunv2.ServiceTemplateContainerEnvValueSourceArgs(
                secret_key_ref=newest
            )
            envs.append(
                gcp.cloudrunv2.ServiceTemplateContainerEnvArgs(
                    name=PASSWORD_VARIABLE, value_source=source
                )
            )
        return envs

    def _uses_sql(self, deployable: Deployable) -> bool:
        return self._sql is not None and deployable.manifest.access.postgres != "none"

    def _volumes(self) -> list[gcp.cloudrunv2.ServiceTemplateVolumeArgs]:
        assert self._sql is not None
        connector = gcp.cloudrunv2.ServiceTemplateVolumeCloudSqlInstanceArgs(
            instances=[self._sql.instance.connection_name]
        )
        return [
            gcp.cloudrunv2.ServiceTemplateVolumeArgs(name="cloudsql", cloud_sql_instance=connector)
        ]

    def _mounts(self) -> list[gcp.cloudrunv2.ServiceTemplateContainerVolumeMountArgs]:
        return [
            gcp.cloudrunv2.ServiceTemplateContainerVolumeMountArgs(
                name="cloudsql", mount_path=SOCKETS
            )
        ]
