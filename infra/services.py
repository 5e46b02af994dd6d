"""The Cloud Run services: one for each deployable."""

from collections.abc import Callable
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp.serviceaccount import Account

from infra.accounts import Accounts
from infra.cloud import Cloud
from infra.settings import Settings
from shared.manifest import Deployable

Url = Callable[[str], pulumi.Input[str]]


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
    """What a deployable finds in its environment, secrets apart: the names the local platform
    gives it, with the cloud's values and without its emulators. `url` knows where a deployable
    answers, `account` is its email, `postgres` the database's address without a password.
    Cloud Run itself adds PORT, K_SERVICE, K_REVISION and K_CONFIGURATION."""
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
    """A Cloud Run service for each deployable, under its own account, at zero while nobody asks.

    Deliberately not: HTTP startup probes (they answer in whole seconds, and a cold start is
    shorter), instances that wait (they cost while nobody asks), or processors outside requests
    (what follows an answer is left to the sweep)."""

    def __init__(
        self,
        cloud: Cloud,
        accounts: Accounts,
        *,
        options: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("assent:infra:Services", "services", None, options)
        self._cloud = cloud
        self._accounts = accounts
        self.of_deployable = {
            each.name: self._deployed(each) for each in cloud.manifests.deployables
        }
        self.register_outputs({})

    def _deployed(self, deployable: Deployable) -> Deployed:
        account = self._accounts.of_deployable[deployable.name]
        service = gcp.cloudrunv2.Service(
            f"{deployable.name}/service",
            project=self._cloud.settings.project,
            location=self._cloud.settings.region,
            name=deployable.name,
            template=gcp.cloudrunv2.ServiceTemplateArgs(
                service_account=account.email,
                containers=[self._container(deployable, account)],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return Deployed(deployable, service, account)

    def _container(
        self, deployable: Deployable, account: Account
    ) -> gcp.cloudrunv2.ServiceTemplateContainerArgs:
        env = environment_of(
            deployable,
            self._cloud.settings,
            url=self._cloud.url,
            account=account.email,
            postgres=None,
        )
        return gcp.cloudrunv2.ServiceTemplateContainerArgs(
            image="placeholder",
            envs=[
                gcp.cloudrunv2.ServiceTemplateContainerEnvArgs(name=name, value=value)
                for name, value in env.items()
            ],
        )
