"""An image for each deployable, built from its archive where it is to run."""

from collections.abc import Callable

import pulumi
import pulumi_gcp as gcp
from pulumi import dynamic

from infra.accounts import Accounts
from infra.artifacts import Artifacts
from infra.cloud import Cloud
from infra.cloud_build import ImageBuilder
from infra.packaging import BUILD_ENVIRONMENT, PYTHON_VERSION, Archive
from shared.manifest import Deployable

Pack = Callable[[Deployable], Archive]

_RUNTIME = f"python{PYTHON_VERSION.replace('.', '')}"


class Image(dynamic.Resource, module="assent", name="Image"):
    """`image` is the built one, by its digest; `runtime_image` is what Cloud Run puts under it, and
    renews by itself."""

    image: pulumi.Output[str]
    runtime_image: pulumi.Output[str]


class Images(pulumi.ComponentResource):
    """Uploads each deployable's archive under its hash and has it built. The same files are the
    same archive, and nothing is built again. `builds` say of each how it was made, for the service
    to carry.

    Deliberately not: Dockerfiles (Google's buildpack and base image are the runtime, and their
    security updates need no build of ours), or images built on the machine that deploys."""

    def __init__(self, cloud: Cloud, accounts: Accounts, artifacts: Artifacts, pack: Pack) -> None:
        super().__init__("assent:infra:Images", "images")
        self._cloud = cloud
        self._builder = accounts.builder
        self._artifacts = artifacts
        self.of_deployable: dict[str, Image] = {}
        self.builds: dict[str, gcp.cloudrunv2.ServiceBuildConfigArgs] = {}
        for each in cloud.manifests.deployables:
            self._build(each, pack(each))
        self.register_outputs({})

    def _build(self, deployable: Deployable, archive: Archive) -> None:
        name, uploaded = deployable.name, self._uploaded(deployable, archive)
        place = f"{self._cloud.settings.region}-docker.pkg.dev"
        base_image = f"{place}/serverless-runtimes/google-22/runtimes/{_RUNTIME}"
        project, repository = self._cloud.settings.project, self._artifacts.images.repository_id
        image_uri = pulumi.Output.format("{0}/{1}/{2}/{3}", place, project, repository, name)
        self.builds[name] = gcp.cloudrunv2.ServiceBuildConfigArgs(
            source_location=pulumi.Output.format("gs://{0}/{1}", uploaded.bucket, uploaded.name),
            function_target=deployable.target,
            image_uri=image_uri,
            base_image=base_image,
            enable_automatic_updates=True,
            environment_variables=BUILD_ENVIRONMENT,
            service_account=self._builder.name,
        )
        build = {
            "project": project,
            "region": self._cloud.settings.region,
            "bucket": uploaded.bucket,
            "archive": uploaded.name,
            "function_target": deployable.target,
            "base_image": base_image,
            "environment": BUILD_ENVIRONMENT,
            "image_uri": image_uri,
            "service_account": self._builder.name,
            "run_api": "https://run.googleapis.com",
            "build_api": "https://cloudbuild.googleapis.com",
        }
        self.of_deployable[name] = Image(
            ImageBuilder(),
            f"{name}/image",
            {**build, "image": None, "runtime_image": None},
            self._cloud.inside(self, *self._artifacts.builder_grants),
        )

    def _uploaded(self, deployable: Deployable, archive: Archive) -> gcp.storage.BucketObject:
        return gcp.storage.BucketObject(
            f"{deployable.name}/archive",
            bucket=self._artifacts.sources.name,
            name=f"{deployable.name}/{archive.sha256}.zip",
            source=pulumi.FileAsset(archive.path),
            content_type="application/zip",
            opts=self._cloud.inside(self),
        )
