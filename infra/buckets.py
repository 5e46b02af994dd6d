"""Buckets of Cloud Storage that manifests name, and who may write to them."""

from collections.abc import Sequence

from pulumi_gcp import storage

from infra.accounts import Accounts
from infra.cloud import Cloud, Part
from infra.grants import ADD_TO_BUCKET, READ_BUCKET, USE_BUCKET, grant
from shared.manifest.model import READ

# Functions reach it through the interface of S3, with the key in a `*-bucket-key` secret.
URL = "https://storage.googleapis.com"
KEPT, UNTIL_REMOVED = "kept", "until-removed"
_RIGHTS = {KEPT: (ADD_TO_BUCKET, READ_BUCKET), READ: (READ_BUCKET,)}
# Seven years. A locked period can be made longer, and never shorter.
KEPT_SECONDS = 7 * 365 * 24 * 3600
# What browsers upload into.
UPLOADS = "artifacts-incoming"
# Parts of uploads that never ended.
ABANDONED_DAYS = 7


def _taken_from(origins: Sequence[str]) -> list[storage.BucketCorArgsDict]:
    """Pages of these origins may PUT, to addresses that were signed for them."""
    return [
        {
            "origins": list(origins),
            "methods": ["PUT"],
            "response_headers": ["Content-Type"],
            "max_age_seconds": 3600,
        }
    ]


def bucket_name(project: str, name: str) -> str:
    """The bucket's name, which no other in the world has."""
    return f"{project}-{name}"


class Buckets(Part):
    """A bucket for each name in the manifests. Objects of one that is "kept" stay for seven years:
    in production the period is locked, and then nobody can delete one, shorten the period or delete
    the bucket, Google's own support included. Those "until-removed" stay until a function removes
    them. Others are deleted after their days.

    The private side of each function that names a bucket may make objects in it and read them; it
    may replace those that are not kept, so that an upload can be repeated. One whose manifest says
    "read" only reads. Its public side signs addresses with the private side's key and has no right
    of its own.

    Deliberately not: versions (a kept object never changes), or a lock outside production (a stack
    could not be deleted)."""

    def __init__(self, cloud: Cloud, accounts: Accounts) -> None:
        super().__init__(cloud)
        made = {
            name: self._bucket(name, lifetime) for name, lifetime in cloud.manifests.buckets.items()
        }
        private = (each for each in cloud.manifests.deployables if not each.public)
        for each in private:
            for name, lifetime in each.manifest.access.buckets.items():
                member = accounts.of_deployable[each.name].member
                for right in _RIGHTS.get(lifetime, (USE_BUCKET,)):
                    what = right.role.rpartition("object")[2].lower()
                    grant(self, f"{each.name}/may-{what}-in-{name}", right, made[name], member)
        self.register_outputs({})

    def _bucket(self, name: str, lifetime: str) -> storage.Bucket:
        is_kept, is_prod = lifetime == KEPT, self.cloud.settings.environment == "prod"
        rules: list[storage.BucketLifecycleRuleArgsDict] = [
            {
                "action": {"type": "AbortIncompleteMultipartUpload"},
                "condition": {"age": ABANDONED_DAYS},
            }
        ]
        if not is_kept and lifetime != UNTIL_REMOVED:
            days = int(lifetime.removesuffix("d"))
            rules.append({"action": {"type": "Delete"}, "condition": {"age": days}})
        return storage.Bucket(
            f"buckets/{name}",
            project=self.project,
            name=bucket_name(self.cloud.settings.project, name),
            location=self.region,
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            force_destroy=not is_prod,
            soft_delete_policy={"retention_duration_seconds": 0},
            lifecycle_rules=rules,
            cors=_taken_from(self.cloud.settings.origins_of_passkeys) if name == UPLOADS else None,
            retention_policy={"retention_period": str(KEPT_SECONDS), "is_locked": is_prod}
            if is_kept and is_prod
            else None,
            opts=self.inside(keep=is_kept and is_prod),
        )
