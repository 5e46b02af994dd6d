"""The images of the services, and the storage of images and sources."""

from collections.abc import Callable

import pulumi
from pulumi import dynamic
from pulumi_gcp import storage
from pulumi_gcp.artifactregistry import Repository
from pulumi_gcp.cloudrunv2 import ServiceBuildConfigArgsDict

from infra.accounts import Accounts
from infra.archive import PYTHON_VERSION, Archive
from infra.cloud import Cloud, Part
from infra.cloud_build import ImageBuilder
from infra.grants import PUSH_IMAGES, READ_BUCKET, ProjectGrant, grant
from shared.manifest import Deployable

Pack = Callable[[str], Archive]

REPOSITORY = "functions"
IMAGES_KEPT = 10
DAYS_KEPT = 30
# Without it the buildpack's bytecode has timestamps that the image changes, so that every cold
# start compiles again; see README.md.
BUILD_ENVIRONMENT = {"SOURCE_DATE_EPOCH": "315532800"}

# Without a target the buildpack builds no function. A service's own target replaces this one.
_TARGET = "api"
_RUNTIME = f"python{PYTHON_VERSION.replace('.', '')}"


class Image(dynamic.Resource, module="assent", name="Image"):
    """`image` is the built image, by its digest; `runtime_image` its base, which Cloud Run keeps
    patched."""

    image: pulumi.Output[str]
    runtime_image: pulumi.Output[str]


class Images(Part):
    """One image for each lock that a manifest names, with the code of all functions: a service
    chooses its function by FUNCTION_SOURCE and FUNCTION_TARGET. The archive is uploaded under its
    hash; while the same files give the same archive, nothing is built again.

    Keeps the last ten versions of each image and all younger than thirty days; of each archive only
    the current one, because Pulumi deletes the one before.

    Deliberately not: an image for each function (they would differ in nothing that a process
    imports), Dockerfiles (Google's buildpack and base image are the runtime, and their security
    updates need no build of ours), images built on the machine that deploys, vulnerability scans of
    images, priced by the image (`make audit` examines the lock before it is built), versions of
    archives (one is named by its hash and never changes), or an age at which archives are deleted
    (Pulumi would not know, and a build from a current archive would not find it)."""

    def __init__(self, cloud: Cloud, accounts: Accounts, pack: Pack) -> None:
        super().__init__(cloud)
        self._builder = accounts.builder
        self._place = f"{self.region}-docker.pkg.dev"
        self._base_image = f"{self._place}/serverless-runtimes/google-22/runtimes/{_RUNTIME}"
        self._sources = self._bucket()
        self._repository = self._images()
        grants = self._let_build()
        self._archives = {lock: self._upload(lock, pack(lock)) for lock in cloud.manifests.locks}
        self._built = {lock: self._build(lock, grants) for lock in cloud.manifests.locks}
        self.register_outputs({})

    def of(self, deployable: Deployable) -> Image:
        """The image and the base image of a deployable."""
        return self._built[deployable.manifest.requirements]

    def record_of(self, deployable: Deployable) -> ServiceBuildConfigArgsDict:
        """The record of the build that the service carries."""
        lock = deployable.manifest.requirements
        archive = self._archives[lock]
        return {
            "source_location": pulumi.Output.format("gs://{0}/{1}", archive.bucket, archive.name),
            "function_target": deployable.target,
            "image_uri": self._uri(lock),
            "base_image": self._base_image,
            "enable_automatic_updates": True,
            "environment_variables": BUILD_ENVIRONMENT,
            "service_account": self._builder.name,
        }

    def _build(self, lock: str, grants: list[pulumi.Resource]) -> Image:
        build = {
            "project": self.project,
            "region": self.region,
            "bucket": self._sources.name,
            "archive": self._archives[lock].name,
            "function_target": _TARGET,
            "base_image": self._base_image,
            "environment": BUILD_ENVIRONMENT,
            "image_uri": self._uri(lock),
            "service_account": self._builder.name,
            "run_api": "https://run.googleapis.com",
            "build_api": "https://cloudbuild.googleapis.com",
            "image": None,
            "runtime_image": None,
        }
        return Image(ImageBuilder(), f"images/{lock}-image", build, self.inside(*grants))

    def _upload(self, lock: str, archive: Archive) -> storage.BucketObject:
        return storage.BucketObject(
            f"images/{lock}-archive",
            bucket=self._sources.name,
            name=f"{lock}/{archive.sha256}.zip",
            source=pulumi.FileAsset(archive.path),
            content_type="application/zip",
            opts=self.inside(),
        )

    def _uri(self, lock: str) -> pulumi.Output[str]:
        repository = self._repository.repository_id
        return pulumi.Output.format("{0}/{1}/{2}/{3}", self._place, self.project, repository, lock)

    def _bucket(self) -> storage.Bucket:
        return storage.Bucket(
            "images/sources",
            project=self.project,
            name=f"{self.project}-sources",
            location=self.region,
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            force_destroy=True,
            soft_delete_policy={"retention_duration_seconds": 0},
            opts=self.inside(),
        )

    def _images(self) -> Repository:
        return Repository(
            "images/repository",
            project=self.project,
            location=self.region,
            repository_id=REPOSITORY,
            format="DOCKER",
            description="Images of the functions, built from their source.",
            cleanup_policies=[
                {
                    "id": "keep-the-last",
                    "action": "KEEP",
                    "most_recent_versions": {"keep_count": IMAGES_KEPT},
                },
                {
                    "id": "delete-the-old",
                    "action": "DELETE",
                    # Seconds: Google refuses days, or answers in seconds and Pulumi replaces all
                    # (https://github.com/pulumi/pulumi-gcp/issues/3344).
                    "condition": {"older_than": f"{DAYS_KEPT * 24 * 3600}s"},
                },
            ],
            vulnerability_scanning_config={"enablement_config": "DISABLED"},
            opts=self.inside(),
        )

    def _let_build(self) -> list[pulumi.Resource]:
        name, member = "images/builder-may", self._builder.member
        may_log = ProjectGrant(
            f"{name}-log",
            self,
            role="roles/logging.logWriter",
            member=member,
            reason="A build writes to the project's log, which has no smaller place.",
        )
        return [
            grant(self, f"{name}-read-sources", READ_BUCKET, self._sources, member),
            grant(self, f"{name}-push-images", PUSH_IMAGES, self._repository, member),
            may_log.grant,
        ]
