"""Where source archives and images are kept, and for how long."""

import pulumi
import pulumi_gcp as gcp

from infra.accounts import Accounts
from infra.cloud import Cloud
from infra.grants import ProjectGrant, refuse_wide

REPOSITORY = "functions"
IMAGES_KEPT = 10
DAYS_KEPT = 30


class Artifacts(pulumi.ComponentResource):
    """A bucket of source archives and a repository of images; the builder reads the one and writes
    the other. Of each image the last ten stay, and whatever is younger than thirty days; of each
    deployable the one archive that it was built from, for Pulumi deletes the one before.

    Deliberately not: vulnerability scans of images, priced by the image (`make audit` looks at what
    is locked before it is built, and base images are renewed by Google), versions of objects (an
    archive is named by its hash and never changes), or an age at which archives go (Pulumi would
    not know, and a build from one that is still current would not find it)."""

    def __init__(self, cloud: Cloud, accounts: Accounts) -> None:
        super().__init__("assent:infra:Artifacts", "artifacts")
        self._cloud = cloud
        settings = cloud.settings
        self.sources = gcp.storage.Bucket(
            "images/sources",
            project=settings.project,
            name=f"{settings.project}-sources",
            location=settings.region,
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            force_destroy=True,
            soft_delete_policy=gcp.storage.BucketSoftDeletePolicyArgs(retention_duration_seconds=0),
            opts=cloud.inside(self),
        )
        self.images = gcp.artifactregistry.Repository(
            "images/repository",
            project=settings.project,
            location=settings.region,
            repository_id=REPOSITORY,
            format="DOCKER",
            description="Images of the functions, built from their archives.",
            cleanup_policies=_cleanup(),
            vulnerability_scanning_config=gcp.artifactregistry.RepositoryVulnerabilityScanningConfigArgs(
                enablement_config="DISABLED"
            ),
            opts=cloud.inside(self),
        )
        self.builder_grants = self._let_build(accounts)
        self.register_outputs({})

    def _let_build(self, accounts: Accounts) -> list[pulumi.Resource]:
        settings, member = self._cloud.settings, accounts.builder.member
        reads, writes = "roles/storage.objectViewer", "roles/artifactregistry.writer"
        for role in (reads, writes):
            refuse_wide(role, member)
        may_read = gcp.storage.BucketIAMMember(
            "images/builder-may-read-sources",
            bucket=self.sources.name,
            role=reads,
            member=member,
            opts=self._cloud.inside(self),
        )
        may_write = gcp.artifactregistry.RepositoryIamMember(
            "images/builder-may-push-images",
            project=settings.project,
            location=settings.region,
            repository=self.images.repository_id,
            role=writes,
            member=member,
            opts=self._cloud.inside(self),
        )
        may_log = ProjectGrant(
            "images/builder-may-log",
            self._cloud,
            self,
            role="roles/logging.logWriter",
            member=member,
            reason="A build says what it does in the project's log, which has no smaller place.",
        )
        return [may_read, may_write, may_log.grant]


def _cleanup() -> list[gcp.artifactregistry.RepositoryCleanupPolicyArgs]:
    return [
        gcp.artifactregistry.RepositoryCleanupPolicyArgs(
            id="keep-the-last",
            action="KEEP",
            most_recent_versions=gcp.artifactregistry.RepositoryCleanupPolicyMostRecentVersionsArgs(
                keep_count=IMAGES_KEPT
            ),
        ),
        gcp.artifactregistry.RepositoryCleanupPolicyArgs(
            id="delete-the-old",
            action="DELETE",
            condition=gcp.artifactregistry.RepositoryCleanupPolicyConditionArgs(
                # Seconds: Google refuses days, or answers in seconds and Pulumi replaces all
                # (https://github.com/pulumi/pulumi-gcp/issues/3344).
                older_than=f"{DAYS_KEPT * 24 * 3600}s"
            ),
        ),
    ]
