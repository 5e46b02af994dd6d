"""The Google APIs that a project needs before any other resource."""

import pulumi
import pulumi_gcp as gcp

from infra.settings import Settings

USED = (
    "artifactregistry",
    "cloudbuild",
    "cloudresourcemanager",
    "cloudscheduler",
    "cloudtasks",
    "firebase",
    "firebasehosting",
    "firestore",
    "iam",
    "iamcredentials",
    "logging",
    "monitoring",
    "pubsub",
    "run",
    "secretmanager",
    "sqladmin",
    "storage",
)
BUDGETS = "billingbudgets"


class Apis(pulumi.ComponentResource):
    """Enables every API that the program's resources belong to.

    Deliberately not: disabling them when the stack is destroyed, because other software in the
    project may use them."""

    def __init__(self, settings: Settings) -> None:
        super().__init__("assent:infra:Apis", "apis")
        names = USED if settings.billing_account is None else (*USED, BUDGETS)
        self.enabled = [
            gcp.projects.Service(
                f"apis/{name}",
                project=settings.project,
                service=f"{name}.googleapis.com",
                disable_on_destroy=False,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for name in names
        ]
        self.register_outputs({})
